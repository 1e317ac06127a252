"""What a formulation's prepare.py will make of the rows, before it is written."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.formulation import Formulation
from generation.profile import DatasetProfile
from generation.profile.cells import read_cells
from generation.rules import assignment
from generation.rules.assignment import Assignment
from generation.rules.forecasting import time_format
from generation.rules.plain import plain

MOST_SEEDS = 5
FEWEST_TEST_ROWS = 60
FEWEST_OF_TWO = 10
FEWEST_OF_MANY = 4


def salt(profile: DatasetProfile, formulation: Formulation) -> str:
    """What makes this task's split and ids its own."""
    return f"{profile.name}/{formulation.slug}/{formulation.split.seed}"


def foresee(profile: DatasetProfile, formulation: Formulation) -> Assignment:
    """The division of the rows that the written prepare.py will make."""
    texts = _texts(profile, formulation)
    late, common = _divide(profile, formulation, texts)
    ids = assignment.ids(texts, salt(profile, formulation))
    return Assignment(known_rows(profile.frame[formulation.target], formulation), late, ids, common)


def settle(profile: DatasetProfile, formulation: Formulation) -> Formulation | None:
    """The formulation with the first seed under which both parts hold enough of every label; None if none of five does.

    Under a split by groups or time, columns that are numbers in one part and words, or nothing, in the other are left
    out.
    """
    known = known_rows(profile.frame[formulation.target], formulation)
    for step in range(MOST_SEEDS):
        seed = formulation.split.seed + step
        tried = formulation.model_copy(update={"split": formulation.split.model_copy(update={"seed": seed})})
        late, _ = _divide(profile, tried, _texts(profile, tried))
        if _enough(profile, tried, known & late, known & ~late):
            if tried.split.rule == "random":
                return tried
            unequal = _unequal(profile, tried, known & late, known & ~late)
            return tried.model_copy(update={"drop": {**tried.drop, **unequal}})
        if formulation.split.rule == "time":
            break
    return None


def known_rows(cells: pd.Series, formulation: Formulation) -> NDArray[np.bool_]:
    """Rows whose target can be asked for."""
    text = cells.astype(str).str.strip()
    if formulation.labels:
        return text.isin(formulation.labels).to_numpy(dtype=bool)
    numbers: NDArray[np.float64] = pd.to_numeric(plain(text, formulation.writing), errors="coerce").to_numpy(np.float64)
    return np.isfinite(numbers)


def _texts(profile: DatasetProfile, formulation: Formulation) -> pd.Series:
    gone = {*formulation.drop, formulation.target}
    return assignment.row_texts(profile.frame[[n for n in profile.names if n not in gone]].astype(str))


def _divide(profile: DatasetProfile, formulation: Formulation, texts: pd.Series) -> tuple[NDArray[np.bool_], float]:
    """The rows that are held back, and the share from which on equal inputs are divided."""
    frame, split, own = profile.frame, formulation.split, salt(profile, formulation)
    if split.rule == "time":
        form = time_format(profile[split.column])
        return assignment.by_time(frame[split.column].astype(str), split.test, form), 0.0
    if split.rule == "group":
        return assignment.by_digest(frame[split.column].astype(str).str.strip(), split.test, own), 0.0
    answers = frame[formulation.target].astype(str).str.strip().reset_index(drop=True)
    common = assignment.common_share(texts, answers)
    keys = assignment.apart_if_common(texts, common) if common else texts
    return assignment.by_digest(keys, split.test, own), common


def _enough(
    profile: DatasetProfile, formulation: Formulation, test: NDArray[np.bool_], train: NDArray[np.bool_]
) -> bool:
    if test.sum() < FEWEST_TEST_ROWS or train.sum() < test.sum():
        return False
    least = FEWEST_OF_TWO if len(formulation.labels) == 2 else FEWEST_OF_MANY
    cells = profile.frame[formulation.target].astype(str).str.strip()
    counts = [cells[rows].value_counts() for rows in (test, train)]
    return all(int(count.get(label, 0)) >= least for label in formulation.labels for count in counts)


def _unequal(
    profile: DatasetProfile, formulation: Formulation, test: NDArray[np.bool_], train: NDArray[np.bool_]
) -> dict[str, str]:
    """Columns that cannot be learned from in one part and used in the other."""
    gone = {*formulation.drop, formulation.target, formulation.split.column}
    found = {}
    for name in profile.names:
        if name in gone:
            continue
        whole = profile.cells(name)
        if whole.plain and all(bool(whole.present[rows].any()) for rows in (train, test)):
            continue  # plain numbers everywhere are so in both parts
        parts = [read_cells(profile.frame[name][rows]) for rows in (train, test)]
        if min(int(part.present.sum()) for part in parts) == 0:
            found[name] = "it is empty in one of the two files"
        elif len({part.numbers is None for part in parts}) == 2:
            found[name] = "it holds numbers in one of the two files and words in the other"
    return found
