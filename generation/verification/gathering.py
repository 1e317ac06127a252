"""Gathering the evidence of one package: all that needs a sandbox or the raw data, each once and side by side."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from generation.profile.drawing import drawn
from generation.profile.reading import detect, read_text
from generation.verification.answers import Form
from generation.verification.benching import BenchJob, outsiders
from generation.verification.evidence import NOT_ASKED, Bench, Evidence, Grades, Lacking, ProbeRuns, Repetition
from generation.verification.fingerprints import Fingerprint, fingerprint
from generation.verification.looking import reach_of
from generation.verification.permuting import TargetNotRaw, write_permuted, write_permuted_rows
from generation.verification.reach import Reach
from generation.verification.registry import Part
from generation.verification.repeating import open_folder, repeated
from generation.verification.rooms import BenchFailed, run_bench, run_probes
from generation.verification.submissions import Vectors, same_in_form, vectors
from generation.verification.tables import BrokenTables, Tables, read_tables
from generation.verification.trials import grade_trials
from harness.grading import GraderCrashed
from harness.package import TaskPackage
from harness.preparation import PreparationFailed, PreparedTask, prepare, run_prepare
from harness.sandboxes.selection import expect_many
from harness.sources import Fetched, resolve

Found = dict[str, Any]  # fields of Evidence
_READING = Lock()
AT_ONCE = frozenset({Part.RAW, Part.CONTENT, Part.PREPARED})


@dataclass(frozen=True)
class Desk:
    """What all gatherers share once prepare.py has run."""

    package: TaskPackage
    task: PreparedTask
    fetched: Fetched
    form: Form
    vectors: Vectors
    sandbox: str
    seed: int
    within_eval: bool


async def gathering(
    evidence: Evidence, parts: Collection[Part], *, sandbox: str, seed: int, within_eval: bool
) -> AsyncGenerator[tuple[Evidence, frozenset[Part]], None]:
    """The evidence each time that there is more of it, with the parts that are there: had, or lacking with the reason.

    First what needs no further sandbox, then the rest, side by side and in the order in which it comes. To be closed
    (`aclosing`) by whoever does not wait for the end.

    Raises:
        SourceError: the raw data cannot be fetched: nothing is said about the package then.
        MachineError: no sandbox works here.
    """
    everything = frozenset(Part)
    if not parts:
        yield evidence, everything
        return
    package = evidence.package
    source = package.card.source
    if {*parts} - AT_ONCE:
        # Half a dozen sandboxes follow: the first waits for the warm interpreter, instead of importing what it has.
        fetching = asyncio.to_thread(resolve, source.uri, sha256=source.sha256)
        fetched, _ = await asyncio.gather(fetching, expect_many(sandbox))
    else:
        fetched = await asyncio.to_thread(resolve, source.uri, sha256=source.sha256)
    (raw, content), made = await asyncio.gather(_of_the_source(package, fetched, parts), _prepared(package, sandbox))
    evidence = replace(evidence, raw=raw, content=content)
    if isinstance(made, Lacking):
        consequence = Lacking("prepare.py did not give the tables that this needs")
        beyond: Found = {part.value: consequence for part in everything - AT_ONCE}
        yield replace(evidence, prepared=made, **beyond), everything
        return
    task, tables = made
    form = Form(tables)
    known = await asyncio.to_thread(vectors, form, seed)
    desk = Desk(package, task, fetched, form, known, sandbox, seed, within_eval)
    evidence, there = replace(evidence, prepared=tables), AT_ONCE | (everything - {*parts})
    works = [asyncio.create_task(work(desk)) for work in _works({*parts})]
    try:
        yield evidence, there
        for done in asyncio.as_completed(works):
            found = await done
            evidence, there = replace(evidence, **found), there | {Part(name) for name in found}
            yield evidence, there
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


async def _of_the_source(
    package: TaskPackage, fetched: Fetched, parts: Collection[Part]
) -> tuple[pd.DataFrame | Lacking, Fingerprint | Lacking]:
    """The raw table and its fingerprint, as far as they are wanted."""
    if not {Part.RAW, Part.CONTENT} & {*parts}:
        return NOT_ASKED, NOT_ASKED
    raw = await asyncio.to_thread(raw_table, fetched, package.card.source.drawn)
    if Part.CONTENT not in parts:
        return raw, NOT_ASKED
    return raw, await asyncio.to_thread(fingerprint, raw, package.card.task.target)


async def _prepared(package: TaskPackage, sandbox: str) -> tuple[PreparedTask, Tables] | Lacking:
    """What prepare.py made, and its tables."""
    try:
        task = await prepare(package, sandbox=sandbox)
        return task, await asyncio.to_thread(read_tables, package.card, task.public, task.private)
    except (PreparationFailed, BrokenTables) as error:
        return Lacking(str(error), fault=True)


def _works(parts: set[Part]) -> list[Callable[[Desk], Coroutine[None, None, Found]]]:
    """What gives the parts beyond the tables; the longest first. The bench waits for the probes."""
    single: dict[Part, Callable[[Desk], Coroutine[None, None, Any]]] = {
        Part.REACH: reach,
        Part.REPEATED: repeat,
        Part.PERMUTED: permute,
        Part.GRADES: grade_all,
    }

    async def probes_then_bench(desk: Desk) -> Found:
        probes = await probe(desk) if Part.PROBES in parts else NOT_ASKED
        scored = await bench(desk, probes) if Part.BENCH in parts else NOT_ASKED
        return {Part.PROBES.value: probes, Part.BENCH.value: scored}

    def named(part: Part) -> Callable[[Desk], Coroutine[None, None, Found]]:
        async def work(desk: Desk) -> Found:
            return {part.value: await single[part](desk)}

        return work

    ladder = [probes_then_bench] if parts & {Part.PROBES, Part.BENCH} else []
    return [*ladder, *(named(part) for part in single if part in parts)]


def raw_table(fetched: Fetched, rows: int | None) -> pd.DataFrame:
    """The raw table with every cell as text; of a larger one the `rows` that the task says it draws."""
    # The key has the content's hash: the tasks of one dataset share one reading of it, also those that come meanwhile.
    with _READING:
        return _read_raw(fetched.path, fetched.sha256, rows)


@lru_cache(maxsize=2)
def _read_raw(path: Path, sha256: str, rows: int | None) -> pd.DataFrame:  # noqa: ARG001 - the hash is for the key
    table = read_text(path, detect(path))
    return table if rows is None else table.iloc[drawn(len(table), rows)].reset_index(drop=True)


async def reach(desk: Desk) -> Reach | Lacking:
    """What an agent can read besides."""
    return await reach_of(desk.sandbox)


async def repeat(desk: Desk) -> Repetition | Lacking:
    """prepare.py again, under other circumstances."""
    try:
        return await repeated(desk.package, desk.task.root, desk.fetched, desk.sandbox)
    except PreparationFailed as error:
        return Lacking(str(error), fault=True)


async def permute(desk: Desk) -> Tables | Lacking:
    """What prepare.py makes of the raw data when its targets are given to other rows."""
    with open_folder() as folder:
        try:
            raw = await asyncio.to_thread(_permuted_raw, desk, folder / "raw")
            raw.chmod(0o644)
            fetched = replace(desk.fetched, path=raw)
            await run_prepare(desk.package, folder / "made", sandbox=desk.sandbox, fetched=fetched)
            return await asyncio.to_thread(
                read_tables, desk.package.card, folder / "made" / "public", folder / "made" / "private"
            )
        except TargetNotRaw as error:
            return Lacking(str(error), applies=False)
        except (PreparationFailed, BrokenTables) as error:
            return Lacking(str(error), fault=True)


def _permuted_raw(desk: Desk, folder: Path) -> Path:
    """The raw file with permuted targets; of a table that rows are drawn from, those rows alone."""
    card, path = desk.package.card, desk.fetched.path
    if card.source.drawn is None:
        return write_permuted(path, folder, card.task, desk.seed)
    rows = raw_table(desk.fetched, card.source.drawn)
    return write_permuted_rows(rows, detect(path), folder / path.name, card.task, desk.seed)


async def grade_all(desk: Desk) -> Grades | Lacking:
    """Every probing submission, through the real grader in one call."""
    try:
        return await grade_trials(desk.task, desk.form, desk.vectors, sandbox=desk.sandbox, seed=desk.seed)
    except GraderCrashed as error:
        return Lacking(str(error), fault=True)


async def probe(desk: Desk) -> ProbeRuns | Lacking:
    """The reference solution and the ladder, where an agent would work."""
    asked = same_in_form(desk.form, desk.vectors)
    return await run_probes(desk.task, desk.form, asked, sandbox=desk.sandbox, within_eval=desk.within_eval)


async def bench(desk: Desk, probes: ProbeRuns | Lacking) -> Bench | Lacking:
    """metric.py on all predictions: as it is, broken, on resampled rows."""
    files: dict[str, bytes | None] = {}
    if isinstance(probes, ProbeRuns):
        files = {"reference": probes.reference.submission}
        files |= {name: run.submission for name, run in probes.ladder.items()}
    job = BenchJob(desk.form, desk.task.rules, desk.vectors, outsiders(desk.form, files), desk.seed)
    with open_folder() as folder:
        try:
            return await run_bench(desk.task, job, folder, sandbox=desk.sandbox)
        except BenchFailed as error:
            return Lacking(str(error), fault=True)
