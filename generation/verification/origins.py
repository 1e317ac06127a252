"""Where a prepared row came from: columns of the raw table that are not public, found by the features of the row."""

import pandas as pd

from generation.verification.columns import row_keys
from generation.verification.evidence import Evidence, EvidenceLacking

LEAST_FOUND = 0.9  # some rows are twins in all features; more of them, and what is found says little of the rest


def split_values(evidence: Evidence, column: str) -> tuple[pd.Series, pd.Series]:
    """The cells of a column for the train and the test rows, public or not.

    Raises:
        EvidenceLacking: neither part nor the raw data has the column, or too few rows can be told apart by their
            features.
    """
    tables = evidence.tables
    if column in tables.train.columns and column in tables.test.columns:
        return tables.train[column], tables.test[column]
    raw, names = evidence.raw_table, evidence.raw_columns
    if column not in raw.columns:
        raise EvidenceLacking(f"neither the public tables nor the raw data has a column {column!r}")
    known = pd.Series(raw[column].to_numpy(dtype=object), index=row_keys(raw[names]))
    known = known[~known.index.duplicated(keep=False)]
    parts = [known.reindex(row_keys(part[names])) for part in (tables.train, tables.test)]
    found = min(float(part.notna().mean()) for part in parts)
    if found < LEAST_FOUND:
        raise EvidenceLacking(f"only {found:.0%} of the rows can be found again in the raw data by their features")
    train, test = (part.dropna().astype(str).rename(column) for part in parts)
    return train, test
