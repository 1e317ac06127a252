"""The test part is large enough for the metric to tell agents apart."""

import numpy as np

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

LEAST_ROWS = 60  # the 95 % interval of an accuracy is then at most 25 points wide
LEAST_OF_CLASS = {2: 10}  # with 10 positives the standard error of an AUC of 0.8 is 0.08 (Hanley and McNeil, 1982)
LEAST_OF_MANY = 3  # a macro mean then moves in steps of a third of a class, not from all to nothing


@check(
    "data.enough_test_rows",
    layer="data",
    stage="brainstormer",
    needs=[Part.PREPARED],
    protects="a ranking that is decided by a handful of rows",
)
def enough_test_rows(evidence: Evidence) -> Finding:
    tables = evidence.tables
    problems = []
    if len(tables.test) < LEAST_ROWS:
        problems.append(f"{len(tables.test)} test rows, at least {LEAST_ROWS}")
    if not tables.is_number:
        labels, counts = np.unique(tables.y_test, return_counts=True)
        least = LEAST_OF_CLASS.get(len(labels), LEAST_OF_MANY)
        problems += [
            f"{count} test rows of {str(label)!r}, at least {least}"
            for label, count in zip(labels, counts, strict=True)
            if count < least
        ]
    return Finding.none_of(problems, where="test.csv", passed=f"{len(tables.test)} test rows")
