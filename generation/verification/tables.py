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
from generation.verification.columns import Column, Keys, Numbers, as_numbers, joined
from harness.errors import MlesmithError
from harness.schema import TaskCard

Words = npt.NDArray[np.str_]
Answers = Numbers | Words
Part = Literal["train", "test"]

PUBLIC = ("train.csv", "test.csv", "sample_submission.csv")
ANSWERS = "test_answer.csv"
READ_OF_OTHERS = 1_000_000  # bytes


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


def raw_numbers(cells: pd.Series) -> Numbers:
    """Cells of raw data as floats, also those in writing ("$1,200"), NaN where a cell is none; shape (n,)."""
    read = profiled.read_cells(cells)
    return read.numbers if read.decorated and read.numbers is not None else as_numbers(cells)


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
        return frozenset(name for name in self.features if self.column("train", name).numeric)

    @cached_property
    def _columns(self) -> dict[tuple[Part, str], Column]:
        return {}

    def column(self, part: Part, name: str) -> Column:
        """A column of one part, read once for all that ask; a feature has the same codes in both parts."""
        if (part, name) not in self._columns:
            if name in self.features:
                train, test = Column.read_together(self.train[name], self.test[name])
                self._columns.update({("train", name): train, ("test", name): test})
            else:
                self._columns[part, name] = Column.read((self.train if part == "train" else self.test)[name])
        return self._columns[part, name]

    def keys(self, part: Part, names: Iterable[str]) -> Keys:
        """As `row_keys` of these columns."""
        rows = len(self.train if part == "train" else self.test)
        # The first adds nothing, but gives no columns a shape.
        return joined([np.zeros(rows, dtype=np.uint64), *(self.column(part, name).keys for name in names)])

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
