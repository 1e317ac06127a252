"""What one row of a table is: what the documentation says, what the cells show, or what the names let one think."""

import re
from dataclasses import dataclass

from generation.profile import ColumnProfile, DatasetProfile, Kind
from generation.profile.lexicon import kind_words
from generation.profile.words import tokens
from generation.rules.moments import singular, step
from generation.rules.phrases import spoken

_NEARLY_ALL = 0.98
_FULL_GRID = 1.25
_ONE = r"(?:(?:a|an|one|the|single|individual|different|unique)\s+)*"
_NOUN = rf"{_ONE}(?P<noun>[A-Za-z][\w-]*(?:\s+[A-Za-z][\w-]*){{0,3}}?(?:\s+(?:in|on) (?:one|a|each|every) [a-z]+)?)"
_END = r"(?=\s*(?:[.,;:()]|$|\s(?:that|which|who|in|from|of|with|at|on|and|described|represented|for|is|was|by)\b))"
_STATED = (
    re.compile(
        r"\b(?:each|every|one|a) (?:row|observation|record|line|instance|case|entry|example|sample)s?\s+"
        rf"(?:is|represents|describes|corresponds to|stands for|refers to|per|for each|for every)\s+{_NOUN}{_END}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b[\d,]+ (?:observations|rows|records) (?:on|of|for)\s+{_NOUN}{_END}", re.IGNORECASE),
)
_NO_NOUN_WORDS = "variable variables column columns row rows observation observations feature features data"
_NO_NOUN = frozenset(_NO_NOUN_WORDS.split())


@dataclass(frozen=True)
class Row:
    """`what` is a noun phrase ("flight", "store in one week") or empty; `known`: told or shown, not read off names."""

    what: str = ""
    known: bool = False


def row_of(profile: DatasetProfile) -> Row:
    """What a row is, as far as it can be told."""
    stated = _stated(profile.documentation)
    if shown := _by_time(profile, stated):
        return Row(shown, known=True)
    if stated:
        return Row(stated, known=True)
    return Row(_by_key(profile) or _by_dataset(profile), known=False)


def entity_word(name: str) -> str:
    """A noun for what a column identifies: `patient_id` gives patient; nothing for a mere `id`."""
    words = [w for w in tokens(name) if w not in kind_words("identifier") and not w.isdigit()]
    words = [w for w in words if w not in {"name", "code", "nr", "no", "num", "number", "key"}]
    return singular(" ".join(words)) if words and all(len(w) > 2 for w in words) else ""


def _stated(documentation: str) -> str:
    flat = " ".join(documentation.split())
    for form in _STATED:
        for match in form.finditer(flat):
            words = match["noun"].lower().split()
            if not _NO_NOUN & set(words) and len(words[-1]) > 2:
                noun = " ".join([*words[:-1], singular(words[-1])])
                return re.sub(r" (in|on) (?:a|each|every) ", r" \1 one ", noun)
    return ""


def _by_time(profile: DatasetProfile, stated: str) -> str:
    """A moment, or one thing at one moment, if that names (nearly) every row; `stated` is a noun for the thing."""
    for time in profile.times:
        column = profile[time]
        unit = step(profile.frame[time].drop_duplicates().astype(str).str.strip(), column) or (
            "" if column.date_format else "year"
        )
        if unit and column.cardinality >= _NEARLY_ALL * profile.rows and column.kind is Kind.DATE:
            return "" if stated else unit
        entity = _panel(profile, column)
        if unit and entity:
            noun = stated or entity_word(entity) or f"value of `{entity}`"
            return f"{noun} {'on' if unit == 'day' else 'in'} one {unit}"
    return ""


def _panel(profile: DatasetProfile, time: ColumnProfile) -> str:
    """A column that, with a time, names (nearly) every row of a (nearly) full grid; or nothing."""
    named = [profile[name] for name in profile.entities]
    coded = [c for c in profile.columns if c.kind in (Kind.CATEGORY, Kind.IDENTIFIER) and c.cardinality > 1]
    for column in (*named, *coded):
        grid = column.cardinality * time.cardinality
        if column.name not in profile.entities and not profile.rows <= grid <= _FULL_GRID * profile.rows:
            continue
        if len(profile.frame[[column.name, time.name]].drop_duplicates()) >= _NEARLY_ALL * profile.rows:
            return column.name
    return ""


def _by_key(profile: DatasetProfile) -> str:
    """A column that identifies every row names it."""
    for column in profile.columns:
        if column.kind is Kind.IDENTIFIER and column.cardinality >= _NEARLY_ALL * profile.sampled:
            word = entity_word(column.name)
            if word and set(word.split()) & spoken("things"):
                return word
    return ""


def _by_dataset(profile: DatasetProfile) -> str:
    """A dataset that is named after things ("top colleges 2022") has one in each row."""
    if profile.entities:
        return ""
    words = [word for word in tokens(profile.name) if not word.isdigit()]
    things = [word for word in words if singular(word) in spoken("things")]
    if things and words[-1] == things[-1] != singular(words[-1]):
        before = words[-2:-1] if len(words) > 1 and words[-2] in spoken("things") else []
        return " ".join([*before, singular(words[-1])])
    beside = {word for word in words if word not in things} <= spoken("beside")
    return singular(things[0]) if len(things) == 1 and beside else ""
