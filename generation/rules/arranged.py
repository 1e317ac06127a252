"""What the arrangement of a table says: repeated measurements, balanced factors, the one quantity among factors."""

import re

import numpy as np

from generation.profile import ColumnProfile, DatasetProfile, Kind
from generation.profile.dataset import NUMERIC_KINDS
from generation.rules.candidates import Candidate

Signs = list[tuple[float, str]]

_NUMBERED = re.compile(r"(.*[^\W\d_])[_. ]?(\d{1,4})[_. ]?[a-z]?")
_LARGE_FAMILY = 4
_MANY_VALUES, _FEW_QUANTITIES, _MOST_LEVELS = 20, 2, 40
_OFTEN_ZERO = 0.2
_OUT_OF_ORDER = frozenset({Kind.CONSTANT, Kind.IDENTIFIER, Kind.TEXT, Kind.DATE})


def by_arrangement(profile: DatasetProfile, candidate: Candidate) -> Signs:
    """All signs of the arrangement."""
    return [*_by_family(profile, candidate.name), *_by_quantities(profile, candidate), *_by_balance(candidate)]


def _family(name: str) -> tuple[str, int] | None:
    found = _NUMBERED.fullmatch(name)
    return (found.group(1).lower().rstrip("_. "), int(found.group(2))) if found else None


def _by_family(profile: DatasetProfile, name: str) -> Signs:
    """Of `score1`, `score2`, `score3` or `vote88`, `vote90` the last is asked for, of many none."""
    own = _family(name)
    if own is None:
        return []
    families = [_family(other) for other in profile.names if other != name]
    places = [family[1] for family in families if family is not None and family[0] == own[0]]
    if not places:
        return []
    found: Signs = [(-0.8, "it is one of many of one kind")] if len(places) + 1 >= _LARGE_FAMILY else []
    if any(place > own[1] for place in places):
        found.append((-1.5, "the same was measured later again"))
    return found


def _by_quantities(profile: DatasetProfile, candidate: Candidate) -> Signs:
    if candidate.numbers is None:
        return []
    found: Signs = []
    quantities = [c for c in profile.columns if c.kind in NUMERIC_KINDS and c.cardinality > _MANY_VALUES]
    if candidate.column in quantities and len(quantities) <= _FEW_QUANTITIES:
        found.append((0.5, "hardly another column is a quantity"))
    known = candidate.numbers[np.isfinite(candidate.numbers)]
    if len(known) and float((known == 0).mean()) > _OFTEN_ZERO:
        found.append((0.5, "an amount or a count that is often nothing"))
    return found


def _by_balance(candidate: Candidate) -> Signs:
    """Levels that occur equally often were laid out, not observed."""
    counts = [count for _, count in candidate.column.levels]
    if 2 <= len(counts) <= _MOST_LEVELS and min(counts) == max(counts):
        return [(-0.9, "its levels occur equally often, as a design lays them out")]
    return []


def by_position(columns: tuple[ColumnProfile, ...], name: str) -> Signs:
    """The column that is asked for mostly stands at one of the ends, often beside an entity or a weight."""
    asked = [c.name for c in columns if c.kind not in _OUT_OF_ORDER]
    place = asked.index(name) if name in asked else -1
    if place < 0:
        return []
    ends = {0: "first", len(asked) - 1: "last"}
    if place in ends:
        return [(1.3, f"it is the {ends[place]} column")]
    return [(0.5, "it stands near an end of the table")] if place in (1, len(asked) - 2) else []
