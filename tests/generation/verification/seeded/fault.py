"""What a seeded fault is, and the small edits that most of them are made of."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from harness.package import TaskPackage
from tests.generation.verification.good_bases import as_it_is, table_of
from tests.generation.verification.good_packages import good_package

Edit = Callable[[TaskPackage], TaskPackage]
RETURN = re.compile(r"(?<=    def evaluate\(self, y_true, y_pred\):\n        return ).*")
SPLIT = "    train, test = table[~is_test], table[is_test]\n"
READ = "    table = pd.read_csv("


def _same_package(package: TaskPackage) -> TaskPackage:
    return package


def _folder_as_it_is(root: Path) -> None:
    del root


def _no_others(package: TaskPackage, folder: Path) -> tuple[TaskPackage, ...]:
    del package, folder
    return ()


@dataclass(frozen=True)
class Fault:
    """A good package broken in one way, and the check that must catch it.

    `raw` changes the raw table before the good package of `base` is made of it; `edit` then changes the package, and
    `spoil` the folder into which it was written. `others` are the tasks that it is compared with. `executed` says that
    the fault shows only where its code is executed in a sandbox.
    """

    name: str
    caught_by: str
    broken: str
    edit: Edit = _same_package
    base: str = "mass"
    raw: Callable[[pd.DataFrame], pd.DataFrame] = field(default=as_it_is)
    spoil: Callable[[Path], object] = _folder_as_it_is
    others: Callable[[TaskPackage, Path], tuple[TaskPackage, ...]] = _no_others
    executed: bool = False

    def made(self, folder: Path) -> tuple[TaskPackage, tuple[TaskPackage, ...]]:
        """The broken package, made in a folder of its own, and the tasks that it is compared with."""
        package = self.edit(self.good(folder))
        others = self.others(package, folder)
        if self.spoil is _folder_as_it_is:
            return package, others
        root = package.write(folder / "tasks")
        self.spoil(root)
        return replace(package, root=root), others

    def good(self, folder: Path) -> TaskPackage:
        """The package before it is edited."""
        return good_package(folder, self.base, self.raw(table_of(self.base)))


def swap(file: str, old: str, new: str) -> Edit:
    """Replace a piece of one file; the piece must be there."""

    def edit(package: TaskPackage) -> TaskPackage:
        text = package.files[file]
        assert old in text, f"{file} has no {old!r}"
        return replace(package, files={**package.files, file: text.replace(old, new)})

    return edit


def whole(file: str, text: str) -> Edit:
    return lambda package: replace(package, files={**package.files, file: text})


def first(file: str, line: str) -> Edit:
    """Put a line before all others."""
    return lambda package: replace(package, files={**package.files, file: f"{line}\n{package.files[file]}"})


def card(**tables: dict[str, object]) -> Edit:
    """Change fields of task.toml without the schema's own validation of how they fit."""

    def edit(package: TaskPackage) -> TaskPackage:
        changed = {name: getattr(package.card, name).model_copy(update=fields) for name, fields in tables.items()}
        return replace(package, card=package.card.model_copy(update=changed))

    return edit


def split(**fields: object) -> Edit:
    """Change what task.toml says of the split."""
    return lambda package: card(task={"split": package.card.task.split.model_copy(update=fields)})(package)


def in_prepare(old: str, new: str) -> Edit:
    return swap("prepare.py", old, new)


def before_split(*lines: str) -> Edit:
    """Add lines to prepare.py, where the table is whole and `is_test` is known."""
    return in_prepare(SPLIT, "".join(f"    {line}\n" for line in lines) + SPLIT)


def after_split(*lines: str) -> Edit:
    """Add lines to prepare.py, where there are `train` and `test`."""
    return in_prepare(SPLIT, SPLIT + "".join(f"    {line}\n" for line in lines))


def returning(form: str, *lines: str) -> Edit:
    """What evaluate returns: `form`, in which {call} is what it returned; lines before it."""

    def edit(package: TaskPackage) -> TaskPackage:
        text = package.files["metric.py"]
        call = RETURN.search(text)
        assert call is not None
        made = form.format(call=call[0])
        start = call.start() - len("return ")
        text = text[:start] + "".join(f"{line}\n        " for line in lines) + f"return {made}" + text[call.end() :]
        return replace(package, files={**package.files, "metric.py": text})

    return edit


def described(*lines: str) -> Edit:
    """Add lines to the list of columns."""
    return swap("description.md", "- `pot`:", "\n".join([*lines, "- `pot`:"]))


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(package: TaskPackage) -> TaskPackage:
        for one in edits:
            package = one(package)
        return package

    return edit


CUSTOM = card(metric={"name": "custom"})
