"""A task package: a folder of text files that says how to prepare, ask and grade one competition."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import UserError
from harness.schema import TaskCard, parse_card, write_card

CARD = "task.toml"
REQUIRED = ("description.md", "prepare.py", "metric.py", "solution.py")
OPTIONAL = ("verification.json", "task.py", "README.md")

TASK_PY = """\
from inspect_ai import Task, task

from mlesmith import load_task


@task
def {id}(sandbox: str = "auto") -> Task:
    return load_task(__file__, sandbox=sandbox)
"""


class InvalidPackage(UserError):
    """A folder that lacks a file of the package contract."""


@dataclass(frozen=True)
class TaskPackage:
    """One competition. `files` maps a name to its text and never holds task.toml or task.py, which `card` determines.

    `root` is the folder it was read from, or None while it exists in memory only.
    """

    card: TaskCard
    files: dict[str, str]
    root: Path | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        return self.card.id

    @property
    def cluster(self) -> str:
        return self.card.source.cluster

    @property
    def code_hash(self) -> str:
        """The sha256 of all that decides data and score: the card, prepare.py, metric.py and the description."""
        digest = hashlib.sha256()
        for name in ("description.md", "metric.py", "prepare.py"):
            digest.update(f"{name}\0{self.files[name]}\0".encode())
        digest.update(write_card(self.card).encode())
        return digest.hexdigest()

    def write(self, folder: Path) -> Path:
        """Write the package as `folder/<id>/` and return that path; task.py comes from the fixed template."""
        root = folder / self.id
        root.mkdir(parents=True, exist_ok=True)
        texts = {**self.files, CARD: write_card(self.card), "task.py": TASK_PY.format(id=self.id)}
        for name, text in texts.items():
            (root / name).write_text(text, encoding="utf-8", newline="\n")
        return root


def load_package(root: Path) -> TaskPackage:
    """Read a package from its folder; nothing of it is executed.

    Raises:
        InvalidTaskCard: task.toml is missing or breaks the schema.
        InvalidPackage: another required file is missing or not UTF-8, or the folder's name is not the id.
    """
    root = Path(root).resolve()
    if root.name == "task.py":
        root = root.parent
    card_path = root / CARD
    if not card_path.is_file():
        raise InvalidPackage(f"{root} holds no {CARD}, so it is not a task package.")
    card = parse_card(card_path.read_text(encoding="utf-8"), where=str(card_path))
    missing = [name for name in REQUIRED if not (root / name).is_file()]
    if missing:
        raise InvalidPackage(f"{root} lacks {', '.join(missing)}; a package needs {CARD}, {', '.join(REQUIRED)}.")
    if root.name != card.id:
        raise InvalidPackage(f"{root}: the folder is named {root.name!r} but task.toml says id = {card.id!r}.")
    present = [name for name in (*REQUIRED, *OPTIONAL) if name != "task.py" and (root / name).is_file()]
    return TaskPackage(card=card, files={name: _text(root / name) for name in present}, root=root)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPackage(f"{path} is not UTF-8 text ({error}).") from error
