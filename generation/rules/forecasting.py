"""Series: a number followed over time, of one thing or of several kept apart, to be told for the time that comes.

The test rows are the last part of the time, the same for every entity, and only what is known beforehand is given: the
calendar, what an entity always is, what is planned. Nothing is computed from the past: agents make lags from train.csv.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.private_splits import SplitSeeds
from generation.profile import ColumnProfile, DatasetProfile, Kind
from generation.profile.codes import Codes
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.lexicon import sense_words
from generation.rules.moments import counted, first_and_last, step
from harness.schema import Split

FEWEST_MOMENTS = 6  # of one entity: fewer are no course
TWICE = 0.02
LASTING = 0.98
STAYING = 0.9  # of the entities that are tested, so many have been seen
CUT = (0.1, 0.45)
KEYS = (Kind.IDENTIFIER, Kind.CATEGORY, Kind.TEXT, Kind.COUNT)
_MEASURED = "it is measured at the same moment as `{target}`, so it is not known beforehand"


@dataclass(frozen=True)
class Series:
    """A target over time: `entity` tells courses apart ("" where there is one), `unknown` is left out."""

    split: Split
    entity: str
    horizon: str
    unknown: dict[str, str]


def time_format(column: ColumnProfile) -> str:
    """How the cells of a column of times are read: dates in their format, years as years; "" for anything else."""
    if column.kind is Kind.DATE:
        return column.date_format
    shown = [*column.examples, *(level for level, _ in column.levels)]
    return "%Y" if shown and all(len(cell) == 4 and cell.isdigit() for cell in shown) else ""


def read_times(cells: pd.Series, form: str) -> pd.Series:
    """Cells as moments, NaT where they are none."""
    return pd.to_datetime(cells.astype(str).str.strip(), format=form, errors="coerce", utc=True)


def course(profile: DatasetProfile, candidate: Candidate) -> tuple[str, str] | None:
    """The column of times, and the one that tells entities apart, if together they name (nearly) every row once."""
    usable = [time for time in _moments(profile) if time != candidate.name]
    for time in usable:
        if float(profile.frame[time].duplicated().mean()) <= TWICE:
            return time, ""
    for time in usable:
        for key in _keys(profile, {time, candidate.name}):
            if not profile.codes(key).repeats_with(profile.codes(time), TWICE):
                return time, key
    return None


@lru_cache(maxsize=2)
def _moments(profile: DatasetProfile) -> tuple[str, ...]:
    return tuple(time for time in profile.times if _tells_moments(profile, time))


def _tells_moments(profile: DatasetProfile, time: str) -> bool:
    """Whether every row has a moment in this column, of enough different ones."""
    column = profile[time]
    if column.missing > 0 or column.cardinality < FEWEST_MOMENTS or not time_format(column):
        return False
    return not bool(read_times(profile.frame[time], time_format(column)).isna().any())


def _keys(profile: DatasetProfile, without: set[str]) -> list[str]:
    """Columns that may name the entities, those that were recognised first, then those of fewest values."""
    found = [
        column
        for column in profile.columns
        if column.name not in without
        and column.kind in KEYS
        and not column.running
        and 2 <= column.cardinality <= profile.sampled / FEWEST_MOMENTS
    ]
    known = {name: place for place, name in enumerate(profile.entities)}
    return [c.name for c in sorted(found, key=lambda c: (known.get(c.name, len(known)), c.cardinality))]


def series(
    profile: DatasetProfile, candidate: Candidate, share: float, seeds: SplitSeeds, question: str
) -> Series | None:
    """The target as a course over time, or None where the table holds none."""
    if candidate.numbers is None:
        return None
    found = course(profile, candidate)
    if found is None:
        return None
    time, entity = found
    when = read_times(profile.frame[time], time_format(profile[time]))
    part = cut_near(when, seeds.share(share, question))
    if part is None:
        return None
    late = from_cut(when, part)
    tested = float((late & candidate.usable).sum() / candidate.usable.sum())
    if not CUT[0] / 2 <= tested <= CUT[1] or (entity and not _stay(profile.frame[entity], late)):
        return None
    return Series(
        split=Split(rule="time", test=part, seed=seeds.of(question), column=time),
        entity=entity,
        horizon=_horizon(when[late], profile.frame[time], profile[time]),
        unknown=_unknown(profile, candidate, time, entity),
    )


def cut_near(when: pd.Series, share: float) -> float | None:
    """The share nearest to the wanted one of the rows from one moment on; None where moments are too coarse."""
    moments = np.sort(when.to_numpy(dtype="datetime64[ns]"))
    _, starts, counts = np.unique(moments, return_index=True, return_counts=True)
    tail = 1 - starts / len(moments)
    allowed = (tail >= CUT[0]) & (tail <= CUT[1])
    if not allowed.any():
        return None
    first = int(np.where(allowed, np.abs(tail - share), np.inf).argmin())
    # A hair less, so that rounding does not take the moment before with it.
    return round(float(tail[first] - min(counts[first] / len(moments) / 2, 1e-4)), 4)


def from_cut(when: pd.Series, share: float) -> NDArray[np.bool_]:
    """The latest rows, as prepare.py finds them."""
    late: NDArray[np.bool_] = (when >= when.sort_values().iloc[int((1 - share) * len(when))]).to_numpy(dtype=bool)
    return late


def _stay(entities: pd.Series, late: NDArray[np.bool_]) -> bool:
    """Whether those that are tested have a past, and most of those with a past are tested."""
    before, after = set(entities[~late]), set(entities[late])
    both = len(before & after)
    return both >= STAYING * len(after) and both >= STAYING / 2 * len(before)


def _horizon(late: pd.Series, cells: pd.Series, column: ColumnProfile) -> str:
    """How far ahead is asked: "125 days, 2020-04-20 to 2020-08-22"."""
    asked = cells.astype(str).str.strip()[late.index]
    first, last = first_and_last(asked, column)
    return f"{counted(late.nunique(), step(asked, column) or 'moment')}, {first} to {last}"


def _unknown(profile: DatasetProfile, candidate: Candidate, time: str, entity: str) -> dict[str, str]:
    """Columns that nobody has before the moment itself."""
    when = read_times(profile.frame[time], time_format(profile[time]))
    parts = (when.dt.month, when.dt.day_of_week, when.dt.hour, when.dt.year, when.dt.quarter, when.dt.day)
    calendar = [Codes.read(part) for part in parts if part.nunique() > 1]
    why = _MEASURED.format(target=candidate.name)
    return {
        name: why
        for name in profile.names
        if name not in {time, entity, candidate.name} and not _known_before(profile, name, calendar, entity)
    }


def _known_before(profile: DatasetProfile, name: str, calendar: Sequence[Codes], entity: str) -> bool:
    words = set(tokens(name))
    if words & sense_words("lagged"):
        return False
    if words & sense_words("planned") or profile[name].kind is Kind.CONSTANT:
        return True
    fixing = [*([profile.codes(entity)] if entity else []), *calendar]
    return any(_fixed(profile.codes(name), by) for by in fixing)


def _fixed(cells: Codes, by: Codes) -> bool:
    """Whether one value goes with each value of another column, in (nearly) all rows."""
    return len(by.of) >= 2 * by.size and by.determines(cells) >= LASTING
