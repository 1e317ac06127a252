"""Selecting tasks, everywhere the same: an id, a path, a glob (`curated/*`), a split (`@lite`), several of them."""

import fnmatch
from collections.abc import Iterable
from pathlib import Path

from harness.errors import UnknownName, UserError
from harness.package import CARD, TaskPackage, load_package
from harness.places import task_roots
from harness.schema import InvalidTaskCard, read_card


class DuplicateTask(UserError):
    """Two packages with one id below one folder."""


def task_folders(roots: Iterable[Path] | None = None) -> dict[str, Path]:
    """Every task id with its folder; of two roots that hold an id the first wins, within a root it is an error."""
    found: dict[str, Path] = {}
    for root in roots if roots is not None else task_roots():
        here: dict[str, Path] = {}
        for card in sorted(root.glob(f"**/{CARD}")):
            folder = card.parent
            if folder.name in here:
                raise DuplicateTask(f"Two packages are named {folder.name!r}: {here[folder.name]} and {folder}.")
            here[folder.name] = folder
        for name, folder in here.items():
            found.setdefault(name, folder)
    return found


def select(*wanted: str) -> list[TaskPackage]:
    """The packages that the words name, without repetition, in the order asked for.

    Raises:
        UnknownName: an id that no collection holds, or a glob or split that matches nothing.
        InvalidPackage, InvalidTaskCard: a package that is broken.
    """
    chosen: dict[Path, None] = {}
    for word in wanted:
        for folder in _folders(word):
            chosen.setdefault(folder.resolve())
    return [load_package(folder) for folder in chosen]


def _folders(word: str) -> list[Path]:
    if word.startswith("@"):
        return _tagged(word[1:])
    path = Path(word)
    if path.is_file() and path.name in {CARD, "task.py"}:
        return [path.parent]
    if path.is_dir():
        inside = sorted(card.parent for card in path.glob(f"**/{CARD}"))
        if inside:
            return inside
    known = task_folders()
    name = word.removeprefix("mlesmith/")
    if name in known:
        return [known[name]]
    matches = [folder for folder in known.values() if _matches(folder, name)]
    if matches:
        return matches
    raise UnknownName("task", word, list(known))


def _matches(folder: Path, pattern: str) -> bool:
    return fnmatch.fnmatch(folder.name, pattern) or fnmatch.fnmatch(f"{folder.parent.name}/{folder.name}", pattern)


def _tagged(tag: str) -> list[Path]:
    tagged = []
    for folder in task_folders().values():
        try:
            if tag in read_card(folder).task.tags:
                tagged.append(folder)
        except InvalidTaskCard:
            continue
    if not tagged:
        raise UnknownName("split", f"@{tag}", [])
    return tagged
