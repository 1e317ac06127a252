"""Would someone ask this of this data? A score from names, documentation, position and type; no model is fitted."""

import re
from dataclasses import dataclass

from generation.profile import DatasetProfile, Kind
from generation.profile.dataset import LABEL_KINDS, NUMERIC_KINDS
from generation.profile.words import tokens
from generation.rules.arranged import by_arrangement, by_position
from generation.rules.asked import by_ratings
from generation.rules.candidates import Candidate
from generation.rules.goals import Reader
from generation.rules.lexicon import sense_words
from generation.rules.meant import by_dataset_words, by_goals, by_marks, by_meaning, by_name_of_results
from generation.rules.said import head_of, in_title, meant_in_name, stem, time_to_event

_ASKED = re.compile(
    r"predict|response|outcome|dependent|explain|classi|determinant|forecast|estimate the|target|model+ing|relation",
    re.IGNORECASE,
)
_MARGIN = 3
_FEW_LABELS, _MANY_MEASURES, _MANY_VALUES = 2, 4, 20
_FIRST_WORDS = 5


@dataclass(frozen=True)
class Sense:
    """A score (about -6 to 9) and the reasons that made it."""

    score: float
    reasons: tuple[str, ...]


def sense(profile: DatasetProfile, candidate: Candidate, reader: Reader | None = None) -> Sense:
    """Score one candidate; `reader` has read the dataset for all of them."""
    reader = reader or Reader(profile)
    parts = [
        *_by_name(profile, candidate),
        *by_name_of_results(candidate),
        *by_ratings(candidate),
        *by_marks(candidate),
        *_by_dataset(profile, candidate),
        *by_dataset_words(reader, candidate.name),
        *by_position(profile.columns, candidate.name),
        *by_arrangement(profile, candidate),
        *_by_type(candidate),
        *_by_labels(profile, candidate),
        *by_meaning(candidate),
        *_by_documentation(profile, candidate, reader),
        *by_goals(reader, candidate.name),
    ]
    return Sense(sum(value for value, _ in parts), tuple(reason for _, reason in parts))


def _by_name(profile: DatasetProfile, candidate: Candidate) -> list[tuple[float, str]]:
    bare = head_of(candidate.name)
    said = set(bare)
    ends = time_to_event(candidate)
    found = [(2.0, "it is the time until something happens")] if ends else []
    found += _wanted(bare, short=len(bare) <= 2) or _meant(candidate)
    found += [] if ends else _unasked(profile, candidate, said)
    if re.fullmatch(r"(?i)y\d?", candidate.name) and not {"x", "X", "z", "x1", "X1"} & set(profile.names):
        found.append((3.0, "statisticians call the answer y"))
    if re.fullmatch(r"(?i)(v|x|col|column|feature|var|attr)[ _.]?\d+", candidate.name):
        found.append((-1.5, "its name only numbers it"))
    if candidate.name.rstrip().endswith("?"):
        found.append((2.0, "its name is a question"))
    if candidate.objective == "binary" and not found and _happened(bare):
        found.append((0.8, "its name says what happened"))
    if not re.search(r"[^\W\d_]", candidate.name):
        found.append((-5.0, "its name is a number, so nobody can say what it is"))
    if _marks_another(profile, candidate):
        found.append((-4.0, "it only marks a value of another column"))
    elif _is_dummy(profile, candidate):
        found.append((-2.0, "it is one of several marks of one category"))
    if any(
        r.kind == "function" and r.other == candidate.name and r.column in _many(profile) for r in profile.relations
    ):
        found.append((-1.0, "it is a lasting attribute of what another column names"))
    if _is_transformed(profile, candidate.name):
        found.append((-1.0, "it is another column transformed"))
    return found


def _happened(words: tuple[str, ...]) -> bool:
    """Whether a name tells of something that was done: `moved`, `renewed_contract`."""
    known = sense_words("undone") | sense_words("given")
    return any(len(word) >= 5 and word.endswith("ed") and word not in known for word in words)


