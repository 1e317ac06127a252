"""The word lists of lexicon.toml."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class _Lexicon(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sense: dict[str, str]
    subjects: dict[str, str]
    language: dict[str, str]


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon.model_validate(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")))


@cache
def sense_words(role: str) -> frozenset[str]:
    """Words of one role: outcome, sought, given, setting, design, event, ended, harm and so on."""
    return frozenset(_lexicon().sense[role].split())


@cache
def subject_words(role: str) -> frozenset[str]:
    """Words by which a question is put: many, long, money."""
    return frozenset(_lexicon().subjects[role].split())


@cache
def endings() -> tuple[str, ...]:
    """Endings of English words, the longest first."""
    return tuple(sorted(_lexicon().language["endings"].split(), key=lambda end: (-len(end), end)))


@cache
def kindred() -> tuple[tuple[str, ...], ...]:
    """Beginnings of words that name one thing."""
    return tuple(tuple(line.split()) for line in _lexicon().language["kindred"].split("|"))
