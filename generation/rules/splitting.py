"""Which rows are held back: at random, whole entities, or the latest."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile import DatasetProfile, Kind
from generation.rules.candidates import Candidate
from harness.schema import Split

TEST_SHARE = 0.25
WANTED_TEST_ROWS = 66
LARGEST_SHARE = 0.45
FEWEST_GROUPS = 20
LARGEST_GROUP = 0.2
FEWEST_DATES = 20


def split_of(profile: DatasetProfile, candidate: Candidate, seed: int) -> Split:
    """Whole entities where an entity's rows would tell of each other, the latest rows where all are dated, else random.

    A split by time that would leave a label out of either part falls back to random.
    """
    share = test_share(int(candidate.usable.sum()))
    for entity in profile.entities:
        if entity != candidate.name and _can_group(profile, candidate, entity):
            return Split(rule="group", test=share, seed=seed, column=entity)
    for time in profile.times:
        if time != candidate.name and _can_cut(profile, candidate, time, share):
            return Split(rule="time", test=share, seed=seed, column=time)
    return Split(rule="random", test=share, seed=seed)


def test_share(rows: int) -> float:
    """A quarter; more of a small table, so that some 66 rows are tested (below 60 a score says too little)."""
    return round(min(LARGEST_SHARE, max(TEST_SHARE, WANTED_TEST_ROWS / max(1, rows))), 2)


def _can_group(profile: DatasetProfile, candidate: Candidate, entity: str) -> bool:
    keys = profile.frame[entity].astype(str)[candidate.usable]
    shares = keys.value_counts(normalize=True)
    if len(shares) < FEWEST_GROUPS or float(shares.iloc[0]) > LARGEST_GROUP:
        return False
    if not candidate.labels:
        return True
    per_label = keys.groupby(candidate.text[candidate.usable]).nunique()
    return int(per_label.min()) >= 8


def _can_cut(profile: DatasetProfile, candidate: Candidate, time: str, test: float) -> bool:
    column = profile[time]
    if column.kind is not Kind.DATE or column.cardinality < FEWEST_DATES or column.missing > 0:
        return False
    cells = profile.frame[time].astype(str).str.strip()
    when = pd.to_datetime(cells, format=column.date_format, errors="coerce", utc=True)
    usable = when.notna().to_numpy() & candidate.usable
    if when.isna().any() or not usable.any():
        return False
    cut = when.sort_values().iloc[int((1 - test) * len(when))]
    late = (when >= cut).to_numpy()
    share = float((late & usable).sum() / usable.sum())
    if abs(share - test) > 0.12:
        return False
    parts = [set(candidate.text[usable & part]) for part in (late, ~late)]
    enough = all(candidate.text[usable & part].value_counts().min() >= 5 for part in (late, ~late))
    return not candidate.labels or (all(set(candidate.labels) == part for part in parts) and enough)


def moments(cells: pd.Series, date_format: str) -> NDArray[np.int64]:
    """Dates as whole seconds; what is no date counts as the first moment."""
    when = pd.to_datetime(cells, format=date_format, errors="coerce", utc=True)
    seconds = (when - when.min()).dt.total_seconds().fillna(0.0)
    return seconds.to_numpy(dtype=np.float64).astype(np.int64)


def rows_to_measure(candidate: Candidate, most: int, seed: int) -> NDArray[np.int64]:
    """At most so many of the usable rows, drawn with a seed, in the table's order."""
    usable = np.flatnonzero(candidate.usable)
    if len(usable) <= most:
        return usable.astype(np.int64)
    return np.sort(np.random.default_rng(seed).choice(usable, most, replace=False)).astype(np.int64)
