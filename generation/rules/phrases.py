"""One of several ways to say a thing, by a hash of the task's name."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

_FOLDER = Path(__file__).parent / "templates"


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: dict[str, str]
    abbreviations: dict[str, str]


@dataclass(frozen=True)
class Voice:
    """How one task speaks; `name` decides which of the ways is taken for each thing."""

    name: str

    def say(self, key: str, **names: object) -> str:
        """The sentence of that key, filled in."""
        ways = phrases()[key]
        number = int(hashlib.sha256(f"{self.name}/{key}".encode()).hexdigest()[:8], 16)
        return ways[number % len(ways)].format(**names)


@cache
def phrases() -> dict[str, list[str]]:
    """All ways of saying, by key."""
    return TypeAdapter(dict[str, list[str]]).validate_python(_read("phrases.toml"))


@cache
def _words() -> _Words:
    return _Words.model_validate(_read("words.toml"))


@cache
def spoken(role: str) -> frozenset[str]:
    """Words of one role: things, beside, uncountable, states, events."""
    return frozenset(_words().roles[role].split())


def abbreviations() -> dict[str, str]:
    """What short forms in names stand for."""
    return _words().abbreviations


def _read(name: str) -> dict[str, object]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))
