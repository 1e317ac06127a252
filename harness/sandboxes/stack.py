"""The data stack seen inside a sandbox: the running interpreter, and of its packages only what data work needs."""

import hashlib
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath

from harness.sandboxes.spec import LIBRARY

SITE = "/opt/mlesmith/site"
BYTECODE = "/opt/mlesmith/bytecode"
ROOTS = ("numpy", "pandas", "scipy", "scikit-learn", "skrub", "pyarrow")

# An answer could be looked up in the data that libraries carry (design, section 3), so their folders are covered:
# those named here, and every folder of tests or samples that holds anything but code (scipy's tests have iris).
DATA_FOLDERS = ("sklearn/datasets/data", "sklearn/datasets/images", "sklearn/datasets/descr", "statsmodels/datasets")
SAMPLES = frozenset({"test", "tests", "testing_data", "sample_data", "sampledata", "js_tests", "examples"})
CODE = frozenset({".py", ".pyi", ".pyc", ".so", ".pyx", ".pxd", ".h", ""})

# What is compiled once: the imports of baselines, graders and preparations, and what agents reach for.
WARM_IMPORTS = (
    "numpy, pandas, scipy.stats, scipy.sparse.linalg, sklearn.ensemble, sklearn.linear_model, sklearn.neighbors, "
    "sklearn.pipeline, sklearn.compose, sklearn.model_selection, sklearn.metrics, sklearn.tree, sklearn.impute, "
    "sklearn.feature_extraction.text, sklearn.decomposition, sklearn.experimental, sklearn.svm, sklearn.naive_bayes, "
    "sklearn.neural_network, sklearn.cluster, sklearn.gaussian_process, sklearn.discriminant_analysis, "
    "sklearn.feature_selection, sklearn.calibration, sklearn.isotonic, sklearn.inspection, matplotlib.pyplot, skrub, "
    "pyarrow.parquet, csv, tarfile, doctest, unittest, sqlite3, http.client, logging.config, multiprocessing.pool"
)

# What the warm interpreter imports: for preparations, and then what graders and probes do. The baselines' own come with
# the first cell (`SandboxSpec.warm`): skrub takes as long as pandas and scipy together, and a verification has no use
# for it.
PREPARING = ("numpy", "pandas", "tarfile", "argparse", "importlib.util")
PRELOADED = (
    *("scipy.optimize", "scipy.stats", "sklearn.dummy", "sklearn.ensemble", "sklearn.impute", "sklearn.linear_model"),
    *("sklearn.model_selection", "sklearn.neighbors", "sklearn.pipeline", "sklearn.preprocessing", "sklearn.tree"),
    *("sklearn.metrics", "harness.competition.children", "harness.competition.contract", "harness.competition.labels"),
    *("harness.competition.validity", "harness.competition.metrics"),
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


def entries_of(distribution: metadata.Distribution) -> Iterator[Entry]:
    """The files and folders that a distribution has directly below the site folder."""
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
    entries = {entry.name: entry for distribution in distributions for entry in entries_of(distribution)}
    prefix = Path(sys.base_prefix).resolve()
    executable = Path(sys.executable).resolve()
    names = [f"{_name(item.metadata['Name'])}=={item.version}" for item in distributions]
    # Byte code is good for a source of one size and one date; a package installed anew has another date.
    dates = [str(_date(entry.source)) for entry in entries.values()]
    key = hashlib.sha256("\n".join([sys.version, str(executable), *names, *dates, WARM_IMPORTS]).encode()).hexdigest()
    return Stack(tuple(entries.values()), tuple(_covered(distributions)), prefix, str(executable), key[:16])


def _date(source: Path) -> int:
    first = source / "__init__.py"
    return int((first if first.is_file() else source).stat().st_mtime)


def _covered(distributions: list[metadata.Distribution]) -> list[str]:
    """Folders below SITE with data of the libraries' own; where one lies in another, the outer alone."""
    found: set[PurePosixPath] = set()
    for distribution in distributions:
        for path in distribution.files or []:
            outer = outermost(path)
            if outer is not None and Path(str(distribution.locate_file(outer))).is_dir():
                found.add(outer)
    return [f"{SITE}/{folder}" for folder in sorted(found) if not any(parent in found for parent in folder.parents)]


def outermost(path: PurePosixPath) -> PurePosixPath | None:
    """The outermost folder of data in which a file of a package lies, or None when it lies in none."""
    for folder in DATA_FOLDERS:
        if path.is_relative_to(folder):
            return PurePosixPath(folder)
    if path.suffix in CODE or path.parts[0].endswith(".dist-info"):
        return None
    place = next((place for place, part in enumerate(path.parts[:-1]) if part in SAMPLES and place), None)
    return None if place is None else PurePosixPath(*path.parts[: place + 1])


def versions() -> dict[str, str]:
    """What an agent is told of its packages: name and version."""
    return {_name(item.metadata["Name"]): item.version for item in closure()}


def interpreter_folders(stack: Stack) -> list[Path]:
    """Folders outside /usr that the interpreter needs; third-party packages inside them are covered by the caller."""
    return [] if stack.prefix.is_relative_to("/usr") else [stack.prefix]


def foreign_folders(stack: Stack) -> list[str]:
    """Folders of other packages than the stack's beside the interpreter, and of a conda's other environments."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    paths = {Path(sysconfig.get_path("purelib", vars={"base": str(stack.prefix)}))}
    paths |= {stack.prefix / "lib" / version / "site-packages", Path("/usr/lib/python3/dist-packages")}
    paths |= set(Path("/usr/local/lib").glob("python3*/*-packages"))
    paths |= {stack.prefix / name for name in ("pkgs", "envs") if (stack.prefix / "conda-meta").is_dir()}
    return sorted(str(path) for path in paths if path.is_dir())


def python_path() -> str:
    """PYTHONPATH inside: mlesmith's own inside code, then the stack."""
    return f"{LIBRARY}:{SITE}"
