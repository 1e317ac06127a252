"""Files that need a program to be read: opened inside a sandbox, once, and kept as one plain table.

Reading a pickle can run any code, R's formats and workbooks need large parsers; none of them ever runs on the host.
"""

import hashlib
from contextvars import Context
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import anyio
from inspect_ai.util import OutputLimitExceededError

from harness.competition.faults import printable
from harness.places import cache_dir, whole_file
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.stack import closure, entries_of
from harness.sandboxes.transfer import Refusal, read_result
from harness.sources.fetched import ENDINGS, SourceError, digest

# What the programs make of a file; a new number makes all of it anew.
FORM = "1"
PROGRAMS = "harness.sandboxes.inside.opening"
LIMITS = SandboxLimits(memory_mb=4096, disk_mb=1024)
PACKED = ("", ".gz", ".bz2", ".xz", ".compress")


@dataclass(frozen=True)
class Converter:
    """A program that makes a table of files with these endings, and the distributions that it needs."""

    program: str
    what: str
    endings: tuple[str, ...]
    gives: str = ".csv"
    needs: tuple[str, ...] = ()
    extra: str = ""
    time_s: int = 120
    max_mb: int = 512


CONVERTERS = (
    Converter(
        "unpickle",
        "the pickle",
        tuple(f"{pickle}{packed}" for pickle in (".pkl", ".pickle", ".joblib") for packed in PACKED),
        gives=".parquet",
    ),
    Converter("r_objects", "R's data", (".rda", ".rdata", ".rds"), gives=".parquet", needs=("rdata",)),
    Converter("workbook", "the workbook", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), needs=("python-calamine",)),
    Converter("records", "the JSON", (".json", ".jsonl", ".ndjson", ".geojson")),
    Converter("attributes", "the ARFF file", (".arff",), needs=("liac-arff",), extra="openml"),
)


def converter_for(name: str) -> Converter | None:
    """The converter of files with this name, if one is needed."""
    return next((one for one in CONVERTERS if name.lower().endswith(one.endings)), None)


def converted(path: Path, by: Converter, inside: str, uri: str) -> Path:
    """The table of a file, as a file in the cache; `inside` names the sheet, object or entry where it holds several.

    Raises:
        SourceError: reading it failed, took too long, or gave no table.
        MachineError: no sandbox works here.
    """
    words = "\0".join([FORM, by.program, inside, *(f"{name}=={metadata.version(name)}" for name in _needed(by))])
    beneath = hashlib.sha256(words.encode()).hexdigest()[:16]
    target = cache_dir("sources", "converted", digest(path), beneath) / f"{ENDINGS.sub('', path.name)}{by.gives}"
    if not target.is_file():
        # In a context of its own: a thread of a running loop inherits the mark that one runs.
        data = Context().run(anyio.run, _convert, path, by, inside, uri)
        with whole_file(target) as draft:
            draft.write_bytes(data)
    return target


def _needed(by: Converter) -> tuple[str, ...]:
    for name in by.needs:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError as error:
            wanted = f"mlesmith[{by.extra}]" if by.extra else name
            raise SourceError(f"Reading {by.what} needs the package {name}: pip install '{wanted}'.") from error
    return by.needs


async def _convert(path: Path, by: Converter, inside: str, uri: str) -> bytes:
    source, result = f"/raw/{path.name}", f"{WORKSPACE}/table{by.gives}"
    stack = {_key(one) for one in closure()}
    beside = {
        f"/task/{entry.name}": entry.source
        for distribution in closure(by.needs)
        if _key(distribution) not in stack
        for entry in entries_of(distribution)
    }
    mounts = [Mount(source=place, target=target) for target, place in beside.items()]
    spec = SandboxSpec(
        mounts=(Mount(source=path, target=source), *mounts),
        limits=LIMITS,
        library=(PROGRAMS,),
    )
    async with open_sandbox(spec) as sandbox:
        command = ["python", "-m", f"{PROGRAMS}.{by.program}", source, result, inside]
        try:
            ended = await sandbox.exec(command, cwd="/task" if beside else None, timeout=by.time_s)
        except TimeoutError as error:
            raise SourceError(f"{uri}: reading {by.what} took longer than {by.time_s} s.") from error
        except OutputLimitExceededError as error:
            raise SourceError(f"{uri}: reading {by.what} printed without end.") from error
        taken = await read_result(sandbox, result, by.max_mb << 20)
    if not ended.success or not isinstance(taken, bytes):
        said = printable(ended.stderr).strip().splitlines()
        if isinstance(taken, Refusal):
            said = [taken.message]
        why = said[-1][:400] if said else f"nothing was written, exit code {ended.returncode}"
        raise SourceError(f"{uri} gave no table when it was read in a sandbox: {why}.".replace("..", "."))
    return taken


def _key(distribution: metadata.Distribution) -> str:
    return str(distribution.metadata["Name"]).lower()
