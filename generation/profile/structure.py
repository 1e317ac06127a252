"""Rows that belong together: entities that repeat, times that order them, places."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.codes import Codes
from generation.profile.dataset import ColumnProfile, Kind, Relation
from generation.profile.lexicon import structure_words
from generation.profile.words import tokens

_MOST_ROWS_OF_ONE = 60  # a vehicle model with hundreds of rows is a category, not somebody
_OFTEN = 0.2
_TWICE = 0.02


def times(columns: Sequence[ColumnProfile]) -> tuple[str, ...]:
    """Columns that say when a row was observed: dates, and years of a century or two."""
    found = []
    for column in columns:
        words = set(tokens(column.name))
        if words & structure_words("not_observed"):
            continue
        year = words & {"year", "yr"} and column.low is not None and column.low >= 1700 and (column.high or 0) <= 2100
        if column.kind is Kind.DATE or (year and column.cardinality >= 3):
            found.append(column.name)
    # Of several moments of a row those that come after it is made are known last: the split looks at the others first.
    late = structure_words("afterwards")
    return tuple(sorted(found, key=lambda name: bool(set(tokens(name)) & late)))


def coordinates(columns: Sequence[ColumnProfile]) -> tuple[str, ...]:
    """Columns of positions on a map."""
    return tuple(
        c.name
        for c in columns
        if c.low is not None and c.low >= -400 and not c.whole and set(tokens(c.name)) & structure_words("place")
    )


_SIDES = ({"latitude", "lat", "y", "northing"}, {"longitude", "lon", "lng", "long", "x", "easting"})


def positions(columns: Sequence[ColumnProfile]) -> tuple[tuple[str, str], ...]:
    """Pairs of latitude and longitude, or of the two ways of a map: names that differ in this alone."""
    found = []
    sides: list[dict[tuple[str, ...], str]] = [{}, {}]
    for column in columns:
        if column.low is None or column.high is None:
            continue
        words = tokens(column.name)
        for side, names in zip(sides, _SIDES, strict=True):
            own = [word for word in words if word in names]
            if own and _on_a_globe(column, own[0]):
                side.setdefault(tuple(word for word in words if word != own[0]), column.name)
    for stem, latitude in sides[0].items():
        if stem in sides[1]:
            found.append((latitude, sides[1][stem]))
    return tuple(found)


def _on_a_globe(column: ColumnProfile, word: str) -> bool:
    """Whether the numbers can be what the word says; x and y may be anything, but need company in their names."""
    if column.low is None or column.high is None:
        return False
    if word in ("x", "y"):
        return column.cardinality > 30 and len(tokens(column.name)) > 1
    limit = 90 if word.startswith("lat") else 180 if word.startswith("lo") or word == "lng" else np.inf
    return -limit <= column.low and column.high <= limit and not (column.whole and limit < np.inf)


def entities(
    frame: pd.DataFrame, columns: Sequence[ColumnProfile], found: Sequence[Relation], when: Sequence[str]
) -> tuple[str, ...]:
    """Columns whose values repeat as people, places or things do: the strongest first.

    A column counts if its name says so and either its rows differ by time alone (a panel), or it fixes several other
    columns, or it is an identifier that repeats; an area counts only in a panel, for its rows are mostly strangers.
    """
    fixed = pd.Series([r.column for r in found if r.kind == "function"], dtype=object).value_counts()
    moments = [Codes.read(frame[time]) for time in when]
    ranked = []
    for column in columns:
        repeats = len(frame) * (1 - column.missing) / max(1, column.cardinality)
        if column.kind not in (Kind.IDENTIFIER, Kind.CATEGORY, Kind.COUNT, Kind.TEXT) or column.running:
            continue
        words = tokens(column.name)
        ends = {words[0], words[-1]} if words else set()
        place = bool(set(words) & (structure_words("area") | structure_words("place")))
        acts = not place and (bool(ends & structure_words("actor")) or "name" in ends)
        if not (acts or place) or column.cardinality < 12 or repeats < 1.5:
            continue
        strength = 3 * _is_panel(Codes.read(frame[column.name]), moments)
        if acts and repeats <= _MOST_ROWS_OF_ONE:
            strength += int(fixed.get(column.name, 0)) + 3 * (column.kind is Kind.IDENTIFIER)
        if strength >= 3:
            ranked.append((-strength, column.position, column.name))
    return tuple(name for _, _, name in sorted(ranked))


def _is_panel(entity: Codes, when: Sequence[Codes]) -> bool:
    """Whether entity and time together name (nearly) every row once and most entities are there at most times."""
    rows = len(entity.of)
    return any(
        rows > _OFTEN * entity.size * time.size and not entity.repeats_with(time, _TWICE)
        for time in when
        if time.name != entity.name
    )


def running(numbers: NDArray[np.float64]) -> bool:
    """Whether numbers count the rows up or down by one."""
    steps = np.diff(numbers)
    return len(steps) > 5 and bool((np.abs(steps - steps[0]) < 1e-9).mean() >= 0.98 and abs(steps[0]) == 1)
