"""What the arrangement of a table says: repeated measurements, balanced factors, the one quantity among factors."""

import re

import numpy as np

from generation.profile import ColumnProfile, DatasetProfile, Kind
from generation.profile.dataset import NUMERIC_KINDS
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.signs import Signs

_NUMBERED = re.compile(r"(.*[^\W\d_])[_. ]?(\d{1,4})[_. ]?[a-z]?")
_EARLIER = re.compile(r"(.+)[_.]([1-4])")
_JOINTS = re.compile(r"[_.:*]")
_ROUNDED = 1e-3
_PRICES = {"open", "high", "low", "close"}
_MOSTLY = 0.5
_LARGE_FAMILY = 4
_MANY_VALUES, _FEW_QUANTITIES, _MOST_LEVELS = 20, 2, 40
_OFTEN_ZERO = 0.2
_OUT_OF_ORDER = frozenset({Kind.CONSTANT, Kind.IDENTIFIER, Kind.TEXT, Kind.DATE})


def by_arrangement(profile: DatasetProfile, candidate: Candidate) -> Signs:
    """All signs of the arrangement."""
    return [
        *_by_family(profile, candidate.name),
        *_by_rows(profile, candidate),
        *_by_prices(profile, candidate.name),
        *_by_factors(profile, candidate),
        *_by_quantities(profile, candidate),
        *_by_balance(candidate),
    ]


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


def _by_rows(profile: DatasetProfile, candidate: Candidate) -> Signs:
    """Beside `sales` a column `sales_1` that holds the sales of the row before was made for telling them."""
    found = _EARLIER.fullmatch(candidate.name)
    base = found.group(1) if found else ""
    now = profile.cells(base).numbers if base in profile.names else None
    if found is None or now is None or candidate.numbers is None or profile[base].cardinality <= _MANY_VALUES:
        return []
    step, then = int(found.group(2)), candidate.numbers
    # Panels lie in either order, and of each thing the first rows have none before them.
    for one, other in ((then[step:], now[:-step]), (then[:-step], now[step:])):
        known = np.isfinite(one) & np.isfinite(other)
        if known.any() and float((one[known] == other[known]).mean()) > _MOSTLY:
            return [(-3.0, f"it is `{base}` of an earlier row")]
    return []


def _by_factors(profile: DatasetProfile, candidate: Candidate) -> Signs:
    """`dose_age` that is dose times age was computed, as a term of a model; names may be cut."""
    others = [name for name in profile.names if name != candidate.name]
    parts = [
        next((name for name in others if part and name.lower().startswith(part)), "")
        for part in _JOINTS.split(candidate.name.lower())
    ]
    factors = [profile.cells(name).numbers for name in parts if name]
    if candidate.numbers is None or len(factors) < max(2, len(parts)):
        return []
    product = np.ones(len(candidate.numbers))
    for factor in factors:
        product = product * (np.nan if factor is None else factor)
    known = np.isfinite(product) & np.isfinite(candidate.numbers)
    if known.any() and np.allclose(product[known], candidate.numbers[known], rtol=_ROUNDED):
        return [(-3.0, "it is the product of the columns that its name is made of")]
    return []


def _by_prices(profile: DatasetProfile, name: str) -> Signs:
    """Of a day's open, high, low and close the last is foretold."""
    ends = {other: words[-1] for other in profile.names if (words := tokens(other))}
    if not {*ends.values()} >= _PRICES:
        return []
    if ends.get(name) == "close":
        return [(2.0, "of the prices of a day the last is foretold")]
    return [(-1.5, "it is known when the day begins")] if ends.get(name) == "open" else []


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
