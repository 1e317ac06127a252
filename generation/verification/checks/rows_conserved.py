"""Every raw row with a usable target is in exactly one part, and no row is invented."""

import numpy as np
import pandas as pd

from generation.verification.columns import row_keys
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.tables import Tables, raw_numbers


@check(
    "data.rows_conserved",
    layer="data",
    needs=[Part.PREPARED, Part.RAW],
    protects="rows that are lost, doubled or made up on the way from the raw data",
)
def rows_conserved(evidence: Evidence) -> Finding:
    tables, raw, columns = evidence.tables, evidence.raw_table, evidence.raw_columns
    made = len(tables.train) + len(tables.test)
    if not columns:
        # Raw data that shares no column may have no header: then its first row was read as one.
        return Finding.at_most(made, len(raw) + 1, where="prepare.py", evidence=f"{made} rows from {len(raw)} raw rows")
    kept = pd.Series(tables.public_keys(columns)).value_counts()
    keys = row_keys(raw[columns])
    there = pd.Series(keys).value_counts()
    invented = int((kept - there.reindex(kept.index).fillna(0)).clip(lower=0).sum())
    usable = np.unique(keys[_usable(raw, tables).to_numpy(dtype=bool)])  # one of several equal rows is enough
    lost = int((~np.isin(usable, kept.index.to_numpy())).sum())
    problems = []
    if invented:
        problems.append(f"{invented} rows of train.csv and test.csv are not in the raw data, or more often than there")
    if lost:
        problems.append(f"{lost} raw rows with a usable target are in neither part")
    return Finding.none_of(problems, where="prepare.py", passed=f"{made} of {len(raw)} raw rows")


def _usable(raw: pd.DataFrame, tables: Tables) -> pd.Series:
    """Raw rows whose target can be asked for: a finite number, or one of the labels."""
    keep = pd.Series(True, index=raw.index)
    for target in tables.targets:
        if target not in raw.columns:
            return keep & False  # the target is derived, so no row can be said to be lost
        if tables.is_number:
            keep &= np.isfinite(raw_numbers(raw[target]))
        elif set(tables.card.task.labels) & set(raw[target].str.strip()):
            keep &= raw[target].str.strip().isin(tables.card.task.labels)
        else:
            return keep & False
    return keep
