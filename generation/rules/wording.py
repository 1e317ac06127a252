"""Titles that ask, and the words for columns and datasets."""

import re
from collections.abc import Mapping

from generation.profile import DatasetProfile
from generation.profile.dataset import Kind
from generation.profile.lexicon import units
from generation.profile.restating import bare, clause, codes
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.figures import article, percent
from generation.rules.lexicon import subject_words
from generation.rules.moments import singular
from generation.rules.naming import slug
from generation.rules.phrases import abbreviations, spoken

LONGEST_TITLE = 120
MOST_WORDS_OF_A_MEANING = 7
# A target of such a name is "the answer" and nothing more.
_SAYS_NOTHING = frozenset(
    {
        "target",
        "class",
        "classes",
        "label",
        "labels",
        "outcome",
        "response",
        "result",
        "y",
        "type",
        "status",
        "category",
    }
)
_YES_OR_NO = frozenset({"0", "1", "0.0", "1.0", "yes", "no", "y", "n", "true", "false", "t", "f"})
_EMPTY = frozenset({"csv", "df", "data", "dataset", "table", "file", "full", "case"})
_NO_NOUN_WORDS = "whether what which who if how when is does has was were are had yes no 0 1"
_NO_NOUNS = frozenset(_NO_NOUN_WORDS.split())
_UNCOUNTED_ENDINGS = ("ism", "ness", "itis", "osis", "etes", "emia", "tension", "ing")


def phrase(name: str) -> str:
    """A name in plain words: `Sale_Price` becomes "sale price"; a short code stays as it is."""
    without = re.sub(r"[(\[][^)\]]*[)\]]\s*$", "", name).strip() or name
    words = _pieces(without)
    cut = sum(len(word) == 1 and word not in {"a", "i"} for word in words)
    if not words or cut or (len(words) == 1 and len(words[0]) <= 3 and words[0] not in abbreviations()):
        return " ".join(without.split())
    return " ".join(abbreviations().get(word, word) for word in words)


def _pieces(name: str) -> list[str]:
    """The words of a name, digits kept on the word before them: `cost5` stays one."""
    found: list[str] = []
    for chunk in re.split(r"[\W_]+", name):
        words = tokens(chunk)
        for at, word in enumerate(words):
            if word.isdigit() and at:
                found[-1] += word
            else:
                found.append(word)
    return found


def dataset_title(name: str) -> str:
    """A dataset's name in plain words, with a capital; words such as "data" and numbers such as 001 left out."""
    words = phrase(re.sub(r"(?i)(\.(csv|tsv|parquet|gz|txt))+$", "", name)).replace("_", " ").split()
    while len(words) > 1 and (words[-1].lower() in _EMPTY or re.fullmatch(r"0\d+|v\d+", words[-1])):
        words = words[:-1]
    return " ".join(words)[:1].upper() + " ".join(words)[1:]


def display_name(profile: DatasetProfile) -> str:
    """The dataset's name in plain words: the file's, which has its capitals, unless that says nothing."""
    if profile.origin is not None and slug(profile.origin.file) == slug(profile.name):
        return dataset_title(profile.origin.file)
    return dataset_title(profile.name)


def question(profile: DatasetProfile, candidate: Candidate, *, level: float = 0.9) -> str:
    """The title: which table, then what is asked; `level` is that of a quantile."""
    where = display_name(profile) or "This table"
    asked = _asked(candidate, level, where)
    title = " ".join(f"{where}: {asked}".split())
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 2].rstrip() + "…?"


def goal(candidate: Candidate) -> str:
    """The goal in one sentence."""
    meaning = bare(candidate.column.meaning)
    what = f"`{candidate.name}`" + (f" ({meaning})" if meaning else "")
    if candidate.objective == "binary":
        return f"Tell whether {what} is `{candidate.labels[1]}` or `{candidate.labels[0]}`."
    if candidate.objective == "ordinal":
        return f"Predict which of {len(candidate.labels)} ordered levels {what} takes."
    if candidate.objective == "multiclass":
        return f"Predict which of {len(candidate.labels)} classes {what} takes."
    if candidate.objective == "forecasting":
        return f"Forecast {what} for the time after the training rows."
    if candidate.objective == "quantile":
        return f"Predict a bound that {what} stays below with a given probability."
    return f"Predict the number {what} from the other columns."


def says_nothing(name: str) -> bool:
    """Whether a name calls its column the answer and nothing more."""
    return set(tokens(name)) <= _SAYS_NOTHING


def _asked(candidate: Candidate, level: float, title: str) -> str:
    if candidate.objective == "binary":
        return _which_of_two(candidate)
    if candidate.objective == "ordinal":
        return _how_high(candidate)
    if candidate.objective == "multiclass":
        return _which(candidate, title)
    if candidate.objective == "quantile":
        return f"below which {_what(candidate)} do {percent(level)} of the cases stay?"
    if candidate.objective == "forecasting":
        return f"what will the {_what(candidate)} be next?"
    return _how_much(candidate)


def _what(candidate: Candidate) -> str:
    """The target in words: its meaning where that is a short noun phrase and the name is no plain word."""
    said = bare(candidate.column.meaning)
    counted = "number of " if said.endswith("(number)") else ""
    meaning = counted + re.sub(r"^(the|a|an) ", "", re.sub(r"\s*\([^)]*\)", "", said))
    plain, words = phrase(candidate.name), re.split(r",? (?:that|which|who|where) ", meaning)[0].split()
    if not words or meaning.endswith("?") or words[0].lower() in _NO_NOUNS or _is_plain(candidate, words):
        return plain
    meaning = " ".join(words)
    short = clause(meaning, MOST_WORDS_OF_A_MEANING)
    return plain if set(plain.lower().split()) >= set(tokens(short)) else short


