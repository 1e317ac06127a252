"""prepare.py once more, under other circumstances: does it give the same content?"""

import ast
import asyncio
import filecmp
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generation.verification.evidence import Repetition
from harness.content import file_hash
from harness.package import TaskPackage
from harness.preparation import run_prepare
from harness.sources import Fetched

OTHERWISE = (("TZ", "Pacific/Chatham"), ("LC_ALL", "C"))
OTHER_FOLDER = "/tmp"  # noqa: S108 - inside a sandbox, its own

# The first run has hash seed 0. A set of three words comes in the same order under another seed in one case of six, so
# code that looks at sets or hashes is run under more of them (.5 ** 5 for a set of two).
OTHER_SEED = "4711"
MORE_SEEDS = ("1", "2", "3", "5")
BY_HASH = {"set", "frozenset", "hash"}


async def repeated(package: TaskPackage, first: Path, fetched: Fetched, sandbox: str) -> Repetition:
    """The files of a first run at `first` that come out otherwise under another hash seed, time zone, locale or folder.

    Raises:
        PreparationFailed: prepare.py failed under other circumstances.
        MachineError: no sandbox works here.
    """
    seeds = (OTHER_SEED, *(MORE_SEEDS if looks_at_hashes(package.files["prepare.py"]) else ()))
    differences: set[str] = set()
    for seed in seeds:
        differences |= await _run(package, first, fetched, sandbox, seed)
        if differences:
            break
    told = ("PYTHONHASHSEED", ", ".join(seeds)), *OTHERWISE, ("cwd", OTHER_FOLDER)
    return Repetition(tuple(sorted(differences)), " and ".join(f"{name}={value}" for name, value in told))


def looks_at_hashes(code: str) -> bool:
    """Whether the code makes a set or asks for a hash, by its syntax."""
    return any(
        isinstance(node, ast.Set | ast.SetComp) or (isinstance(node, ast.Name) and node.id in BY_HASH)
        for node in ast.walk(ast.parse(code))
    )


async def _run(package: TaskPackage, first: Path, fetched: Fetched, sandbox: str, seed: str) -> set[str]:
    with open_folder() as folder:
        environment = (("PYTHONHASHSEED", seed), *OTHERWISE)
        await run_prepare(package, folder, sandbox=sandbox, environment=environment, cwd=OTHER_FOLDER, fetched=fetched)
        return await asyncio.to_thread(_differing, first, folder)


def _differing(first: Path, second: Path) -> set[str]:
    """The files whose content is not the same in both folders."""
    one, other = _files(first), _files(second)
    return {name for name in one | other if not (name in one and name in other and _same(first / name, second / name))}


def _same(one: Path, other: Path) -> bool:
    """Whether two files say the same; equal bytes do, and reading a large table to find that out would take seconds."""
    return filecmp.cmp(one, other, shallow=False) or file_hash(one) == file_hash(other)


def _files(root: Path) -> set[str]:
    """The prepared files by their paths; description.md is no work of prepare.py."""
    return {
        path.relative_to(root).as_posix()
        for part in ("public", "private")
        for path in (root / part).rglob("*")
        if path.is_file() and path.name != "description.md"
    }


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that a sandbox can read, for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="mlesmith-verify-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
