"""Titles that ask, and the words for columns and datasets."""

import re

from generation.profile import DatasetProfile
from generation.profile.dataset import Kind
from generation.profile.lexicon import units
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.lexicon import subject_words
from generation.rules.naming import slug

LONGEST_TITLE = 120
# A target of such a name is "the answer" and nothing more.
_SAYS_NOTHING = frozenset(
    {"target", "class", "classes", "label", "labels", "outcome", "response", "result", "y", "type"}
)


def phrase(name: str) -> str:
    """A name in plain words: `Sale_Price` becomes "sale price"; a short code stays as it is."""
    bare = re.sub(r"[(\[][^)\]]*[)\]]\s*$", "", name).strip() or name
    words = tokens(bare)
    cut = sum(len(word) == 1 and word not in {"a", "i"} for word in words)
    if not words or cut or (len(words) == 1 and len(words[0]) <= 3 and bare.isupper()):
        return " ".join(bare.split())
    return " ".join(words)


def dataset_title(name: str) -> str:
    """A dataset's name in plain words, with a capital."""
    words = phrase(re.sub(r"(?i)(\.(csv|tsv|parquet|gz|txt))+$", "", name)).split()
    while len(words) > 1 and words[-1].lower() in {"csv", "df", "data", "dataset", "table", "file"}:
        words = words[:-1]
    return " ".join(words)[:1].upper() + " ".join(words)[1:]


def display_name(profile: DatasetProfile) -> str:
    """The dataset's name in plain words: the file's, which has its capitals, unless that says nothing."""
    if profile.origin is not None and slug(profile.origin.file) == slug(profile.name):
        return dataset_title(profile.origin.file)
    return dataset_title(profile.name)


def question(profile: DatasetProfile, candidate: Candidate) -> str:
    """The title: which table, then what is asked."""
    asked = _asked(candidate)
    where = display_name(profile) or "This table"
    title = " ".join(f"{where}: {asked}".split())
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 2].rstrip() + "…?"


def goal(candidate: Candidate) -> str:
    """The goal in one sentence."""
    what = f"`{candidate.name}`" + (f" ({candidate.column.meaning})" if candidate.column.meaning else "")
    if candidate.objective == "quantile":
        return f"Say which {what} nine of ten such rows stay below."
    if candidate.objective == "forecasting":
        return f"Foretell the number {what} for the time after the training rows."
    if candidate.objective == "regression":
        return f"Predict the number {what} from the other columns."
    if candidate.objective == "binary":
        return f"Tell whether {what} is `{candidate.labels[1]}` or `{candidate.labels[0]}`."
    if candidate.objective == "ordinal":
        return f"Predict which of {len(candidate.labels)} ordered levels {what} takes."
    return f"Predict which of {len(candidate.labels)} classes {what} takes."


def _asked(candidate: Candidate) -> str:
    words = tokens(candidate.name)
    what = phrase(candidate.name)
    if candidate.numbers is not None:
        ahead = {"quantile": f"which {what} will nine of ten stay below?", "forecasting": f"what will the {what} be?"}
        return ahead.get(candidate.objective) or _how_much(candidate, words)
    if candidate.objective == "binary":
        return _which_of_two(candidate, what)
    if candidate.objective == "ordinal":
        return f"how high is the {what}?"
    if set(words) <= _SAYS_NOTHING:
        return f"which of {len(candidate.labels)} classes is it?"
    return f"which {what}?"


def _how_much(candidate: Candidate, words: tuple[str, ...]) -> str:
    said, what, unit = set(words), phrase(candidate.name), candidate.column.unit
    if unit and len(words) > 1 and units().get(words[-1]) == unit:
        words = words[:-1]
        what = f"{' '.join(words)} in {unit}"  # "wage_eur" is "the wage in EUR"
    if words[:1] in {("n",), ("num",), ("nb",), ("number",), ("no",)} and len(words) > 1:
        rest = words[2:] if words[1] == "of" else words[1:]
        return f"how many {' '.join(rest)}?"
    noun = words[-2] if len(words) > 1 and words[-1].endswith("ed") else words[-1] if words else ""
    verb = "are" if _is_plural(noun) else "is"  # "the acres burned", but "the sales price"
    if said & subject_words("money"):
        return f"how high {verb} the {what}?"
    if said & subject_words("long"):
        return f"how long {verb} the {what}?"
    if said & subject_words("many") and candidate.column.kind is Kind.COUNT:
        return f"how many {what}?"
    return f"what {verb} the {what}?"


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ous"))


def _which_of_two(candidate: Candidate, what: str) -> str:
    negative, positive = candidate.labels
    if set(tokens(candidate.name)) <= _SAYS_NOTHING:
        return f"is the {what} {positive} or {negative}?"
    if {negative.lower(), positive.lower()} <= {
        "0",
        "1",
        "0.0",
        "1.0",
        "yes",
        "no",
        "y",
        "n",
        "true",
        "false",
        "t",
        "f",
    }:
        bare = re.sub(r"^(is|has|was|did|does) ", "", what)
        return f"{bare} or not?"
    if all(re.search(r"[^\W\d_]{2}", label) for label in candidate.labels) and len(negative) + len(positive) < 50:
        return f"is the {what} {positive} or {negative}?"
    return f"which {what} is it, {positive} or {negative}?"
