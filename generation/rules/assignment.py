"""The same division of rows that a generated prepare.py makes, worked out while designing, to say what it gives.

templates/prepare.py.j2 and this module must agree; tests/generation/rules/test_assignment.py holds them to it.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SEPARATOR = "\x1f"
FIRST_ID = 1_000_001
COMMON = 0.01


@dataclass(frozen=True)
class Assignment:
    """Which rows of the table are kept, which of them are test rows, and every row's id.

    `common`: some inputs belong to so many rows that they were divided.
    """

    known: NDArray[np.bool_]
    late: NDArray[np.bool_]
    ids: NDArray[np.int64]
    common: bool = False

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


def apart_if_common(rows: pd.Series) -> pd.Series:
    """Row texts as keys, with those that more than one row in a hundred has numbered, so that they are divided too."""
    number = rows.groupby(rows).cumcount().astype(str)
    common = rows.groupby(rows).transform("size") > COMMON * len(rows)
    return rows.where(~common, rows + SEPARATOR + number)


def some_common(rows: pd.Series) -> bool:
    """Whether some inputs belong to more than one row in a hundred."""
    return bool(rows.value_counts().iloc[0] > COMMON * len(rows)) if len(rows) else False


def by_time(cells: pd.Series, share: float, date_format: str) -> NDArray[np.bool_]:
    """The latest rows: the share of all, and all that have the moment of the first of them."""
    when = pd.to_datetime(cells.str.strip(), format=date_format, utc=True)
    return (when >= when.sort_values().iloc[int((1 - share) * len(when))]).to_numpy()


def row_texts(frame: pd.DataFrame) -> pd.Series:
    """The text of each row's cells."""
    return pd.Series([SEPARATOR.join(cells) for cells in frame.itertuples(index=False, name=None)])


def ids(rows: pd.Series, salt: str) -> NDArray[np.int64]:
    """Numbers in the order of the digests of the rows; equal rows are counted apart."""
    copies = rows.groupby(rows).cumcount()
    digests = pd.Series([digest(salt, "id", row, copy) for row, copy in zip(rows, copies, strict=True)])
    return digests.rank(method="first").to_numpy(dtype=np.float64).astype(np.int64) - 1 + FIRST_ID
