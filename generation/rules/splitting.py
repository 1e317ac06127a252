"""Which rows are held back: at random, whole entities, or the latest."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.private_splits import SplitSeeds
from generation.profile import DatasetProfile, Kind
from generation.rules.candidates import Candidate
from generation.rules.forecasting import course, cut_near, from_cut, read_times, time_format
from harness.schema import Split

TEST_SHARE = 0.25
WANTED_TEST_ROWS = 150
WANTED_LATE_ROWS = 66  # a later start leaves too little past to learn from
LARGEST_SHARE = 0.45
FEWEST_GROUPS = 20
LARGEST_GROUP = 0.2
FEWEST_DATES = 20
FARTHEST = 0.15  # of the share that is wanted


def split_of(profile: DatasetProfile, candidate: Candidate, seeds: SplitSeeds, question: str) -> Split:
    """Whole entities where an entity's rows would tell of each other, the latest rows where all are dated, else random.

    A split by time that would leave a label out of either part falls back to random.
    """
    rows = int(candidate.usable.sum())
    seed, share = seeds.of(question), test_share(rows)
    found = course(profile, candidate)
    followed = [found[1]] if found is not None and found[1] else []
    for entity in dict.fromkeys((*profile.entities, *followed)):
        if entity != candidate.name and _can_group(profile, candidate, entity):
            return Split(rule="group", test=share, seed=seed, column=entity)
    for time in dict.fromkeys((*([found[0]] if found is not None else []), *profile.times)):
        part = (
            _cut(profile, candidate, time, seeds.share(late_share(rows), question), found)
            if time != candidate.name
            else None
        )
        if part is not None:
            return Split(rule="time", test=part, seed=seed, column=time)
    return Split(rule="random", test=share, seed=seed)


def test_share(rows: int) -> float:
    """A quarter; more of a small table, so that some 150 rows are tested: with fewer, near agents look alike."""
    return _share(rows, WANTED_TEST_ROWS)


def late_share(rows: int) -> float:
    """The same for a cut in time."""
    return _share(rows, WANTED_LATE_ROWS)


def _share(rows: int, wanted: int) -> float:
    return round(min(LARGEST_SHARE, max(TEST_SHARE, wanted / max(1, rows))), 2)


def _can_group(profile: DatasetProfile, candidate: Candidate, entity: str) -> bool:
    keys = profile.frame[entity].astype(str)[candidate.usable]
    shares = keys.value_counts(normalize=True)
    if len(shares) < FEWEST_GROUPS or float(shares.iloc[0]) > LARGEST_GROUP:
        return False
    if not candidate.labels:
        return True
    per_label = keys.groupby(candidate.text[candidate.usable]).nunique()
    return int(per_label.min()) >= 8


def _cut(
    profile: DatasetProfile, candidate: Candidate, time: str, share: float, followed: tuple[str, str] | None
) -> float | None:
    """The test share of a cut in time near that share; None where time cannot divide this target's rows."""
    column = profile[time]
    dated = column.kind is Kind.DATE and column.cardinality >= FEWEST_DATES
    if not (dated or (followed is not None and followed[0] == time)) or column.missing > 0:
        return None
    when = read_times(profile.frame[time], time_format(column))
    part = None if when.isna().any() else cut_near(when, share)
    if part is None:
        return None
    late = from_cut(when, part)
    known = float((late & candidate.usable).sum() / max(1, candidate.usable.sum()))
    return part if abs(known - share) <= FARTHEST and _both_have(candidate, late) else None


def _both_have(candidate: Candidate, late: NDArray[np.bool_]) -> bool:
    """Whether both parts hold every label, often enough."""
    if not candidate.labels:
        return True
    parts = [candidate.text[candidate.usable & part].value_counts() for part in (late, ~late)]
    return all(int(counts.get(label, 0)) >= 5 for label in candidate.labels for counts in parts)


def moments(cells: pd.Series, form: str) -> NDArray[np.int64]:
    """Times as whole seconds; what is none counts as the first moment."""
    when = read_times(cells, form)
    seconds = (when - when.min()).dt.total_seconds().fillna(0.0)
    whole: NDArray[np.int64] = seconds.to_numpy(dtype=np.float64).astype(np.int64)
    return whole


def rows_to_measure(candidate: Candidate, most: int, seed: int) -> NDArray[np.int64]:
    """At most so many of the usable rows, drawn with a seed, in the table's order."""
    usable = np.flatnonzero(candidate.usable)
    if len(usable) <= most:
        return usable.astype(np.int64)
    return np.sort(np.random.default_rng(seed).choice(usable, most, replace=False)).astype(np.int64)
