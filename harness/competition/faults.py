"""Why a submission is refused: one exception for each reason of `invalid`, with a message for whoever wrote the file.

A message says what was expected, what was found, where (the line of the file), and what to do. Cells of a hostile file
are shown shortened and escaped. A `metric.py` may raise any of these too.
"""

from collections.abc import Container, Iterable, Sequence

from harness.competition.reasons import Reason

SHOWN_NAMES = 5
SHOWN_CHARACTERS = 40


def shortened(cell: str) -> str:
    """A cell as a message may show it: escaped, at most SHOWN_CHARACTERS of it."""
    return repr(cell if len(cell) <= SHOWN_CHARACTERS else cell[: SHOWN_CHARACTERS - 1] + "…")


def printable(text: str) -> str:
    """What untrusted code said, without the control characters that a terminal obeys."""
    return "".join(mark if mark.isprintable() or mark in "\n\t" else "\ufffd" for mark in text)


def quoted(names: Iterable[str]) -> str:
    """A few names as a message may list them."""
    every = list(names)
    shown = ", ".join(shortened(name) for name in every[:SHOWN_NAMES])
    rest = len(every) - SHOWN_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown or "nothing"


class InvalidSubmission(Exception):
    """A submission that breaks the rules of its task; raise a subclass, or this with a message of your own."""

    reason: Reason = Reason.UNREADABLE


class NotAFile(InvalidSubmission):
    """There is no regular file: nothing, a link, a folder, a device, a pipe."""

    reason = Reason.NOT_A_FILE

    def __init__(self, kind: str) -> None:
        super().__init__(f"The submission is {kind}. Write it as a regular file.")


class TooLarge(InvalidSubmission):
    """More bytes than any valid submission of the task can have."""

    reason = Reason.TOO_LARGE

    def __init__(self, size: int, bound: int) -> None:
        super().__init__(
            f"The submission has {size:,} bytes; no valid one has more than {bound:,}. "
            "Write one row for each id of test.csv and no other columns than those of sample_submission.csv."
        )


class Unreadable(InvalidSubmission):
    """Not a CSV file with a header."""

    reason = Reason.UNREADABLE

    def __init__(self, found: str, line: int | None = None) -> None:
        place = "The submission" if line is None else f"Line {line} of the submission"
        super().__init__(f"{place} {found}. Write a CSV file separated by commas, like sample_submission.csv.")


class WrongEncoding(InvalidSubmission):
    """Bytes that are not UTF-8."""

    reason = Reason.ENCODING

    def __init__(self, line: int, byte: int) -> None:
        super().__init__(f"Line {line} of the submission is not UTF-8 text (byte 0x{byte:02x}). Write it as UTF-8.")


class MissingColumns(InvalidSubmission):
    """The header lacks a column."""

    reason = Reason.MISSING_COLUMNS

    def __init__(self, missing: Sequence[str], found: Sequence[str]) -> None:
        hint = _separator_hint(found)
        super().__init__(
            f"The submission lacks the column {quoted(missing)}; its header is {quoted(found)}. "
            f"{hint}Use the header of sample_submission.csv."
        )


class ExtraColumns(InvalidSubmission):
    """The header has a column that nobody asked for."""

    reason = Reason.EXTRA_COLUMNS

    def __init__(self, extra: Sequence[str], expected: Sequence[str]) -> None:
        super().__init__(
            f"The submission has the extra column {quoted(extra)}; only {quoted(expected)} are asked for. "
            "Drop it (with pandas: to_csv(…, index=False))."
        )


class DuplicateColumns(InvalidSubmission):
    """A column is there twice."""

    reason = Reason.DUPLICATE_COLUMNS

    def __init__(self, repeated: Sequence[str]) -> None:
        super().__init__(f"The submission names the column {quoted(repeated)} more than once. Write each column once.")


class WrongRowCount(InvalidSubmission):
    """More or fewer rows than test.csv has."""

    reason = Reason.ROW_COUNT

    def __init__(self, found: int, expected: int, missing: Sequence[str] = ()) -> None:
        count = f"more than {expected:,}" if found > expected else f"{found:,}"
        lacking = f" There is none for {quoted(missing)}." if missing else ""
        super().__init__(
            f"The submission has {count} rows; test.csv has {expected:,}.{lacking} "
            "Write one row for each id of test.csv."
        )


class MissingIds(InvalidSubmission):
    """A row without an id, or an id of the answers without a row."""

    reason = Reason.MISSING_IDS

    def __init__(self, found: str) -> None:
        super().__init__(f"{found}. Write one row for each id of test.csv.")


class UnknownIds(InvalidSubmission):
    """An id that test.csv does not have."""

    reason = Reason.UNKNOWN_IDS

    def __init__(self, unknown: str, line: int, known: Container[str] = ()) -> None:
        near = unknown.removesuffix(".0")
        hint = f" Ids are text: {unknown!r} is not {near!r}." if near != unknown and near in known else ""
        super().__init__(
            f"Line {line} of the submission has the id {shortened(unknown)}, which is not in test.csv.{hint} "
            "Use the ids of test.csv as they are written there."
        )


class DuplicateIds(InvalidSubmission):
    """An id that has two rows."""

    reason = Reason.DUPLICATE_IDS

    def __init__(self, repeated: str, line: int) -> None:
        super().__init__(
            f"Line {line} of the submission repeats the id {shortened(repeated)}. Write each id of test.csv once."
        )


class NotNumeric(InvalidSubmission):
    """A cell that should hold a number and does not."""

    reason = Reason.NOT_NUMERIC

    def __init__(self, cell: str, column: str, line: int) -> None:
        found = f"{shortened(cell)}, which is no number" if cell else "an empty cell"
        super().__init__(
            f"Line {line} of the submission, column {shortened(column)}: {found}. "
            "Write a plain number with a decimal point in every row."
        )


class NotFinite(InvalidSubmission):
    """NaN, an infinity, or a number beyond what a float holds."""

    reason = Reason.NOT_FINITE

    def __init__(self, cell: str, column: str, line: int) -> None:
        super().__init__(
            f"Line {line} of the submission, column {shortened(column)}: {shortened(cell)} is not a finite number. "
            "Fill every row with one."
        )


class OutOfRange(InvalidSubmission):
    """A number outside of what may be answered."""

    reason = Reason.OUT_OF_RANGE

    def __init__(self, cell: str, column: str, line: int, low: float, high: float) -> None:
        super().__init__(
            f"Line {line} of the submission, column {shortened(column)}: {shortened(cell)} is outside of "
            f"{low:g} to {high:g}. Clip the predictions to that range."
        )


class UnknownLabel(InvalidSubmission):
    """A label that is not among the answers."""

    reason = Reason.UNKNOWN_LABEL

    def __init__(self, cell: str, column: str, line: int, labels: Sequence[str]) -> None:
        found = shortened(cell) if cell else "an empty cell"
        super().__init__(
            f"Line {line} of the submission, column {shortened(column)}: {found} is none of the labels "
            f"{quoted(labels)}. Write a label as train.csv has it."
        )


class BadProbabilities(InvalidSubmission):
    """Probabilities of one row that do not add up to 1."""

    reason = Reason.BAD_PROBABILITIES

    def __init__(self, total: float, line: int) -> None:
        super().__init__(
            f"Line {line} of the submission: the probabilities of the row add up to {total:g}, not to 1. "
            "Divide each row by its sum."
        )


def _separator_hint(header: Sequence[str]) -> str:
    if len(header) == 1 and any(mark in header[0] for mark in (";", "\t", "|")):
        return "Separate the columns by commas. "
    return ""
