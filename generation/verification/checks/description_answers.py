"""The description gives no test row's answer away."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

MOST = 5  # an example table of the submission's form has some rows, and may hit an answer by chance


@check(
    "description.no_answers",
    layer="data",
    needs=[Part.PREPARED],
    protects="a description that contains answers",
)
def no_answers(evidence: Evidence) -> Finding:
    tables, text = evidence.tables, evidence.package.files["description.md"]
    answers = dict(zip(tables.answers[tables.id], tables.answers[tables.target].str.strip(), strict=True))
    told = 0
    for line in text.splitlines():
        cells = [cell for cell in re.split(r"[\s,;|:`]+", line) if cell]
        told += any(one in answers and answers[one] in cells[at + 1 : at + 3] for at, one in enumerate(cells))
    return Finding.at_most(
        told, MOST, where="description.md", evidence=f"{told} lines hold a test id followed by its answer"
    )
