"""Which columns could be asked for, as what, and with which answers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.formulation import Writing
from generation.profile import ColumnProfile, DatasetProfile, Kind
from generation.profile.columns import is_id_name, ordered_levels
from generation.profile.dataset import NUMERIC_KINDS
from generation.profile.words import tokens
from generation.rules.lexicon import sense_words
from generation.rules.plain import writing_of
from generation.rules.skill import Answers
from harness.schema import Objective

FEWEST_ROWS = 100
FEWEST_OF_A_LABEL = 20
MOST_LABELS = 40
MOST_MISSING = 0.85
MOST_RARE = 0.1
MOST_RARE_OF_MANY = 0.25  # where three labels and more remain
MOST_APART = 3  # of few numbers in order, for each: 0, 1, 2, 3, 7, 12 are steps, 10, 20, 99 are codes
FEWEST_NUMBERS = 8


@dataclass(frozen=True)
class Candidate:
    """A column that could be asked for.

    `labels` are the answers (binary: negative, positive; ordinal: in order), empty for numbers; rows with a label of
    `rare` would be left out; `usable` marks the rows of the table whose answer is known and not rare; `writing` is the
    formulation's.
    """

    column: ColumnProfile
    objective: Objective
    labels: tuple[str, ...]
    rare: tuple[str, ...]
    usable: NDArray[np.bool_]
    text: pd.Series
    numbers: NDArray[np.float64] | None
    writing: Writing = ""

    @property
    def name(self) -> str:
        return self.column.name

    def answers(self, rows: NDArray[np.int64]) -> Answers:
        """The target on these rows, for measuring."""
        if self.numbers is not None:
            return Answers.of_numbers(self.numbers[rows])
        codes = {label: code for code, label in enumerate(self.labels)}
        return Answers.of_codes(np.array([codes[label] for label in self.text.iloc[rows]], dtype=np.int64))


def candidates(profile: DatasetProfile) -> tuple[list[Candidate], dict[str, str]]:
    """All columns that could be asked for, and for the others why not."""
    found, refused = [], {}
    for column in profile.columns:
        outcome = _candidate(profile, column)
        if isinstance(outcome, str):
            refused[column.name] = outcome
        else:
            found.append(outcome)
    return found, refused


def _candidate(profile: DatasetProfile, column: ColumnProfile) -> Candidate | str:
    if reason := _unfit(profile, column):
        return reason
    cells = profile.cells(column.name)
    if int(cells.present.sum()) < FEWEST_ROWS:
        return f"fewer than {FEWEST_ROWS} rows have a value"
    if cells.numbers is not None and _is_quantity(column):
        writing = writing_of(cells.text, cells.numbers) if cells.decorated else ""
        if writing is None or cells.form == "clock":
            return "its numbers are written in a way that is not made plain"
        if column.missing_codes and any(_is_number(code) for code in column.missing_codes):
            return "its missing values are written as numbers"
        return Candidate(column, "regression", (), (), np.isfinite(cells.numbers), cells.text, cells.numbers, writing)
    return _labelled(column, cells.text, cells.present)


def _unfit(profile: DatasetProfile, column: ColumnProfile) -> str:
    """Why a column is out of question whatever its cells are, or ""."""
    if column.kind in (Kind.CONSTANT, Kind.IDENTIFIER, Kind.TEXT, Kind.DATE):
        return f"{column.kind} columns are not asked for"
    if is_id_name(column.name) or column.name in profile.coordinates:
        return "it is an identifier or a position"
    return f"{column.missing:.0%} of its values are missing" if column.missing > MOST_MISSING else ""


def _is_number(code: str) -> bool:
    return code.lstrip("-").replace(".", "", 1).isdigit()


def _is_quantity(column: ColumnProfile) -> bool:
    return column.kind in (Kind.NUMBER, Kind.COUNT) and column.cardinality >= FEWEST_NUMBERS


def _labelled(column: ColumnProfile, text: pd.Series, present: NDArray[np.bool_]) -> Candidate | str:
    """A candidate that is asked for by label, unless its labels are too many, too few or too rare."""
    if column.kind in NUMERIC_KINDS or (column.kind is Kind.ORDERED and column.low is not None):
        present = present & pd.to_numeric(text, errors="coerce").notna().to_numpy()
    counts = text[present].value_counts()
    kept = [str(label) for label, count in counts.items() if count >= FEWEST_OF_A_LABEL]
    rare = tuple(sorted(str(label) for label, count in counts.items() if count < FEWEST_OF_A_LABEL))
    if not 2 <= len(kept) <= MOST_LABELS:
        return f"{len(kept)} labels occur {FEWEST_OF_A_LABEL} times or more"
    allowed = MOST_RARE if len(kept) == 2 else MOST_RARE_OF_MANY
    if int(counts.sum()) - int(counts[kept].sum()) > allowed * int(counts.sum()):
        return "too many of its labels are rare"
    order = _order(column, kept)
    if column.kind in NUMERIC_KINDS and (len(kept) < 3 or not order) and not _is_code(column):
        return "it takes few numbers, which are no levels"
    usable = present & text.isin(kept).to_numpy()
    objective: Objective = "ordinal" if order else "multiclass"
    labels = order or tuple(sorted(kept))
    if len(kept) == 2:
        objective, labels = "binary", _negative_first(kept, counts)
    return Candidate(column, objective, labels, rare, usable, text, None)


def _order(column: ColumnProfile, labels: list[str]) -> tuple[str, ...]:
    """The labels in order, where they have one: ratings and small counts by number, words by their scale."""
    if column.low is None:
        return ordered_levels(labels) if column.kind is Kind.ORDERED else ()
    if column.kind is Kind.CATEGORY:
        return ()
    steps = sorted(labels, key=float)
    return tuple(steps) if float(steps[-1]) - float(steps[0]) <= MOST_APART * len(steps) else ()


def _is_code(column: ColumnProfile) -> bool:
    """Whether few whole numbers stand for outcomes, as the name says: a status, a class."""
    return column.whole and bool(set(tokens(column.name)) & sense_words("outcome"))


def _negative_first(labels: list[str], counts: pd.Series) -> tuple[str, ...]:
    """The label that names an event is the positive one; where none or both do, the rarer."""
    events = [label for label in labels if set(tokens(label)) & sense_words("event")]
    event = events[0] if len(events) == 1 else min(labels, key=lambda label: (int(counts[label]), label))
    if {label.rstrip("0").rstrip(".") for label in labels} == {"", "1"}:
        event = next(label for label in labels if label.startswith("1"))
    return next(label for label in labels if label != event), event
