"""The raw data lies nowhere in what an agent's sandbox shows: in no folder of a library or of the system."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

LIMIT = 0.1  # four standard errors of the difference of two shares of 500 rows, at its largest


@check(
    "data.out_of_reach",
    layer="data",
    stage="brainstormer",
    needs=[Part.RAW, Part.REACH],
    protects="answers that an agent looks up in a file of its own sandbox",
)
def out_of_reach(evidence: Evidence) -> Finding:
    reach = had(evidence.reach)
    found = reach.look_for(evidence.raw_table)
    return Finding.at_most(
        max(0.0, found.share - found.chance),
        LIMIT,
        where=found.file or "task.toml:source",
        evidence=f"{found.share:.0%} of the rows are in {len(reach.names)} files that agents can read, "
        f"{found.chance:.0%} by chance{f'; most in {found.file}' if found.file else ''}"
        + (f"; {len(reach.unread)} files have a form that was not read" if reach.unread else ""),
    )
