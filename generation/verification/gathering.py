"""Gathering the evidence of one package: all that needs a sandbox or the raw data, each once and side by side."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from generation.profile.drawing import drawn
from generation.profile.reading import detect, read_text
from generation.verification.answers import Form
from generation.verification.benching import BenchJob, outsiders
from generation.verification.evidence import Bench, Evidence, Grades, Lacking, ProbeRuns, Repetition
from generation.verification.looking import reach_of
from generation.verification.permuting import TargetNotRaw, write_permuted, write_permuted_rows
from generation.verification.reach import Reach
from generation.verification.registry import Part
from generation.verification.repeating import open_folder, repeated
from generation.verification.rooms import BenchFailed, run_bench, run_probes
from generation.verification.submissions import Vectors, vectors
from generation.verification.tables import BrokenTables, Tables, read_tables
from generation.verification.trials import grade_trials
from harness.grading import GraderCrashed
from harness.package import TaskPackage
from harness.preparation import PreparationFailed, PreparedTask, prepare, run_prepare
from harness.sources import Fetched, resolve

T = TypeVar("T")


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


async def gather(evidence: Evidence, parts: Collection[Part], *, sandbox: str, seed: int) -> Evidence:
    """The evidence with the parts that were asked for, each had or lacking with its reason.

    Raises:
        SourceError: the raw data cannot be fetched: nothing is said about the package then.
        MachineError: no sandbox works here.
    """
    if not parts:
        return evidence
    package = evidence.package
    source = package.card.source
    fetched = await asyncio.to_thread(resolve, source.uri, sha256=source.sha256)
    if Part.RAW in parts:
        evidence = replace(evidence, raw=await asyncio.to_thread(raw_table, fetched, source.drawn))
    try:
        task = await prepare(package, sandbox=sandbox)
        tables = await asyncio.to_thread(read_tables, package.card, task.public, task.private)
    except (PreparationFailed, BrokenTables) as error:
        failed = Lacking(str(error), fault=True)
        consequence = Lacking("prepare.py did not give the tables that this needs")
        return replace(
            evidence,
            prepared=failed,
            reach=consequence,
            repeated=consequence,
            permuted=consequence,
            grades=consequence,
            bench=consequence,
            probes=consequence,
        )
    form = Form(tables)
    known = await asyncio.to_thread(vectors, form, seed)
    desk = Desk(package, task, fetched, form, known, sandbox, seed)
    return await _beyond_the_tables(replace(evidence, prepared=tables), parts, desk)


async def _beyond_the_tables(evidence: Evidence, parts: Collection[Part], desk: Desk) -> Evidence:
    """What needs further sandboxes: all at once, but the bench, which waits for the probes."""

    async def wanted(
        part: Part, work: Callable[[Desk], Coroutine[None, None, T | Lacking]], otherwise: T | Lacking
    ) -> T | Lacking:
        return await work(desk) if part in parts else otherwise

    async def probes_then_bench() -> tuple[ProbeRuns | Lacking, Bench | Lacking]:
        probes = await wanted(Part.PROBES, probe, evidence.probes)
        return probes, await wanted(Part.BENCH, lambda one: bench(one, probes), evidence.bench)

    try:
        async with asyncio.TaskGroup() as group:
            ladder = group.create_task(probes_then_bench())
            within = group.create_task(wanted(Part.REACH, reach, evidence.reach))
            again = group.create_task(wanted(Part.REPEATED, repeat, evidence.repeated))
            permuted = group.create_task(wanted(Part.PERMUTED, permute, evidence.permuted))
            grades = group.create_task(wanted(Part.GRADES, grade_all, evidence.grades))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    probes, scored = ladder.result()
    return replace(
        evidence,
        reach=within.result(),
        repeated=again.result(),
        permuted=permuted.result(),
        grades=grades.result(),
        probes=probes,
        bench=scored,
    )


def raw_table(fetched: Fetched, rows: int | None) -> pd.DataFrame:
    """The raw table with every cell as text; of a larger one the `rows` that the task says it draws."""
    # The key has the content's hash: the tasks of one dataset share one reading of it.
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
    with open_folder() as folder:
        return await run_probes(desk.task, desk.form, folder, sandbox=desk.sandbox)


async def bench(desk: Desk, probes: ProbeRuns | Lacking) -> Bench | Lacking:
    """metric.py on all predictions: as it is, broken, on resampled rows."""
    files: dict[str, bytes | None] = {}
    if isinstance(probes, ProbeRuns):
        files = {"reference": probes.reference.submission}
        files |= {name: run.submission for name, run in probes.ladder.items()}
    job = BenchJob(desk.form, desk.task.rules, desk.vectors, outsiders(desk.form, files, desk.seed), desk.seed)
    with open_folder() as folder:
        try:
            return await run_bench(desk.task, job, folder, sandbox=desk.sandbox)
        except BenchFailed as error:
            return Lacking(str(error), fault=True)
