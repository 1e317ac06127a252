"""The word lists of lexicon.toml."""

import re
import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class _Lexicon(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: dict[str, str]
    structure: dict[str, str]
    scales: dict[str, tuple[str, ...]]
    units: dict[str, str]
    missing: dict[str, str]
    booleans: dict[str, str]
    times: dict[str, str]
    letters: dict[str, str]


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon.model_validate(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")))


@cache
def kind_words(kind: str) -> frozenset[str]:
    """Words in names that hint at a kind: identifier, rating, code, count."""
    return frozenset(_lexicon().kinds[kind].split())


@cache
def structure_words(role: str) -> frozenset[str]:
    """Words in names of places, of actors, and of dates on which nothing was observed (`birth`)."""
    return frozenset(_lexicon().structure[role].split())


def scales() -> list[tuple[str, ...]]:
    """Known scales, each from its low to its high end."""
    return list(_lexicon().scales.values())


def units() -> dict[str, str]:
    """Units by the word that names them."""
    return _lexicon().units


@cache
def missing_words() -> frozenset[str]:
    """Cells that stand for nothing where the others are numbers or dates."""
    return frozenset(re.split(r"[|\n]", _lexicon().missing["among_numbers"]))


_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86_400.0, "weeks": 604_800.0}


@cache
def time_words() -> dict[str, float]:
    """The seconds that a word for a time stands for."""
    return {word: _SECONDS[unit] for unit, words in _lexicon().times.items() for word in words.split()}


@cache
def booleans() -> frozenset[frozenset[str]]:
    """Pairs of words for no and yes."""
    return frozenset(frozenset(pair.split()) for pair in re.split(r"[|\n]", _lexicon().booleans["pairs"]))


@cache
def letter_words(letter: str) -> frozenset[str]:
    """Words after which a single letter is a unit."""
    return frozenset(_lexicon().letters.get(letter, "").split())
