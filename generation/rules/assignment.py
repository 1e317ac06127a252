"""The same division of rows that a generated prepare.py makes, worked out while designing, to say what it gives.

templates/prepare.py.j2 and this module must agree; tests/generation/rules/test_package.py holds them to it.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SEPARATOR = "\x1f"
FIRST_ID = 1_000_001
COMMON = (0.01, 0.02, 0.05, 0.1)
VARIED, NUMEROUS = 0.5, 50


@dataclass(frozen=True)
class Assignment:
    """Which rows of the table are kept, which of them are test rows, and every row's id.

    `common` is the share of rows from which on equal inputs were divided, 0 where none were.
    """

    known: NDArray[np.bool_]
    late: NDArray[np.bool_]
    ids: NDArray[np.int64]
    common: float = 0.0

    @property
    def train_rows(self) -> NDArray[np.bool_]:
        return self.known & ~self.late

    @property
    def test_rows(self) -> NDArray[np.bool_]:
        return self.known & self.late


def digest(salt: str, *parts: object) -> str:
    return hashlib.sha256(SEPARATOR.join(map(str, (salt, *parts))).encode()).hexdigest()


def by_digest(keys: pd.Series, share: float, salt: str) -> NDArray[np.bool_]:
    """Rows of whole keys, in the order of the keys' digests, until the share of the rows is reached."""
    sizes = keys.value_counts()
    sizes = sizes.loc[sorted(sizes.index, key=lambda key: digest(salt, "split", key))]
    chosen = sizes.index[sizes.cumsum() - sizes < share * len(keys)]
    return keys.isin(chosen).to_numpy(dtype=bool)


def apart_if_common(rows: pd.Series, share: float) -> pd.Series:
    """Row texts as keys, with those that more than that share of the rows has numbered, so that they are divided."""
    number = rows.groupby(rows).cumcount().astype(str)
    common = rows.groupby(rows).transform("size") > share * len(rows)
    return rows.where(~common, rows + SEPARATOR + number)


def common_share(rows: pd.Series, answers: pd.Series) -> float:
    """The share of rows from which on equal inputs are divided like others; 0 where none need be.

    Inputs that many rows have would make the two parts differ if they stayed together. They are divided only if their
    answers differ, for else a test row could be looked up; what very many rows have in common is no copy.
    """
    sizes = rows.groupby(rows).transform("size") / max(1, len(rows))
    for share in sorted((*COMMON, round(NUMEROUS / max(1, len(rows)), 6))):
        common = (sizes > share).to_numpy()
        if not common.any():
            return 0.0
        groups = answers[common].groupby(rows[common].to_numpy())
        if groups.agg(_may_be_divided).all():
            return share
    return 0.0


def _may_be_divided(answers: pd.Series) -> bool:
    return len(answers) >= NUMEROUS or answers.value_counts().iloc[0] <= VARIED * len(answers)


def by_time(cells: pd.Series, share: float, date_format: str) -> NDArray[np.bool_]:
    """The latest rows: the share of all, and all that have the moment of the first of them."""
    when = pd.to_datetime(cells.str.strip(), format=date_format, utc=True)
    return (when >= when.sort_values().iloc[int((1 - share) * len(when))]).to_numpy()


def row_texts(frame: pd.DataFrame) -> pd.Series:
    """The text of each row's cells."""
    # Arrays of objects: going through pandas' own arrays of text cell by cell takes six times as long.
    return pd.Series(
        [SEPARATOR.join(row) for row in zip(*(frame[name].to_numpy(object) for name in frame), strict=True)]
    )


def ids(rows: pd.Series, salt: str) -> NDArray[np.int64]:
    """Numbers in the order of the digests of the rows; equal rows are counted apart."""
    copies = rows.groupby(rows).cumcount()
    digests = pd.Series([digest(salt, "id", row, copy) for row, copy in zip(rows, copies, strict=True)])
    return digests.rank(method="first").to_numpy(dtype=np.float64).astype(np.int64) - 1 + FIRST_ID
