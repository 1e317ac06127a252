"""Who is who on two boards: an explicit table of aliases, never a likeness of names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True)
class Matched:
    """Contestants of two boards.

    Attributes:
        names: how the common ones are called in a comparison, sorted.
        left, right: their names on each side, in the same order.
        only_left, only_right: those that the other side lacks, and those of whom the other side has several or who
            are several themselves.
    """

    names: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]


@cache
def aliases(kind: str) -> dict[str, str]:
    """The names behind aliases, for a `model` or an `agent` (`leaderboards/reference/aliases.csv`)."""
    table = pd.read_csv(REFERENCE / "aliases.csv", dtype=str, keep_default_na=False)
    own = table[table["kind"] == kind]
    return dict(zip(own["alias"], own["name"], strict=True))


def canonical(contestant: str) -> str:
    """`agent@model` or a name alone with each part by its own name; options in brackets stay.

    Example:
        >>> canonical("AIDE@openai/gpt-4o"), canonical("GPT-4o")
        ('aide@gpt-4o', 'gpt-4o')
    """
    agent, at, model = contestant.partition("@")
    if not at:
        return aliases("model").get(contestant, contestant)
    name, bracket, options = agent.partition("[")
    return f"{aliases('agent').get(name, name)}{bracket}{options}@{aliases('model').get(model, model)}"


def model_of(contestant: str) -> str:
    """The model by its own name; of a name without an agent the name itself."""
    return canonical(contestant).rpartition("@")[2]


def match(left: Sequence[str], right: Sequence[str]) -> Matched:
    """Join two lists of contestants.

    Names are joined where they are equal or aliases of one. Where one side names no agents, only models, the models
    are joined, if the other side has each in the hands of a single agent.
    """
    models = any(all("@" not in name for name in side) for side in (left, right))
    keys = [_single(side, model_of if models else canonical) for side in (left, right)]
    common = sorted(set(keys[0]) & set(keys[1]))
    pairs = sorted((_shown(keys[0][key], keys[1][key], key), keys[0][key], keys[1][key]) for key in common)
    return Matched(
        tuple(name for name, _, _ in pairs),
        tuple(name for _, name, _ in pairs),
        tuple(name for _, _, name in pairs),
        tuple(sorted(set(left) - {name for _, name, _ in pairs})),
        tuple(sorted(set(right) - {name for _, _, name in pairs})),
    )


def _single(names: Sequence[str], key: Callable[[str], str]) -> dict[str, str]:
    """The name behind each key that one name alone has."""
    keys = [key(name) for name in names]
    return {key: name for key, name in zip(keys, names, strict=True) if keys.count(key) == 1}


def _shown(left: str, right: str, key: str) -> str:
    return left if left == right else key
