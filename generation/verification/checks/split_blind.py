"""Which rows are test rows, and under which id, does not depend on their targets."""

import numpy as np

from generation.verification.evidence import Evidence, Lacking, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "data.split_blind",
    layer="data",
    needs=[Part.PREPARED, Part.PERMUTED],
    protects="an agent that tries each answer in the hash of the split, and keeps the one that makes it a test row",
)
def split_blind(evidence: Evidence) -> Finding:
    if isinstance(evidence.permuted, Lacking) and evidence.permuted.fault:
        return Finding.not_run(evidence.permuted.why)
    tables, other = evidence.tables, had(evidence.permuted)
    names = [tables.id, *tables.features]
    if any(name not in other.test.columns for name in names):
        return Finding.failed("the columns change with the target", where="test.csv")
    before, after = tables.keys("test", names), other.keys("test", names)
    moved = float((~np.isin(before, after)).mean())
    return Finding.at_most(
        moved,
        0.0,
        where="test.csv",
        evidence=f"{moved:.1%} of the test rows have another part or id when targets are permuted",
    )
