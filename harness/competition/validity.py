"""Is this file a submission that can be graded? Decided from public files alone, with the standard library alone.

The same code runs in the grader and as `check-submission` in the agent's sandbox, so an agent hears before the end
what the grader would refuse. A file is read as a stream: whatever it holds, no more of it than one row is in memory
beside the values that the task asks for.
"""

import csv
import errno
import json
import math
import os
import stat
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, cast

from harness.competition.faults import (
    BadProbabilities,
    DuplicateColumns,
    DuplicateIds,
    ExtraColumns,
    InvalidSubmission,
    MissingColumns,
    MissingIds,
    NotAFile,
    NotFinite,
    NotNumeric,
    OutOfRange,
    TooLarge,
    UnknownIds,
    UnknownLabel,
    Unreadable,
    WrongEncoding,
    WrongRowCount,
)
from harness.competition.labels import LabelReader

__all__ = ["InvalidSubmission", "Submission", "SubmissionRules", "open_regular", "read_submission", "size_bound"]

Kind = Literal["number", "label", "probability", "probabilities"]
Cells: TypeAlias = "list[str] | array[float]"
CellReader: TypeAlias = Callable[[str, str, int], "str | float"]

SUM_TOLERANCE = 1e-3
# The square of a larger number, or a sum of such squares, could leave the range of floats, and the grader would fail.
LARGEST = 1e100
SMALLEST_BOUND = 1_000_000
WIDEST_NUMBER = 40
LONGEST_RECORD = 65_536
MOST_BLANK_LINES = 1000
IRREGULAR = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


@dataclass(frozen=True)
class SubmissionRules:
    """What a valid submission of one task holds.

    `columns` are the columns to predict; `labels` the allowed answers (`label`); `low` and `high` bound a number;
    `quantile` is the level of the quantile that is asked for, if one is; `ids` are those of test.csv in its order.
    """

    id_column: str
    columns: tuple[str, ...]
    kind: Kind
    ids: tuple[str, ...]
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    quantile: float | None = None

    def to_json(self) -> str:
        """The rules as text; `from_json` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "SubmissionRules":
        """The rules that `to_json` wrote."""
        fields = cast("dict[str, object]", json.loads(text))
        lists = {name: tuple(cast("list[str]", fields[name])) for name in ("columns", "ids", "labels")}
        return cls(**{**fields, **lists})  # type: ignore[arg-type]

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest number that may be answered, both included."""
        if self.kind != "number":
            return 0.0, 1.0
        low = -LARGEST if self.low is None else max(self.low, -LARGEST)
        return low, LARGEST if self.high is None else min(self.high, LARGEST)


@dataclass(frozen=True)
class Submission:
    """The values of a valid submission in the order of `SubmissionRules.ids`: labels as text, numbers as floats."""

    ids: tuple[str, ...]
    columns: dict[str, Cells]


def size_bound(rules: SubmissionRules) -> int:
    """Bytes that no valid submission exceeds: twice the ids and the widest cells, at least 1 MB."""
    ids = sum(len(identity.encode()) + 4 for identity in rules.ids)
    return max(SMALLEST_BOUND, 2 * (ids + len(rules.ids) * _row_width(rules)) + LONGEST_RECORD)


def read_submission(path: Path, rules: SubmissionRules) -> Submission:
    """Read a submission and check it against the rules; the order of rows and columns is free.

    Raises:
        InvalidSubmission: the first fault of the file, as the subclass that names its reason.
    """
    bound = size_bound(rules)
    with open_regular(path, bound) as file:
        lines = _Lines(file, bound, longest=max(LONGEST_RECORD, 4 * _row_width(rules)))
        records = _records(lines, len(rules.ids))
        header = next(records, None)
        if header is None:
            raise Unreadable("is empty")
        return _collect(records, lines, _positions(header, rules), rules)


def open_regular(path: Path, bound: int) -> BinaryIO:
    """Open a regular file of at most `bound` bytes; links are not followed, nothing else is opened or waited for.

    Raises:
        NotAFile, TooLarge, Unreadable: it is something else, larger, or not to be opened.
    """
    try:
        _refuse_irregular(path.lstat().st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotAFile("not there") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotAFile("a symbolic link") from None
        raise Unreadable(f"cannot be opened ({error.strerror})") from None
    file = os.fdopen(descriptor, "rb")
    try:
        found = os.fstat(descriptor)
        _refuse_irregular(found.st_mode)
        if found.st_size > bound:
            raise TooLarge(found.st_size, bound)
    except InvalidSubmission:
        file.close()
        raise
    return file


def _refuse_irregular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotAFile(IRREGULAR.get(stat.S_IFMT(mode), "a device"))


def _row_width(rules: SubmissionRules) -> int:
    labels = max((len(label.encode()) + 4 for label in rules.labels), default=0)
    header = max(len(column.encode()) for column in rules.columns)
    return len(rules.columns) * max(WIDEST_NUMBER, labels, header)


class _Lines:
    """The lines of a file as text; `start()` begins a record, which may take several lines but not too many bytes."""

    def __init__(self, file: BinaryIO, bound: int, longest: int) -> None:
        self._file, self._bound, self._longest = file, bound, longest
        self._read = self._taken = 0
        self.number = 0

    def start(self) -> None:
        self._taken = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._longest + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._taken += len(line)
        self._read += len(line)
        if self._read > self._bound:
            raise TooLarge(self._read, self._bound)
        if self._taken > self._longest:
            raise Unreadable(f"is part of a row of more than {self._longest:,} bytes", self.number)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise WrongEncoding(self.number, line[error.start]) from None
        if "\0" in text:
            raise Unreadable("holds a zero byte", self.number)
        return text.removeprefix("\ufeff") if self.number == 1 else text


def _records(lines: _Lines, rows: int) -> Iterator[list[str]]:
    """Rows of stripped cells; blank lines are passed over, one a row and a few more."""
    reader = csv.reader(lines, strict=True, skipinitialspace=True)
    blank = 0
    while blank <= rows + MOST_BLANK_LINES:
        lines.start()
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise Unreadable(f"is not CSV ({error})", lines.number) from None
        if record is None:
            return
        cells = [cell.strip() for cell in record]
        if cells in ([], [""]):
            blank += 1
        else:
            yield cells
    raise Unreadable("is one of too many blank lines", lines.number)


def _positions(header: Sequence[str], rules: SubmissionRules) -> dict[str, int]:
    """Where in a row each column stands."""
    expected = [rules.id_column, *rules.columns]
    places = {name: place for place, name in enumerate(header)}
    wanted = {name.strip(): name for name in expected}
    repeated = [name for name in wanted if header.count(name) > 1]
    if repeated:
        raise DuplicateColumns(repeated)
    missing = [name for bare, name in wanted.items() if bare not in places]
    if missing:
        raise MissingColumns(missing, header)
    extra = [name for name in header if name not in wanted]
    if extra:
        raise ExtraColumns(extra, expected)
    return {name: places[bare] for bare, name in wanted.items()}


def _collect(
    records: Iterator[list[str]], lines: _Lines, positions: dict[str, int], rules: SubmissionRules
) -> Submission:
    """The values of all rows, put in the order of the rules."""
    known = {identity.strip(): place for place, identity in enumerate(rules.ids)}
    seen = bytearray(len(rules.ids))
    values: dict[str, Cells] = {
        name: [""] * len(rules.ids) if rules.kind == "label" else array("d", bytes(8 * len(rules.ids)))
        for name in rules.columns
    }
    read = _cell_reader(rules)
    count = 0
    for record in records:
        count += 1
        if count > len(rules.ids):
            raise WrongRowCount(count, len(rules.ids))
        if len(record) != len(positions):
            raise Unreadable(f"has {len(record)} cells where the header has {len(positions)}", lines.number)
        place = _place(record[positions[rules.id_column]], known, seen, lines.number)
        seen[place] = 1
        row = [read(record[positions[name]], name, lines.number) for name in rules.columns]
        if rules.kind == "probabilities":
            _check_sum(cast("list[float]", row), lines.number)
        for name, value in zip(rules.columns, row, strict=True):
            cast("list[str | float]", values[name])[place] = value
    if count < len(rules.ids):
        raise WrongRowCount(count, len(rules.ids), [rules.ids[place] for place in _unseen(seen)])
    return Submission(rules.ids, values)


def _place(identity: str, known: dict[str, int], seen: bytearray, line: int) -> int:
    if not identity:
        raise MissingIds(f"Line {line} of the submission has no id")
    place = known.get(identity)
    if place is None:
        raise UnknownIds(identity, line, known)
    if seen[place]:
        raise DuplicateIds(identity, line)
    return place


def _unseen(seen: bytearray) -> Iterator[int]:
    return (place for place, flag in enumerate(seen) if not flag)


def _cell_reader(rules: SubmissionRules) -> CellReader:
    """What turns a stripped cell into a value or refuses it."""
    if rules.kind == "label":
        known = LabelReader(rules.labels)

        def read_label(cell: str, column: str, line: int) -> str:
            label = known.read(cell)
            if label is None:
                raise UnknownLabel(cell, column, line, rules.labels)
            return label

        return read_label
    low, high = rules.limits

    def read_number(cell: str, column: str, line: int) -> float:
        try:
            number = float(cell)
        except ValueError:
            raise NotNumeric(cell, column, line) from None
        # float() also takes 1_000 and the digits of other scripts, which no other reader of CSV files does.
        if "_" in cell or not cell.isascii():
            raise NotNumeric(cell, column, line)
        if not math.isfinite(number):
            raise NotFinite(cell, column, line)
        if not low <= number <= high:
            raise OutOfRange(cell, column, line, low, high)
        return number

    return read_number


def _check_sum(row: Sequence[float], line: int) -> None:
    total = math.fsum(row)
    if abs(total - 1) > SUM_TOLERANCE:
        raise BadProbabilities(total, line)
