"""Numbers in writing: money, percentages, quantities with their unit, durations, times of day."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.lexicon import time_words, units

Form = Literal["", "separated", "currency", "percentage", "quantity", "duration", "clock"]
_SHARE = 0.99
_LOOKED_AT = 200
_SPACE = "\\s\u00a0\u202f"
_CURRENCY = (
    r"(?:US|CA|A|C|NZ|HK|S|R)?\$|€|£|¥|₹|₽|₩|₺|kr\.?|zł|Fr\.?"
    r"|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|BRL|RUB)\b"
)
_NUMBER = rf"\d{{1,3}}(?:[,.'{_SPACE}]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"^\(?[-+]?\s*(?P<before>{_CURRENCY})?\s*[-+]?(?P<number>{_NUMBER})\s*(?P<scale>[kKmMB](?:n|io)?)?"
    rf"\s*(?P<after>%|(?:{_CURRENCY}))?\)?$"
)
_QUANTITY = re.compile(
    rf"^[-+]?(?P<number>{_NUMBER})\s*(?P<unit>[A-Za-zµ°Ωåö][A-Za-zµ°²³/%^\d]{{0,11}}(?: [a-z]{{1,8}})?)\.?$"
)
_CLOCKED = re.compile(
    r"^(?:(?P<days>\d+) ?d(?:ays?)?,? )?(?P<first>\d+):(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d(?:\.\d+)?))?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?$"
)
_SPELLED = re.compile(r"^(?:\s*(?:and|,)?\s*\d+(?:\.\d+)?\s*[A-Za-z]+\.?)+$")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_ISO = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}


@dataclass(frozen=True)
class Written:
    """Cells read as numbers, NaN where a cell is none; what they are written as, and in which unit."""

    form: Form
    unit: str
    numbers: NDArray[np.float64]


def read_written(text: pd.Series) -> Written | None:
    """What cells say that are numbers to a reader but not to a parser; None where they say none.

    Money stays in its currency, a percentage is of 100, a duration and a time of day are in seconds.
    """
    codes, distinct = pd.factorize(text)
    cells = [str(cell) for cell in distinct]
    for read in (_amounts, _clocks, _durations, _quantities):
        found = read(cells)
        if found is not None:
            return Written(found.form, found.unit, np.where(codes < 0, np.nan, found.numbers[codes]))
    return None


def _matches(cells: list[str], pattern: re.Pattern[str]) -> list[re.Match[str] | None] | None:
    """The matches of all cells, if nearly all are some; a few are looked at first."""
    few = cells[:_LOOKED_AT]
    if not few or sum(pattern.match(cell) is not None for cell in few) < _SHARE * len(few):
        return None
    found = [pattern.match(cell) for cell in cells]
    return found if sum(match is not None for match in found) >= _SHARE * len(cells) else None


def _amounts(cells: list[str]) -> Written | None:
    """Money, percentages, and numbers with separators or a decimal comma."""
    found = _matches(cells, _AMOUNT)
    if found is None:
        return None
    read = _reader([match["number"] for match in found if match])
    numbers = np.array([_amount(match, read) for match in found])
    signs = {sign for match in found if match for sign in (match["before"], match["after"]) if sign}
    if not signs and any(match["scale"] == "m" for match in found if match):
        return None  # metres, unless it is money
    if "%" in signs:
        return Written("percentage", "%", numbers) if signs == {"%"} else None
    if signs:
        return Written("currency", "/".join(sorted(signs)), numbers)
    return Written("separated", "", numbers)


def _amount(match: re.Match[str] | None, read: Callable[[str], float]) -> float:
    if match is None:
        return np.nan
    scale = _SCALES[match["scale"][0].lower()] if match["scale"] else 1.0
    negative = "-" in match.string or match.string.startswith("(")
    return (-1 if negative else 1) * scale * read(match["number"])


def _reader(numbers: list[str]) -> Callable[[str], float]:
    """How all numbers of a column are read: which sign is the decimal one is decided from all of them."""
    comma = _decimal_comma(numbers)
    drop, point = (r"[.'\s\u00a0\u202f]", ",") if comma else (r"[,'\s\u00a0\u202f]", ".")
    return lambda number: float(re.sub(drop, "", number).replace(point, "."))


def _decimal_comma(numbers: list[str]) -> bool:
    """Whether a comma is the decimal sign: it comes after a dot, or not before three digits."""
    for number in numbers:
        comma, dot = number.rfind(","), number.rfind(".")
        if comma >= 0 and dot >= 0:
            return comma > dot
        if comma >= 0 and (len(number) - comma != 4 or number.startswith("0,")):
            return True
    # Without a comma, dots that come twice in a number can only be thousands.
    return not any("," in number for number in numbers) and any(number.count(".") > 1 for number in numbers)


def _quantities(cells: list[str]) -> Written | None:
    """Numbers with one and the same unit ("12 kg", "1 year" and "2 years")."""
    found = _matches(cells, _QUANTITY)
    if found is None:
        return None
    known = units()
    spelled = {match["unit"] for match in found if match}
    named = {known.get(unit.lower().rstrip("."), unit if unit in known.values() else "") for unit in spelled}
    if "" in named:
        named = {unit.lower().removesuffix("s") for unit in spelled}
        if len(named) != 1 or min(map(len, spelled)) < 2:
            return None
        named = {max(spelled, key=len)}
    if len({unit.removesuffix("s") for unit in named}) != 1:
        return None
    read = _reader([match["number"] for match in found if match])
    numbers = np.array(
        [np.nan if m is None else read(m["number"]) * (-1 if m.string.startswith("-") else 1) for m in found]
    )
    unit = max(named, key=len)
    return Written("duration" if _is_time(unit) else "quantity", unit, numbers)


def _is_time(unit: str) -> bool:
    return unit.rstrip("s") in {"second", "minute", "hour", "day", "week", "month", "year"}


def _clocks(cells: list[str]) -> Written | None:
    """Durations ("1:23:45") and, where every hour is one of a day, times of day ("08:30", "8:30 PM")."""
    found = _matches(cells, _CLOCKED)
    if found is None:
        return None
    numbers = np.array([np.nan if match is None else _clocked(match) for match in found])
    some = [match for match in found if match]
    halves = sum(match["half"] is not None for match in some)
    of_day = all(match["days"] is None and int(match["first"]) < 24 for match in some)
    padded = all(len(match["first"]) == 2 for match in some)
    if halves == len(some) or (not halves and of_day and padded):
        return Written("clock", "seconds", numbers)
    if halves:
        return None
    return Written("duration", "seconds", numbers)


def _clocked(match: re.Match[str]) -> float:
    first, second, third = int(match["first"]), int(match["second"]), float(match["third"] or 0)
    if match["half"]:
        first = first % 12 + (12 if match["half"].lower() == "p" else 0)
    # Two parts are hours and minutes: a clock shows them so.
    return int(match["days"] or 0) * 86_400 + first * 3600 + second * 60 + third


def _durations(cells: list[str]) -> Written | None:
    """Durations in several units ("1 h 30 min", "PT1H30M") in seconds; one unit alone is left to be a quantity."""
    if _matches(cells, _ISO) is not None and not any(cell == "P" for cell in cells):
        return Written("duration", "seconds", np.array([_iso(cell) for cell in cells]))
    if _matches(cells, _SPELLED) is None:
        return None
    parts = [_PART.findall(cell) for cell in cells]
    words = {word.lower() for part in parts for _, word in part}
    seconds = time_words()
    if not words <= seconds.keys() or len({seconds[word] for word in words}) < 2:
        return None
    return Written(
        "duration", "seconds", np.array([sum(float(n) * seconds[word.lower()] for n, word in part) for part in parts])
    )


def _iso(cell: str) -> float:
    match = _ISO.match(cell)
    if match is None:
        return np.nan
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds
