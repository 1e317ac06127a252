"""Permuting the raw target changes nothing in the public features: nothing was computed from it."""

import numpy as np

from generation.verification.evidence import Evidence, Lacking, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "data.permuted_target",
    layer="data",
    needs=[Part.PREPARED, Part.PERMUTED],
    protects="features that were computed from the target (encodings, scaled or sorted by it, rows chosen by it)",
)
def permuted_target(evidence: Evidence) -> Finding:
    permuted = evidence.permuted
    if isinstance(permuted, Lacking) and permuted.fault:
        return Finding.failed(f"prepare.py fails on permuted targets: {permuted.why}", where="prepare.py")
    tables, other = evidence.tables, had(permuted)
    if set(tables.features) != set(other.features):
        return Finding.failed("the columns change with the target", where="train.csv")
    before, after = (one.public_keys(tables.features) for one in (tables, other))
    if len(before) == len(after) and bool((np.sort(before) == np.sort(after)).all()):
        return Finding.passed(f"{len(before)} rows keep their features")
    changed = [
        name for name in tables.features if sorted(tables.public_keys([name])) != sorted(other.public_keys([name]))
    ]
    return Finding.failed(
        f"{len(before)} rows before, {len(after)} after; columns with other values: {', '.join(changed) or 'none'}",
        where=f"train.csv:{changed[0]}" if changed else "train.csv",
        figure=float(np.setdiff1d(after, before).size),
        limit=0.0,
    )
