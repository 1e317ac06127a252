"""Levels that have an order: known scales, ranges of numbers, numbered steps, grades, quantities."""

import re
from collections.abc import Callable, Sequence

import pandas as pd

from generation.profile.lexicon import scales
from generation.profile.written import read_written

_NUMBER = r"[$€£]?\d+(?:[.,]\d+)*\s*(?:k|m|%|years?|yrs?|kg|cm|mm|km)?"
_RANGE = re.compile(
    rf"^(?:[<>≤≥]=?|under|below|less than|up to|over|above|more than)?\s*{_NUMBER}"
    rf"\s*(?:(?:-|–|to|until)\s*{_NUMBER}|\+|and (?:over|above|older|more|under|below|younger|less).*|or .*)?$"
)
_OPEN = ("-", "–", "+", " to ", "<", ">", "≤", "≥", "under", "below", "over", "above", "less", "more", " and ", " or ")
_BELOW = ("<", "≤", "under", "below", "less", "up to")
_ABOVE = (">", "≥", "over", "above", "more")
_BULLET = re.compile(r"^\(?\d+\s*[-.:)=]\s*(?=\D)")
_STEP = re.compile(
    r"^(?:stage|grade|level|tier|degree|step|phase|quartile|quintile|decile|year|band|wave|round)[ _-]*(\d+|[ivx]+)$"
)
_GRADE = re.compile(r"^[a-f][+-]?$")
_BOND = re.compile(r"^(a{1,3}|b{1,3}|c{1,3}|d)[+-]?$")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_FEWEST = 3


def ordered_levels(levels: Sequence[str]) -> tuple[str, ...]:
    """The levels in their natural order, low to high, if they are steps of one scale, else nothing."""
    if len(levels) < _FEWEST:
        return ()
    lowered = {_plain(level): level for level in levels}
    if len(lowered) < len(levels):
        return ()
    for rule in (_on_a_scale, _ranges, _steps, _bonds, _amounts):
        key = rule(list(lowered))
        if key is not None:
            return tuple(lowered[level] for level in sorted(lowered, key=key))
    return ()


def ordered_grades(levels: Sequence[str]) -> tuple[str, ...]:
    """School grades from the worst to the best letter, as a name such as "grade" lets expect; else nothing."""
    lowered = {level.strip().lower(): level for level in levels}
    if len(lowered) < _FEWEST or len(lowered) < len(levels) or not all(map(_GRADE.match, lowered)):
        return ()
    return tuple(lowered[level] for level in sorted(lowered, key=_signed, reverse=True))


def _signed(grade: str) -> tuple[float, ...]:
    """Letters from the best on: A+ before A before A-."""
    letters = grade.rstrip("+-")
    return (ord(letters[0]), -len(letters), {"+": 0, "-": 2}.get(grade[-1], 1))


def _plain(level: str) -> str:
    lowered = re.sub(r"[_\s]+", " ", level.strip().lower())
    return _BULLET.sub("", lowered) if not _RANGE.match(lowered) else lowered


Key = Callable[[str], tuple[float, ...]]


def _on_a_scale(levels: list[str]) -> Key | None:
    for steps in scales():
        if all(level in steps for level in levels):
            return lambda level, known=steps: (float(known.index(level)),)  # type: ignore[misc]
    return None


def _ranges(levels: list[str]) -> Key | None:
    """Ranges of numbers ("18-25", "65 and over", "< 10k"), each from low to high."""
    if not all(map(_RANGE.match, levels)) or not any(sign in level for level in levels for sign in _OPEN):
        return None
    ends = [_numbers(level) for level in levels]
    if any(len(pair) == 2 and pair[0] > pair[1] for pair in ends):
        return None  # results of a match, not ranges
    return _range_start


def _numbers(level: str) -> list[float]:
    found = re.findall(r"(\d+(?:\.\d+)?)\s*([km](?![a-z]))?", re.sub(r"(?<=\d),(?=\d{3})", "", level))
    return [float(number) * {"": 1.0, "k": 1e3, "m": 1e6}[scale] for number, scale in found]


def _range_start(level: str) -> tuple[float, ...]:
    side = 0.0 if level.startswith(_BELOW) else 2.0 if level.startswith(_ABOVE) else 1.0
    return (_numbers(level)[0], side)


def _steps(levels: list[str]) -> Key | None:
    """One word and a number ("stage 2", "Grade III")."""
    found = {level: _STEP.match(level) for level in levels}
    if not all(found.values()) or len({re.split(r"[\d_ -]|[ivx]+$", level)[0] for level in levels}) != 1:
        return None
    numbers = {level: match.group(1) for level, match in found.items() if match}
    if not all(number.isdigit() or number in _ROMAN for number in numbers.values()):
        return None
    return lambda level: (float(_ROMAN.get(numbers[level]) or numbers[level]),)


def _bonds(levels: list[str]) -> Key | None:
    """Ratings of credit and grades with signs, from the worst on; letters alone may be mere names."""
    if not all(_BOND.match(level) or _GRADE.match(level) for level in levels):
        return None
    if not any(len(level) > 1 for level in levels):
        return None
    return lambda level: tuple(-part for part in _signed(level))


def _amounts(levels: list[str]) -> Key | None:
    """Quantities with a unit, sums of money, percentages."""
    written = read_written(pd.Series(levels, dtype=str))
    if written is None or not all(number == number for number in written.numbers):  # noqa: PLR0124 - no NaN
        return None
    numbers = dict(zip(levels, written.numbers.tolist(), strict=True))
    return lambda level: (numbers[level],)
