"""What a column's name and the documentation say of it."""

import re
from collections.abc import Mapping

from generation.profile.lexicon import letter_words, units
from generation.profile.restating import restated

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
_BRACKETED = re.compile(r"[(\[]\s*([^)\]]{1,20}?)\s*[)\]]\s*$")
_MARKUP = re.compile(r"[`*_|\\‘’“”\"]+")
_EDGES = " :–—=-\t,;|"
_EMPTY_WORDS = frozenset(
    {"a", "an", "the", "factor", "numeric", "integer", "vector", "character", "variable", "logical"}
)
_HEADER_OF_R = "r documentation"  # "women| R Documentation" heads the help page of a table, not the line of a column
_FORMULA_OR_CODE = re.compile(r"<-|\b[a-z_]\w*\(\s*\w+\s*=|^\s*#|^\s*>")


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `MedHouse_val2` gives med, house, val, 2."""
    return tuple(part.lower() for part in _TOKEN.findall(name))


_LASTING = frozenset({"time", "duration", "elapsed", "delay", "wait", "waiting", "length", "late", "trip", "travel"})


def unit(name: str) -> str:
    """The unit that a name states ("weight_kg", "moisture (%)"), or ""."""
    bracketed = _BRACKETED.search(name)
    if bracketed and _is_unit(bracketed.group(1)):
        return bracketed.group(1)
    words = tokens(name)
    if not words:
        return ""
    if name.rstrip().endswith("%"):
        return "%"
    if _names_no_unit(words):
        return ""
    last = re.split(r"[_\s.\-]+", name.strip())[-1]
    alone = {"mpg", "bmi", "horsepower"}
    if len(last) == 1 and len(words) > 1 and set(words[:-1]) & letter_words(words[-1]):
        return units().get(words[-1], "")
    stated = last.lower() == words[-1] and len(last) > 1 and (len(words) > 1 or last in alone)
    return units().get(words[-1], "") if stated else ""


def _names_no_unit(words: tuple[str, ...]) -> bool:
    """Whether the last word is no unit although it reads like one."""
    if words[0] in {"number", "num", "n", "no", "count", "year", "yr"}:
        return True
    if words[-1] == "min" and not _LASTING & set(words):
        return True  # "temp_min" is the least, "travel_time_min" are minutes
    return len(words) > 1 and words[-2].isdigit()  # "thinness 5-9 years" names an age


def _is_unit(text: str) -> bool:
    """Whether what stands in brackets is a unit and not a remark such as "(men)"."""
    known = {*units(), *(name.lower() for name in units().values())}
    return text.lower() in known or bool(re.search(r"[%°$€£µ²³/^]|\bper\b", text))


def meanings(documentation: str, names: tuple[str, ...]) -> dict[str, str]:
    """For each column that the documentation has a line for, what that line says, said anew (see `restated`).

    Two forms are understood: `name: meaning` on one line (also with -, =, | or a tab between, bullets and quotes), and
    the name alone on a line with its meaning in the paragraph below, as R's help pages have it.
    """
    lines = [_clean(line) for line in documentation.splitlines()]
    wanted = {name.strip().lower(): name for name in reversed(names)}
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        for key in _keys(line):
            name = wanted.get(key)
            text = line[len(key) :] if name is not None and line.lower().startswith(key) else ""
            if name is None or name in found:
                continue
            meaning = _meaning(
                text if text.strip(" :–—=-.\t,") else _paragraph(lines, number + 1, wanted), documentation
            )
            if meaning:
                found[name] = meaning
    return found


def _clean(line: str) -> str:
    line = line.strip().strip("|").replace("|", " : ", 1)
    line = re.sub(r"^(\S+)(?:\s{2,}|\t)(?=\S)", r"\1 : ", line)  # a table set with spaces
    line = re.sub(r"^\s*(?:[-*•+>#]+\s+|\d+[\\.)]+\s*)?", "", line)
    return re.sub(r"\s+", " ", _MARKUP.sub(" ", line)).strip() if "_" not in line else _keep_underscores(line)


def _keep_underscores(line: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[`*|\\‘’“”\"]+", " ", line)).strip()


def _keys(line: str) -> list[str]:
    """What may be the column's name at the head of a line: the whole line, or the part before a separator."""
    lowered = line.lower()
    parts = re.split(r"\s*[:=–—]\s+|\s+[-–—:=]\s*|\s*:\s*|\t", lowered, maxsplit=1)
    return [key for key in dict.fromkeys([lowered, parts[0].strip()]) if 0 < len(key) <= 60]


def _paragraph(lines: list[str], start: int, names: Mapping[str, str]) -> str:
    """The next paragraph, up to a line that another name opens."""
    while start < len(lines) and not lines[start]:
        start += 1
    end = start
    while end < len(lines) and lines[end] and end - start < 4 and not any(key in names for key in _keys(lines[end])):
        end += 1
    return " ".join(lines[start:end])


def _meaning(text: str, documentation: str) -> str:
    text = text.strip(_EDGES)
    if text.lower() == _HEADER_OF_R or not re.search(r"[^\W\d_]{2}", text) or _FORMULA_OR_CODE.search(text):
        return ""
    said = restated(text, documentation)
    return "" if set(tokens(said)) <= _EMPTY_WORDS else said
