"""The prepared tables as a check sees them: every cell as text, and the target as numbers or labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.profile import cells as profiled
from harness.errors import MlesmithError
from harness.schema import TaskCard

Numbers = npt.NDArray[np.float64]
Words = npt.NDArray[np.str_]
Answers = Numbers | Words
Keys = npt.NDArray[np.uint64]
Part = Literal["train", "test"]

PUBLIC = ("train.csv", "test.csv", "sample_submission.csv")
ANSWERS = "test_answer.csv"
READ_OF_OTHERS = 1_000_000  # bytes
NUMERIC_SHARE = 0.98  # a column with a stray word among its numbers is still a column of numbers
_PRIME = np.uint64(0x100000001B3)  # of the hash of Fowler, Noll and Vo (1991), 64 bits
EMPTY = frozenset({"", "na", "nan", "n/a", "null", "none", "?"})


class BrokenTables(MlesmithError):
    """The prepared files do not have the form of contracts; every departure is named."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def read_cells(path: Path) -> pd.DataFrame:
    """A CSV file as it stands: every cell as text, nothing taken for missing."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")


def numbers_of(y: Answers) -> Numbers:
    """Answers that are known to be numbers."""
    return np.asarray(y, dtype=np.float64)


def words_of(y: Answers) -> Words:
    """Answers as labels."""
    return np.asarray(y, dtype=str)


def is_empty(cells: pd.Series) -> npt.NDArray[np.bool_]:
    """Which cells stand for nothing."""
    codes, distinct = _distinct(cells)
    return distinct.str.lower().isin(EMPTY).to_numpy(dtype=bool)[codes]


def as_numbers(cells: pd.Series) -> Numbers:
    """Cells as floats, NaN where a cell is none; shape (n,)."""
    codes, distinct = _distinct(cells)
    numbers: Numbers = pd.to_numeric(distinct, errors="coerce").to_numpy(dtype=np.float64)[codes]
    return numbers


def raw_numbers(cells: pd.Series) -> Numbers:
    """Cells of raw data as floats, also those in writing ("$1,200"), NaN where a cell is none; shape (n,)."""
    read = profiled.read_cells(cells)
    return read.numbers if read.decorated and read.numbers is not None else as_numbers(cells)


def _distinct(cells: pd.Series) -> tuple[npt.NDArray[np.intp], pd.Series]:
    """The distinct cells, stripped, and for each cell which of them it is, so that each is looked at once."""
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    return codes, pd.Series(distinct).str.strip()


def share_of_numbers(cells: pd.Series) -> float:
    """The share of numbers among the cells that are not empty; 0 where all are."""
    filled = cells[~is_empty(cells)]
    return float(np.isfinite(as_numbers(filled)).mean()) if len(filled) else 0.0


def is_numeric(cells: pd.Series) -> bool:
    """Whether nearly all cells that are not empty are numbers."""
    return share_of_numbers(cells) >= NUMERIC_SHARE


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells made comparable: numbers at 6 significant digits (contracts, "Reproducibility"), words stripped."""
    made = {}
    for name in frame.columns:
        codes, texts = _canonical(frame[name])
        made[name] = texts[codes]
    return pd.DataFrame(made, index=frame.index, columns=frame.columns)


def _canonical(cells: pd.Series) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """The forms of the distinct cells, and for each cell which of them it has."""
    codes, distinct = _distinct(cells)
    numbers = pd.to_numeric(distinct, errors="coerce").to_numpy(dtype=np.float64)
    texts = distinct.to_numpy(dtype=object)
    known = np.flatnonzero(~np.isnan(numbers))
    texts[known] = [f"{number + 0.0:.6g}" for number in numbers[known].tolist()]
    return codes, texts


def row_keys(frame: pd.DataFrame) -> Keys:
    """One number for each row, equal where the canonical cells are; shape (n,)."""
    return joined(cell_keys(frame[name]) for name in frame.columns)


def joined(columns: Iterable[Keys]) -> Keys:
    """One number for each row from those of its cells, or of its parts; shape (n,)."""
    keys = np.zeros(1, dtype=np.uint64)
    for column in columns:
        keys = (keys ^ column) * _PRIME
    return keys


def cell_keys(cells: pd.Series) -> Keys:
    """One number for each cell, equal where the canonical cells are; shape (n,)."""
    codes, texts = _canonical(cells)
    hashes: Keys = pd.util.hash_array(texts, categorize=False).astype(np.uint64)[codes]
    return hashes


@dataclass(frozen=True)
class Tables:
    """What prepare.py wrote, read as text.

    `others` are the public files besides the three tables and the description, with the first megabyte of their text;
    `sizes` are their bytes.
    """

    card: TaskCard
    train: pd.DataFrame
    test: pd.DataFrame
    sample: pd.DataFrame
    answers: pd.DataFrame
    others: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.card.task.id_column

    @property
    def targets(self) -> tuple[str, ...]:
        return self.card.task.target

    @property
    def target(self) -> str:
        return self.card.task.target[0]

    @property
    def is_number(self) -> bool:
        return self.card.task.prediction == "number"

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Columns that both parts have, without id and target."""
        learned, own = set(self.train.columns), {self.id, *self.targets}
        return tuple(name for name in self.test.columns if name in learned and name not in own)

    @cached_property
    def numeric(self) -> frozenset[str]:
        """The features that hold numbers."""
        return frozenset(name for name in self.features if is_numeric(self.train[name]))

    @cached_property
    def _cells(self) -> dict[tuple[Part, str], Keys]:
        return {}

    def keys(self, part: Part, names: Iterable[str]) -> Keys:
        """As `row_keys` of these columns; each column is read once for all that ask."""
        frame = self.train if part == "train" else self.test
        found = [np.zeros(len(frame), dtype=np.uint64)]  # adds nothing, but gives no columns a shape
        for name in names:
            if (part, name) not in self._cells:
                self._cells[part, name] = cell_keys(frame[name])
            found.append(self._cells[part, name])
        return joined(found)

    def public_keys(self, names: Iterable[str]) -> Keys:
        """The same for the rows of both parts, in the order of `public`."""
        return np.concatenate([self.keys(part, names) for part in ("train", "test")])

    @cached_property
    def y_train(self) -> Answers:
        return self._target_of(self.train)

    @cached_property
    def y_test(self) -> Answers:
        """The answers in the order of test.csv."""
        return self._target_of(self.answers.set_index(self.id).loc[list(self.test[self.id])].reset_index())

    def _target_of(self, frame: pd.DataFrame) -> Answers:
        cells = frame[self.target]
        return as_numbers(cells) if self.is_number else cells.str.strip().to_numpy(dtype=str)

    def public(self) -> pd.DataFrame:
        """The rows of both parts with the features alone."""
        return pd.concat([self.train[list(self.features)], self.test[list(self.features)]], ignore_index=True)


def read_tables(card: TaskCard, public: Path, private: Path) -> Tables:
    """Read what prepare.py wrote, and see that the later checks can rely on its form.

    Raises:
        BrokenTables: a file is missing or no CSV file, or columns or ids are not those of contracts.
    """
    paths = {name: public / name for name in PUBLIC} | {ANSWERS: private / ANSWERS}
    missing = [f"{path.parent.name}/{name} is missing" for name, path in paths.items() if not path.is_file()]
    if missing:
        raise BrokenTables(missing)
    frames: dict[str, pd.DataFrame] = {}
    for name, path in paths.items():
        try:
            frames[name] = read_cells(path)
        except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise BrokenTables([f"{name} cannot be read as CSV: {error}"]) from error
    known = {*PUBLIC, "description.md"}
    others = {
        path.relative_to(public).as_posix(): path.read_bytes()[:READ_OF_OTHERS].decode("utf-8", errors="replace")
        for path in sorted(public.rglob("*"))
        if path.is_file() and path.relative_to(public).as_posix() not in known
    }
    sizes = {name: (public / name).stat().st_size for name in others}
    tables = Tables(card, frames["train.csv"], frames["test.csv"], frames[PUBLIC[2]], frames[ANSWERS], others, sizes)
    problems = form_problems(tables)
    if problems:
        raise BrokenTables(problems)
    return tables


def form_problems(tables: Tables) -> list[str]:
    """Departures from the form of contracts that would leave later checks without a meaning."""
    identity, targets = tables.id, list(tables.targets)
    wanted = {
        "train.csv": (tables.train, [identity, *targets]),
        "test.csv": (tables.test, [identity]),
        "sample_submission.csv": (tables.sample, [identity]),
        ANSWERS: (tables.answers, [identity, *targets]),
    }
    problems = []
    for name, (frame, columns) in wanted.items():
        lacking = [column for column in columns if column not in frame.columns]
        if lacking:
            problems.append(f"{name} lacks {', '.join(lacking)}")
        if len(frame) == 0:
            problems.append(f"{name} has no rows")
    if problems:
        return problems
    for name, frame in (("sample_submission.csv", tables.sample), (ANSWERS, tables.answers)):
        if sorted(frame[identity]) != sorted(tables.test[identity]):
            problems.append(f"the ids of {name} are not those of test.csv")
    if tables.answers[identity].duplicated().any():
        problems.append(f"{ANSWERS} names an id twice")
    if not tables.features:
        problems.append("train.csv and test.csv share no column to learn from")
    return problems
