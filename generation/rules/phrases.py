"""One of several ways to say a thing, by a hash of the task's name."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

_FILE = Path(__file__).parent / "templates" / "phrases.toml"


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
    return TypeAdapter(dict[str, list[str]]).validate_python(tomllib.loads(_FILE.read_text(encoding="utf-8")))
