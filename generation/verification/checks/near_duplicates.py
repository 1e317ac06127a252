"""No test row may be a train row but for a trace, with the same answer: a look-up would pass for a model."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.nearness import copied_share, nearly_equal
from generation.verification.registry import Part, check

LIMIT = 0.1  # natural tables have some: of 259 real tasks the spam mails, which resemble one another, come to 0.06


@check(
    "data.near_duplicates",
    layer="data",
    needs=[Part.PREPARED],
    protects="copies of train rows among the test rows, with a cell nudged or changed, whose answers a look-up knows",
)
def near_duplicates(evidence: Evidence) -> Finding:
    tables = evidence.tables
    near = nearly_equal(tables)
    count, asked = int(near.found.sum()), len(near.asked)
    first = tables.test[tables.id].to_numpy()[near.asked[near.found.argmax()]] if count else ""
    return Finding.at_most(
        copied_share(tables, near),
        LIMIT,
        where=f"test.csv:{tables.id}={first}" if count else "test.csv",
        evidence=f"{count} of {asked} test rows are nearly a train row (a trace apart, or in all columns but one); the "
        "figure is their share where its answer tells theirs surely, beyond chance",
    )
