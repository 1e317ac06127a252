"""No test row may be a copy of a train row, as far as a copy can be told from a coincidence."""

import numpy as np

from generation.verification.columns import joined, row_keys
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.twins import CHANCE, expected_twins

LIMIT = 0.01  # a look-up then moves an accuracy by at most one point, less than its standard error at 2,000 rows


@check(
    "data.duplicates_across",
    layer="data",
    needs=[Part.PREPARED],
    protects="a look-up of test rows among the train rows that passes for a model",
)
def duplicates_across(evidence: Evidence) -> Finding:
    tables = evidence.tables
    answers = tables.answers.set_index(tables.id).loc[list(tables.test[tables.id]), list(tables.targets)]
    known = joined(tables.keys("train", names) for names in (tables.features, tables.targets))
    copied = np.isin(joined([tables.keys("test", tables.features), row_keys(answers)]), known)
    distinct = expected_twins(tables) < CHANCE if copied.any() else copied
    share = float((copied & distinct).mean())
    first = tables.test[tables.id].to_numpy()[np.argmax(copied & distinct)] if share else ""
    return Finding.at_most(
        share,
        LIMIT,
        where=f"test.csv:{tables.id}={first}" if first else "test.csv",
        evidence=f"{int((copied & distinct).sum())} of {len(answers)} test rows are also in train.csv with their target"
        + (
            f" ({int((copied & ~distinct).sum())} more are so common that they may be coincidence)"
            if copied.any()
            else ""
        ),
    )