def _is_plain(candidate: Candidate, meaning: list[str]) -> bool:
    """Whether a name is a word that needs no other: one that its meaning uses, or one of money, time or counts."""
    name = tokens(candidate.name)
    known = set().union(*(subject_words(role) for role in ("money", "long", "many")))
    return set(name) <= {word.lower() for word in meaning} or (bool(name) and name[-1] in known)


def _how_high(candidate: Candidate) -> str:
    words, what = tokens(candidate.name), _what(candidate)
    if words[:1] == ("rate",) and len(words) > 1 and what == phrase(candidate.name):
        what = f"rating of {' '.join(words[1:])}"
    low, *_, high = _shown_labels(candidate)
    if candidate.column.low is None or low != candidate.labels[0]:
        return f"which {what}, from {low} to {high}?"
    if words[-1:] == ("quality",):
        return f"how good is the {' '.join(words[:-1]) or 'quality'}?"
    return f"how high is the {what}, from {low} to {high}?"


def _which(candidate: Candidate, title: str) -> str:
    words, labels = tokens(candidate.name), _shown_labels(candidate)
    if set(words) <= _SAYS_NOTHING - {"type", "status"} and not candidate.column.meaning:
        return f"{_either(labels)}?" if _fit(labels) else f"which of {len(labels)} classes is it?"
    if set(words) <= set(tokens(title)) and _fit(labels):
        return f"{_either(labels)}?"
    return f"which {_what(candidate)}: {_either(labels)}?" if _fit(labels) else f"which {_what(candidate)}?"


def _shown_labels(candidate: Candidate) -> list[str]:
    """The labels, or what they stand for where the documentation says it of all of them."""
    means: Mapping[str, str] = codes(candidate.column.meaning)
    known = all(label in means and len(means[label]) <= 30 for label in candidate.labels)
    return [means[label] if known else label for label in candidate.labels]


def _fit(labels: list[str]) -> bool:
    return (
        len(labels) <= 5 and sum(map(len, labels)) <= 40 and all(re.search(r"[^\W\d_]{2}", label) for label in labels)
    )


def _either(labels: list[str]) -> str:
    return f"{', '.join(labels[:-1])} or {labels[-1]}"


def _how_much(candidate: Candidate) -> str:
    words, unit, what = tokens(candidate.name), candidate.column.unit, _what(candidate)
    if what != phrase(candidate.name):
        words = tokens(re.split(r" (?:of|in|per|from|for|to|at|by|that|with) ", what)[0])
        what = re.sub(r"^(?:number|count) of ", "number of ", what)
        if what.startswith("number of "):
            return f"how many {what.removeprefix('number of ')}?"
    elif unit and len(words) == 1 and units().get(words[0]) == unit:
        return f"how many {unit}?"
    elif unit and len(words) > 1 and units().get(words[-1]) == unit:
        words = words[:-1]
        what = f"{' '.join(words)} in {unit}"  # "wage_eur" is "the wage in EUR"
    if words[:1] in {("n",), ("num",), ("nb",), ("number",), ("no",)} and len(words) > 1:
        rest = words[2:] if words[1] == "of" else words[1:]
        return f"how many {' '.join(rest)}?"
    noun = words[-2] if len(words) > 1 and words[-1].endswith("ed") else words[-1] if words else ""
    return _by_subject(candidate, set(words), what, verb="are" if _is_plural(noun) else "is")


def _by_subject(candidate: Candidate, said: set[str], what: str, *, verb: str) -> str:
    """How high, how long, how many or what, by the words of the name: "the acres burned", but "the sales price"."""
    if said & subject_words("money"):
        return f"how high {verb} the {what}?"
    if said & subject_words("long"):
        return f"how long {verb} the {what}?"
    if said & subject_words("many") and candidate.column.kind is Kind.COUNT:
        return f"how many {what}?"
    return f"what {verb} the {what}?"


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ous"))


def _which_of_two(candidate: Candidate) -> str:
    what = _what(candidate)
    negative, positive = _shown_labels(candidate)
    if not {negative.lower(), positive.lower()} <= _YES_OR_NO:
        if not _fit([negative, positive]):
            return f"which {what} is it, {positive} or {negative}?"
        if min(len(negative), len(positive)) >= 4 or what.lower() == "sex":
            return f"{positive} or {negative}?"
        return f"which {what}, {positive} or {negative}?"
    if set(tokens(candidate.name)) <= _SAYS_NOTHING and what == phrase(candidate.name):
        return f"{what} {positive} or {negative}?"
    return _yes_or_no(re.sub(r"^(is|has|was|did|does|whether) ", "", what))


def _yes_or_no(what: str) -> str:
    """How likely a named event is; any other thing or quality "or not"."""
    last = what.rsplit(maxsplit=1)[-1].lower()
    if last.endswith("ed") or last in spoken("states") or not last.isalpha():
        return f"{what} or not?"
    if last in spoken("uncountable") or last.endswith(_UNCOUNTED_ENDINGS):
        return f"how likely is {what}?"
    if _is_plural(last) and singular(last) in spoken("events"):
        return f"how likely are {what}?"
    if last in spoken("events") or last.endswith(("tion", "sion", "ment", "ure")):
        return f"how likely is {article(what)} {what}?"
    return f"{what} or not?"
