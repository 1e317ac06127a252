"""The description shows the header of a submission as the sample has it."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "description.header",
    layer="data",
    needs=[Part.PREPARED],
    protects="a description that asks for another file than the grader takes",
)
def header(evidence: Evidence) -> Finding:
    tables, text = evidence.tables, evidence.package.files["description.md"]
    wanted = ",".join(tables.sample.columns)
    lines = {line.strip().strip("`").replace(" ", "") for line in text.splitlines()}
    if wanted.replace(" ", "") in lines:
        return Finding.passed(wanted[:80])
    return Finding.failed(f"no line of it reads {wanted[:80]}", where="description.md")
