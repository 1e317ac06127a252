"""How often people ask for a column of such a name or meaning: the ratings of asked.toml, word by word."""

import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import fmean

from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.signs import Signs
from generation.rules.stems import stemmed

_SELDOM = 3.0  # the middle of all ratings; what nobody rated says nothing
_WEIGHT = 0.25
_LEAST_WORD, _EXPLAINED_BY, _TELLING = 3, 14, 2


@cache
def _ratings() -> dict[str, float]:
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {word: float(rating) for rating, words in read.items() for word in words.split()}


@cache
def _by_stem() -> dict[str, float]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for word, rating in _ratings().items():
        found[stemmed(word)].append(rating)
    return {stem: fmean(ratings) for stem, ratings in found.items()}


@cache
def rating(word: str) -> float | None:
    """How often a column of this word is what is asked for, 0 (never) to 9; None where nobody rated it."""
    return _ratings().get(word, _by_stem().get(stemmed(word)))


def by_ratings(candidate: Candidate) -> Signs:
    """Signs of the words of the name, and of the first words that explain it."""
    name = _rated(tokens(candidate.name))
    meaning = candidate.column.meaning.split()[:_EXPLAINED_BY]
    explained = _rated(tuple(word for word in tokens(" ".join(meaning)) if len(word) >= _LEAST_WORD))[:_TELLING]
    return [*_sign(name, "columns of such a name"), *_sign(explained, "columns of such a meaning")]


def _rated(words: tuple[str, ...]) -> list[float]:
    found = (rating(word) for word in words if not word.isdigit())
    return [one for one in found if one is not None]


def _sign(ratings: list[float], whose: str) -> Signs:
    weight = round(_WEIGHT * (fmean(ratings) - _SELDOM), 2) if ratings else 0.0
    return [(weight, f"{whose} are {'often' if weight > 0 else 'seldom'} what is asked for")] if weight else []
