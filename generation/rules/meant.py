"""What the meaning of a column says: an outcome, or something known before; when; and of whom."""

import re

from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.goals import Reader
from generation.rules.lexicon import sense_words
from generation.rules.signs import Signs
from generation.rules.stems import stemmed, stems_of, telling

_HEAD, _TELLING, _FIRST = 6, 4, 2
_AFTER = re.compile(r"\b(next|after|post|following|follow|subsequent|later|final|end)\b")
_IDENTIFIES = re.compile(r"\b(id|identifier|identification|identifies|identifying)\b")
_WEIGHS = re.compile(r"\b(sampl\w+|survey|probability|design|inverse)\b.*\bweights?\b")
_WEIGHT_NAME = re.compile(r"(?i)(p|per|person|samp\w*|survey|final|fin|f|h|hh|i)[_. ]?(weight|wght|wgt|wt)s?")
_OF_WHOM = re.compile(r"\b(father|mother|husband|spouse|wife|parent|family|household)")
_DESIGNED = re.compile(r"\b(treatment|treated|assigned|randomi[sz]ed|control|instrument|running|nuisance)\b")
_BEFORE = re.compile(
    r"\b(lagged|previous|prior|earlier|initial|pretest|baseline|((on|at) (entry|intake|admission|baseline)))\b"
)
_LOGARITHM = re.compile(r"(?i)(natural |the )?log(ged|arithm)?\b")
_RATE = re.compile(r"(?i)\bper .*")
_SHARE_OF_ALL = re.compile(r"\bper (capita|\d|hundred|thousand|million)")
_HEARD = 0.3


def by_meaning(candidate: Candidate) -> Signs:
    """Signs of the words by which the documentation explains the column."""
    meaning = candidate.column.meaning
    if not meaning:
        return []
    words = tokens(meaning)
    plain, head = " ".join(words), set(words[:_HEAD])
    first = telling(_RATE.sub("", meaning))[:_TELLING]
    found: Signs = _results(first)
    if set(first) & stems_of("inputs"):
        found.append((-1.0, "the documentation explains it as something that is known before"))
    if head & sense_words("setting"):
        found.append((-1.0, "the documentation explains it as a place or a time"))
    if _OF_WHOM.search(plain):
        found.append((-0.7, "the documentation explains it as something of a relative"))
    if _DESIGNED.search(plain):
        found.append((-0.7, "the documentation explains it as set by the study"))
    if _AFTER.search(plain):
        found.append((0.6, "the documentation says that it came afterwards"))
    if _BEFORE.search(plain):
        found.append((-0.6, "the documentation says that it came before"))
    if _LOGARITHM.match(meaning):
        found.append((0.4, "it is put on a scale for regression"))
    if _SHARE_OF_ALL.search(meaning.lower()):
        found.append((0.5, "it is counted for each of a population"))
    return found


def _results(first: tuple[str, ...]) -> Signs:
    known = stems_of("results") | stems_of("outcome") | stems_of("sought")
    if set(first[:_FIRST]) & known:
        return [(0.9, "the documentation explains it as what came of something")]
    return [(0.5, "the documentation has a word of outcomes for it")] if set(first) & known else []


def by_marks(candidate: Candidate) -> Signs:
    """Names of things and weights of a survey are not asked for, whatever they are called."""
    plain = " ".join(tokens(candidate.column.meaning))
    if _IDENTIFIES.search(plain):
        return [(-3.0, "the documentation says that it identifies something")]
    if _WEIGHS.search(plain) or _WEIGHT_NAME.fullmatch(candidate.name):
        return [(-3.0, "it is the weight of a row in the sample")]
    return []


def by_name_of_results(candidate: Candidate) -> Signs:
    """The word that a name ends with, where the short list of outcomes does not have it."""
    words = [stemmed(word) for word in tokens(candidate.name) if not word.isdigit()]
    if words and words[-1] in stems_of("results"):
        return [(0.6, "its name ends with a word of outcomes")]
    return []


def by_goals(reader: Reader, name: str) -> Signs:
    """Signs of what the documentation's sentences, title and sources are about."""
    weighed = (
        (1.0, reader.goals, "the documentation speaks of what it depends on"),
        (1.2, reader.tasks, "the documentation speaks of telling it"),
        (-0.9, reader.causes, "the documentation speaks of its effect"),
        (1.2, reader.sources, "the works that are cited speak of it"),
    )
    found = [(round(weight * heard[name], 2), reason) for weight, heard, reason in weighed if heard[name] >= _HEARD]
    if name.lower() in reader.named:
        found.append((0.8, "the documentation's sentences call it by its name"))
    return found


def by_dataset_words(reader: Reader, name: str) -> Signs:
    """Signs of words that the dataset's name has in common with the column, in whichever form."""
    share = reader.dataset[name]
    if share < _HEARD:
        return []
    found: Signs = [(round(0.5 * share, 2), "the dataset's name has a word of it")]
    if sum(other >= share for other in reader.dataset.values()) == 1:
        found.append((0.4, "the dataset's name has a word of no other column"))
    return found
