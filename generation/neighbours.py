"""The tasks that a new one must differ from: in its identifier, in its question, and curated ones in their data."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.package import CARD, InvalidPackage, TaskPackage, load_package
from harness.schema import InvalidTaskCard

if TYPE_CHECKING:
    from harness.sources import Fetched

CURATED = "curated"
_VERSION = re.compile(r"==[^#/]*|@(?:[0-9a-f]{40}|\d+)(?=[#/]|$)")


def packages_below(roots: Iterable[Path]) -> list[TaskPackage]:
    """Every readable package below the folders; of two with one id the first."""
    found: dict[str, TaskPackage] = {}
    for root in roots:
        for card in sorted(root.glob(f"**/{CARD}")):
            try:
                package = load_package(card.parent)
            except (InvalidPackage, InvalidTaskCard):
                continue  # a folder that is no package takes no name
            found.setdefault(package.id, package)
    return list(found.values())


def curated_on(fetched: "Fetched", others: Sequence[TaskPackage]) -> str:
    """The curated task that is made of this data, or ""."""
    for other in others:
        source = other.card.source
        if other.card.collection == CURATED and (
            source.cluster == fetched.cluster
            or source.sha256 == fetched.sha256
            or _address(source.uri) == _address(fetched.pinned_uri)
        ):
            return other.id
    return ""


def same_question(one: TaskPackage, other: TaskPackage) -> bool:
    """Whether two packages ask for one target of one source, in any version of it: then one replaces the other."""
    left, right = one.card, other.card
    return (
        left.collection == right.collection
        and left.task.target == right.task.target
        and (left.source.sha256 == right.source.sha256 or _address(left.source.uri) == _address(right.source.uri))
    )


def _address(uri: str) -> str:
    return _VERSION.sub("", uri)


def name_is_taken(package: TaskPackage, others: Sequence[TaskPackage]) -> bool:
    """Whether another question has this identifier."""
    return any(other.id == package.id and not same_question(package, other) for other in others)