def _unasked(profile: DatasetProfile, candidate: Candidate, said: set[str]) -> list[tuple[float, str]]:
    """What is known before anything is asked; a number that the documentation's title names is no mere fact."""
    found = []
    about = candidate.numbers is not None and in_title(profile, candidate)
    if said & sense_words("given") and not said & sense_words("outcome") and not about:
        found.append((-2.5, "it is given rather than asked for"))
    if said & sense_words("setting") or re.fullmatch(r"(?i)(y|yr|year|d)_?(\d{2}|\d{4})", candidate.name):
        found.append((-2.5, "it says where or when"))
    if said & sense_words("design") or re.match(r"(?i)lag", candidate.name):
        found.append((-2.0, "it belongs to the design of the study"))
    if said & sense_words("reference") and candidate.numbers is not None and candidate.column.whole:
        found.append((-3.0, "it is the number by which something is known"))
    return found


def _wanted(bare: tuple[str, ...], *, short: bool) -> list[tuple[float, str]]:
    said = set(bare)
    if said & sense_words("outcome") or bare == ("class",):
        return [(3.0 if short else 2.0, "its name says that it is an outcome")]
    if said & sense_words("sought"):
        return [(2.0 if short else 1.2, "its name says something that people want to know beforehand")]
    if _stem_of_sought(bare):
        return [(1.5, "its name holds a word for something that people want to know beforehand")]
    if said & sense_words("perhaps"):
        return [(0.8 if short else 0.4, "its name may be an outcome's")]
    return []


def _meant(candidate: Candidate) -> list[tuple[float, str]]:
    """What the documentation says of a name that says nothing itself: `psoda`, the price of a soda."""
    words = set(tokens(candidate.name))
    if words & (sense_words("given") | sense_words("setting") | sense_words("design")):
        return []
    said = set(tokens(" ".join(candidate.column.meaning.split()[:_FIRST_WORDS])))
    if said & (sense_words("outcome") | sense_words("sought")):
        return [(1.0, "the documentation calls it something that people want to know beforehand")]
    return []


def _many(profile: DatasetProfile) -> frozenset[str]:
    return frozenset(c.name for c in profile.columns if c.cardinality >= 12 and c.kind in (Kind.CATEGORY, Kind.TEXT))


def _is_dummy(profile: DatasetProfile, candidate: Candidate) -> bool:
    """Whether a 0/1 column excludes others of nearly the same name, as `party_d`, `party_r`, `party_i` do."""
    stem = _stem_of_marks(candidate.name)
    if candidate.column.kind is not Kind.BOOLEAN or len(stem) < 3:
        return False
    marked = candidate.text.to_numpy() == candidate.labels[-1]
    kin = [
        c.name
        for c in profile.columns
        if c.kind is Kind.BOOLEAN and c.name.startswith(stem) and c.name != candidate.name
    ]
    same = [profile.frame[name].to_numpy() == candidate.labels[-1] for name in kin]
    return sum(bool(other.any() and not (marked & other).any()) for other in same) >= 1


def _stem_of_marks(name: str) -> str:
    return re.sub(r"\d+$" if name[-1:].isdigit() else r"[_.\s]?[^_.\s]*$", "", name)


def _marks_another(profile: DatasetProfile, candidate: Candidate) -> bool:
    """Whether a 0/1 column follows from the one that it is named after, as `target_8` does from `target`."""
    whole = _stem_of_marks(candidate.name).rstrip("_. ")
    return candidate.column.kind is Kind.BOOLEAN and any(
        r.kind == "function" and r.column == whole and r.other == candidate.name for r in profile.relations
    )


def _is_transformed(profile: DatasetProfile, name: str) -> bool:
    """`expersq` beside `exper`, `lwage` beside `wage`, `log_price` beside `price`."""
    lower, others = name.lower(), {other.lower() for other in profile.names if other != name}
    starts = ("log", "log_", "log.", "ln", "ln_", "l", "sqrt_", "std")
    ends = ("sq", "_sq", "2", "_squared", "_log", ".log")
    bases = [lower[len(s) :] for s in starts if lower.startswith(s)] + [
        lower[: -len(e)] for e in ends if lower.endswith(e)
    ]
    return any(len(base) >= 3 and base in others for base in bases)


