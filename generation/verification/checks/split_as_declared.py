"""The test part has the share that task.toml says."""

import math

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

SLACK = {"random": 0.01, "group": 0.15, "time": 0.1, "official": 0.02}  # groups and days come in lumps
ERRORS = 4  # standard errors of a share drawn by a hash


@check(
    "data.split_as_declared",
    layer="data",
    needs=[Part.PREPARED],
    protects="a card that describes another split than prepare.py makes",
)
def split_as_declared(evidence: Evidence) -> Finding:
    tables = evidence.tables
    split, rows = tables.card.task.split, len(tables.train) + len(tables.test)
    share = len(tables.test) / rows
    allowed = SLACK[split.rule] + ERRORS * math.sqrt(split.test * (1 - split.test) / rows)
    return Finding.at_most(
        abs(share - split.test),
        allowed,
        where="task.toml:split",
        evidence=f"{share:.3f} of the rows are test rows, task.toml says {split.test:g}",
    )
