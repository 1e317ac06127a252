"""The data stack seen inside a sandbox: the running interpreter, and of its packages only what data work needs."""

import hashlib
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from harness.sandboxes.spec import LIBRARY

SITE = "/opt/mlesmith/site"
BYTECODE = "/opt/mlesmith/bytecode"
ROOTS = ("numpy", "pandas", "scipy", "scikit-learn", "skrub", "pyarrow")

# Folders of libraries that hold data: an answer could be looked up there, so they are covered (design, section 3).
DATA_FOLDERS = (
    "sklearn/datasets/data",
    "sklearn/datasets/images",
    "sklearn/datasets/descr",
    "sklearn/datasets/tests",
    "matplotlib/mpl-data/sample_data",
    "pyarrow/tests",
    "pandas/tests",
)

# What is compiled once: the imports of baselines, graders and preparations.
WARM_IMPORTS = (
    "numpy, pandas, scipy.stats, scipy.sparse.linalg, sklearn.ensemble, sklearn.linear_model, sklearn.neighbors, "
    "sklearn.pipeline, sklearn.compose, sklearn.model_selection, sklearn.metrics, sklearn.tree, sklearn.impute, "
    "sklearn.feature_extraction.text, sklearn.decomposition, sklearn.experimental, skrub, pyarrow.parquet, csv, tarfile"
)


@dataclass(frozen=True)
class Entry:
    """A file or folder of a package, with its name directly below the site folder."""

    source: Path
    name: str


@dataclass(frozen=True)
class Stack:
    """What is bound: packages, the interpreter's own library; `covered` are folders below SITE to hide.

    `key` changes with any version, so byte code made for one stack is never used for another.
    """

    entries: tuple[Entry, ...]
    covered: tuple[str, ...]
    prefix: Path
    executable: str
    key: str


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def _requirements(distribution: metadata.Distribution) -> Iterator[str]:
    from packaging.requirements import Requirement

    for text in distribution.requires or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


def closure(roots: tuple[str, ...] = ROOTS) -> list[metadata.Distribution]:
    """The installed distributions that `roots` need, themselves included, sorted by name."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(roots)
    while waiting:
        name = _name(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        waiting.extend(_requirements(found[name]))
    return [found[name] for name in sorted(found)]


def _entries(distribution: metadata.Distribution) -> Iterator[Entry]:
    tops = {
        path.parts[0] for path in distribution.files or [] if path.parts and path.parts[0] not in {"..", "__pycache__"}
    }
    for top in sorted(tops):
        source = Path(str(distribution.locate_file(top)))
        if source.exists() and source.suffix != ".pth":
            yield Entry(source, top)


@cache
def data_stack() -> Stack:
    """The stack of the running interpreter; found once a process."""
    distributions = closure()
    entries = {entry.name: entry for distribution in distributions for entry in _entries(distribution)}
    covered = tuple(
        f"{SITE}/{folder}"
        for folder in DATA_FOLDERS
        if (top := entries.get(folder.split("/", 1)[0])) and (top.source.parent / folder).is_dir()
    )
    versions = [f"{_name(item.metadata['Name'])}=={item.version}" for item in distributions]
    prefix = Path(sys.base_prefix)
    executable = Path(sys.executable).resolve()
    digest = hashlib.sha256("\n".join([sys.version, str(executable), *versions, WARM_IMPORTS]).encode())
    return Stack(tuple(entries.values()), covered, prefix, str(executable), digest.hexdigest()[:16])


def versions() -> dict[str, str]:
    """What an agent is told of its packages: name and version."""
    return {_name(item.metadata["Name"]): item.version for item in closure()}


def interpreter_folders(stack: Stack) -> list[Path]:
    """Folders outside /usr that the interpreter needs; third-party packages inside them are covered by the caller."""
    return [] if stack.prefix == Path("/usr") else [stack.prefix]


def third_party_folders(stack: Stack) -> list[str]:
    """Folders of the interpreter's own packages, which are not part of the stack: covered inside."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    paths = {Path(sysconfig.get_path("purelib", vars={"base": str(stack.prefix)}))}
    paths |= {stack.prefix / "lib" / version / "site-packages", Path("/usr/lib/python3/dist-packages")}
    paths |= set(Path("/usr/local/lib").glob("python3*/*-packages"))
    return sorted(str(path) for path in paths if path.is_dir())


def python_path() -> str:
    """PYTHONPATH inside: mlesmith's own inside code, then the stack."""
    return f"{LIBRARY}:{SITE}"
