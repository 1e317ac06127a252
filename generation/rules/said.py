"""What a name, a meaning and a title say of a column, beyond single words."""

import re

from generation.profile import DatasetProfile
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.lexicon import sense_words

_UNTIL = re.compile(r"(?i)time[_ .]?(to|until|till)[_ .]|surv(ival)?[_ .]?(time|days|months|years)|days[_ .]to[_ .]")
_UNTIL_MEANT = re.compile(r"(?i)\b(time|days|months|weeks|years) (to|until|till)\b|survival time|(length|duration) of")
_HEADING = re.compile(r"^#{1,3}\s+(.*\S)", re.MULTILINE)
_STEM = 4


def head_of(name: str) -> tuple[str, ...]:
    """The words that say what is asked for: of `WeekofPurchase` the week, of `number_of_claims` all."""
    words = tuple(word for word in tokens(re.sub(r"(?<=[a-z])of(?=[A-Z])", " of ", name)) if not word.isdigit())
    if "of" not in words[1:]:
        return words
    first = words[: words.index("of", 1)]
    return words if set(first) <= sense_words("generic") else first


def stem(word: str) -> str:
    """A word without the s of many."""
    return word.rstrip("s")


def time_to_event(candidate: Candidate) -> bool:
    """Whether a number is the time that something takes or lasts, not the moment of a row."""
    if candidate.numbers is None:
        return False
    return bool(_UNTIL.search(candidate.name) or _UNTIL_MEANT.search(candidate.column.meaning[:60]))


def meant_in_name(profile: DatasetProfile, candidate: Candidate) -> bool:
    """Whether the first telling word of what a column means is in the dataset's name: crimes per person in Crime."""
    generic = sense_words("generic") | sense_words("given") | sense_words("setting")
    telling = [word for word in tokens(candidate.column.meaning) if len(word) >= _STEM and word not in generic]
    named = {stem(word) for word in tokens(profile.name)}
    return bool(telling) and stem(telling[0]) in named


def in_title(profile: DatasetProfile, candidate: Candidate) -> bool:
    """Whether the first heading of the documentation has a word of the name, or of what the name means."""
    heading = _HEADING.search(profile.documentation)
    if heading is None:
        return False
    title = {stem(word) for word in tokens(heading.group(1))}
    words = {stem(word) for word in tokens(candidate.name) if len(word) >= _STEM}
    return bool((words - sense_words("generic")) & title)
