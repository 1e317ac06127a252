"""The description says a word on every public column."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

MOST_NAMED = 60  # beyond that a family of columns (pixel_0 … pixel_783) is told by its first and last


@check(
    "description.columns",
    layer="data",
    needs=[Part.PREPARED],
    protects="an agent that is given columns nobody told it of",
)
def columns(evidence: Evidence) -> Finding:
    tables, text = evidence.tables, evidence.package.files["description.md"]
    names = [name for name in tables.train.columns]
    if len(names) > MOST_NAMED:
        names = [names[0], names[-1], *tables.targets]
    missing = [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return Finding.none_of([f"{name!r}" for name in missing], where="description.md", passed=f"{len(names)} columns")
