"""What is known of a dataset before a question is asked of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

import pandas as pd

from generation.profile.cells import Cells, read_cells
from generation.profile.codes import Codes


class Kind(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    COUNT = "count"
    CATEGORY = "category"
    ORDERED = "ordered"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"


NUMERIC_KINDS = frozenset({Kind.NUMBER, Kind.COUNT})
LABEL_KINDS = frozenset({Kind.CATEGORY, Kind.ORDERED, Kind.BOOLEAN})


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    `missing` is a share of all rows and counts `missing_codes` (cells such as "?" or "-999" that stand for nothing);
    `levels` are the distinct values with their counts, most frequent first, for columns of up to 60 values;
    `low`, `median`, `high` are None unless the cells are numbers; `decorated` numbers are written with signs
    ("$1,200"); `earliest` and `latest` are cells of a date column; `running` marks a row number under another name.
    `form` says what cells are written as where the kind does not ("currency", "percentage", "quantity", "duration",
    "clock", "epoch", "coordinates" and so on); `order` are the levels from low to high; `ambiguous` dates could be read
    with day and month exchanged; `histogram` counts the cells in equal parts of the range.
    """

    name: str
    position: int
    kind: Kind
    missing: float
    cardinality: int
    missing_codes: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    levels: tuple[tuple[str, int], ...] = ()
    low: float | None = None
    median: float | None = None
    high: float | None = None
    skew: float = 0.0
    outliers: float = 0.0
    whole: bool = False
    decorated: bool = False
    unit: str = ""
    date_format: str = ""
    earliest: str = ""
    latest: str = ""
    meaning: str = ""
    running: bool = False
    form: str = ""
    order: tuple[str, ...] = ()
    ambiguous: bool = False
    histogram: tuple[int, ...] = ()


@dataclass(frozen=True)
class Relation:
    """`other` follows from `column`: by a table (`function`), a straight line, an order or a sum of `parts`.

    `strength` is the share of rows (functions) or the absolute correlation (lines, orders, sums) that it holds for.
    """

    kind: Literal["function", "linear", "monotone", "sum", "name"]
    column: str
    other: str
    strength: float
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class NearDuplicates:
    """How many rows nearly equal an earlier one; of the first two their places and the columns in which they differ."""

    count: int = 0
    rows: tuple[int, int] = (0, 0)
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """The file that a profile was made of, as `prepare.py` must read it, and where it came from.

    `notes` say what was changed to make a plain table of it.
    """

    uri: str
    file: str
    format: Literal["csv", "parquet"]
    separator: str = ","
    encoding: str = "utf-8"
    tidy: bool = False
    licence: str = "unknown"
    citation: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetProfile:
    """A table as it is: its columns, what repeats, what determines what; `frame` holds the cells as they were read.

    `duplicates` counts rows that equal an earlier one; `entities` are columns whose values repeat as people, places
    or things do; `times` are columns that order the rows; `sampled` is the number of rows that were looked at.
    Of a very large table `rows` are drawn from its `raw_rows`, and everything is about those. `key` are the columns
    that name each row once (that looked at); `positions` are pairs of a latitude and a longitude.
    """

    name: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    duplicates: int = 0
    entities: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    coordinates: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    documentation: str = ""
    sampled: int = 0
    raw_rows: int = 0
    near_duplicates: NearDuplicates = NearDuplicates()
    key: tuple[str, ...] = ()
    positions: tuple[tuple[str, str], ...] = ()
    origin: Origin | None = None
    frame: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)

    def __getitem__(self, name: str) -> ColumnProfile:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, ColumnProfile]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _codes(self) -> dict[str, Codes]:
        return {}

    def codes(self, name: str) -> Codes:
        """A column's cells as codes, found once."""
        if name not in self._codes:
            self._codes[name] = Codes.read(self.frame[name])
        return self._codes[name]

    @cached_property
    def _cells(self) -> dict[str, Cells]:
        return {}

    def cells(self, name: str) -> Cells:
        """A column's cells as text, numbers and nothing, read once."""
        if name not in self._cells:
            self._cells[name] = read_cells(self.frame[name])
        return self._cells[name]

    @property
    def is_drawn(self) -> bool:
        """Whether the table has more rows than a task is made of."""
        return self.raw_rows > self.rows

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
