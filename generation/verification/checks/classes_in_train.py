"""Every class that is asked for can be learned."""

import numpy as np

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

LEAST = 2  # one row to learn from and one to validate with


@check(
    "data.classes_in_train",
    layer="data",
    needs=[Part.PREPARED],
    protects="test rows of a class that no train row shows",
)
def classes_in_train(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if tables.is_number:
        return Finding.needless("the target is a number")
    counts = dict(zip(*np.unique(tables.y_train, return_counts=True), strict=True))
    asked = sorted({*map(str, tables.y_test), *tables.card.task.labels})
    rare = [f"{label!r} has {counts.get(label, 0)} train rows" for label in asked if counts.get(label, 0) < LEAST]
    return Finding.none_of(rare, where=f"train.csv:{tables.target}", passed=f"{len(asked)} classes")