def _stem_of_sought(words: tuple[str, ...]) -> bool:
    """Words written together, or cut: `saleprice`, `wagehr`, `durat`."""
    whole = sense_words("sought") | sense_words("outcome")
    stems = [word for word in whole - sense_words("unglued") if len(word) >= 4]
    long = [word for word in words if len(word) >= 4]
    if any(word.endswith(part) or word.startswith(part) for word in long for part in stems):
        return True
    return any(len(word) >= 5 and part.startswith(word) for word in long for part in stems)


def _by_dataset(profile: DatasetProfile, candidate: Candidate) -> list[tuple[float, str]]:
    """A dataset is often named after what it is about."""
    name = profile.name.lower()
    words = {stem(word) for word in tokens(profile.name)}
    hits = [
        w
        for w in tokens(candidate.name)
        if not w.isdigit()
        and w not in sense_words("given") - {"birth"}
        and ((len(w) >= 4 and stem(w) in name) or (len(w) >= 3 and stem(w) in words))
    ]
    if hits:
        return [(1.5, "the dataset is named after it")]
    return [(0.7, "the dataset is named after what it means")] if meant_in_name(profile, candidate) else []


def _by_type(candidate: Candidate) -> list[tuple[float, str]]:
    column = candidate.column
    if candidate.objective == "binary":
        return [(0.4, "two classes")]
    if candidate.objective == "regression":
        return [(0.3, "a quantity of many values")] if column.cardinality > 50 else [(-0.5, "few distinct numbers")]
    return [(0.3, "few classes")] if len(candidate.labels) <= 8 else [(-0.5, "many classes")]


def _by_labels(profile: DatasetProfile, candidate: Candidate) -> list[tuple[float, str]]:
    """Labels that tell an end; and the one or two columns of labels beside many measurements."""
    if not candidate.labels:
        return []
    found = []
    if {"".join(tokens(label)) for label in candidate.labels} & sense_words("ended"):
        found.append((2.0, "its labels say how something ended or what somebody has"))
    others = [c for c in profile.columns if c.kind not in (Kind.CONSTANT, Kind.IDENTIFIER, Kind.DATE, Kind.TEXT)]
    labels = [c for c in others if c.kind in LABEL_KINDS]
    measures = [c for c in others if c.kind in NUMERIC_KINDS and c.cardinality > _MANY_VALUES]
    few = candidate.column in labels and len(labels) <= _FEW_LABELS
    if few and len(measures) >= max(_MANY_MEASURES, len(others) - len(labels)):
        # A mark of two values is as often one more input; three kinds and more are what is told apart.
        found.append((2.0 if len(candidate.labels) > 2 else 0.5, "all but it are measurements"))
    return found


def _by_documentation(profile: DatasetProfile, candidate: Candidate, reader: Reader) -> list[tuple[float, str]]:
    text = profile.documentation
    if not text:
        return []
    found = []
    name = re.escape(candidate.name)
    if candidate.name in reader.document.modelled:
        found.append((3.3, "the documentation models it"))
    if in_title(profile, candidate):
        found.append((1.0, "the documentation's title names it"))
    prose = re.split(r"\n\s*\n|(?<=\.)\s", text)
    word = re.compile(rf"(?<![\w.]){name}(?![\w.])", re.IGNORECASE)
    if any(word.search(part) and _ASKED.search(part) for part in prose):
        found.append((1.5, "the documentation says that it is to be told"))
    opening = " ".join(prose[:_MARGIN]).lower()
    hints = {w for w in (*tokens(candidate.name), *tokens(candidate.column.meaning)) if len(w) >= 5}
    if any(w in opening or w.rstrip("s") in opening for w in hints - sense_words("generic")):
        found.append((0.7, "the documentation begins with it"))
    return found
