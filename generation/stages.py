"""The stages of the generation eval as Inspect solvers: a dataset is a sample, its record lies in the store."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from anyio import to_thread
from inspect_ai.model import ChatMessageAssistant, ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import collect, span, store

from generation.bench import Bench, StageFailed
from generation.engines import open_engine
from generation.neighbours import curated_on, packages_below
from generation.private_splits import SplitSeeds, split_key
from generation.profile.hopeless import why_nothing
from generation.profile.source import profile_source
from generation.records import STORED_AS, DatasetRecord, FormulationRecord
from generation.repair import Draft, settle
from generation.repair import design as write_design
from generation.repair import refactor as write_package
from generation.verification.looking import look_ahead
from harness.errors import MachineError, MlesmithError
from harness.sources import Fetched, resolve


class Listener(Protocol):
    """Hears how many datasets are done, of how many, and what is going on."""

    def __call__(self, done: int, total: int, what: str = "") -> None: ...


@dataclass
class Progress:
    """Datasets done, told to whoever listens."""

    listener: Listener
    total: int
    done: int = 0

    def tell(self, what: str, *, finished: bool = False) -> None:
        self.done += finished
        self.listener(self.done, self.total, what)


PROGRESS: ContextVar[Progress | None] = ContextVar("mlesmith_generation", default=None)


@dataclass
class Work:
    """What is worked on for one sample: the bench and a draft for each formulation."""

    bench: Bench
    drafts: list[Draft] = field(default_factory=list)


_WORK: dict[str, Work] = {}


@solver
def read_source(engine: str, seed: int, sandbox: str, against: list[str], wanted: list[str]) -> Solver:
    """Fetch and profile the dataset; one that cannot be read, or that a curated task uses, is rejected."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        uri = state.input_text
        look_ahead(sandbox)
        _tell(f"reading {uri}")
        neighbours = await to_thread.run_sync(packages_below, [Path(root) for root in against])
        try:
            fetched = await to_thread.run_sync(partial(resolve, uri))
            curated = curated_on(fetched, neighbours)
            if curated:
                return _end(state, _record(uri, fetched, reason=_shared(curated)))
            name = str(state.metadata.get("name", ""))
            profile = await to_thread.run_sync(partial(profile_source, fetched, name))
        except MachineError:
            raise
        except (MlesmithError, ValueError, OSError) as error:
            return _end(state, DatasetRecord(uri=uri, reason=_one_line(error)))
        made = open_engine(engine, seeds=SplitSeeds(seed, split_key(), fetched.sha256))
        _WORK[state.uuid] = Work(Bench(made, profile, fetched, sandbox, seed, neighbours, wanted))
        size = {
            "name": profile.name,
            "rows": profile.raw_rows,
            "drawn": profile.rows if profile.is_drawn else 0,
            "columns": len(profile.columns),
        }
        _keep(_record(uri, fetched).model_copy(update=size))
        return state

    return solve


@solver
def brainstorm(formulations: int) -> Solver:
    """Ask questions of the dataset; without one it is rejected."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        work, record = _WORK[state.uuid], kept()
        _tell(f"{record.name}: asking questions")
        try:
            proposed, spent = await work.bench.propose(formulations)
        except StageFailed as failed:
            return _end(state, record.model_copy(update={"reason": str(failed), "spent": failed.spent}))
        work.drafts = [Draft(formulation) for formulation in proposed[:formulations]]
        work.bench.asked |= {draft.formulation.target for draft in work.drafts}
        record = record.model_copy(update={"spent": spent})
        if not work.drafts:
            because = why_nothing(work.bench.profile)
            reason = "no question worth asking was found" + (f": {because}" if because else "")
            return _end(state, record.model_copy(update={"reason": reason}))
        _keep(_with_drafts(record, work))
        return state

    return solve


@solver
def design() -> Solver:
    """Write every formulation out: description.md, prepare.py, metric.py, solution.py."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        work = _WORK[state.uuid]
        _tell(f"{kept().name}: designing")
        await collect(*[_in_span("design", draft, partial(write_design, work.bench, draft)) for draft in work.drafts])
        return state

    return solve


@solver
def refactor() -> Solver:
    """Bring every design to the one schema."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        work = _WORK[state.uuid]
        await collect(
            *[_in_span("refactor", draft, partial(write_package, work.bench, draft)) for draft in work.drafts]
        )
        _keep(_with_drafts(kept(), work))
        return state

    return solve


@solver
def verify_and_repair() -> Solver:
    """Attack every package; a defect goes back to its stage, at most three times, then the formulation is rejected."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        work, record = _WORK[state.uuid], kept()
        _tell(f"{record.name}: verifying")
        done: dict[int, list[FormulationRecord]] = {}

        async def settled(place: int, draft: Draft) -> None:
            done[place] = await settle(work.bench, draft)
            # A limit may end the sample at any time: what is settled stays.
            open_ones = [[one.record()] for one in work.drafts]
            rows = [done.get(at, open_ones[at]) for at in range(len(work.drafts))]
            _keep(record.model_copy(update={"formulations": tuple(one for row in rows for one in row)}))

        await collect(*[_in_span("verify", d, partial(settled, at, d)) for at, d in enumerate(work.drafts)])
        return _end(state, kept())

    return solve


async def forget(state: TaskState) -> None:
    """Let go of a sample's table and drafts."""
    _WORK.pop(state.uuid, None)
    progress = PROGRESS.get()
    if progress is not None:
        progress.tell(str(state.metadata.get("name", "")) or state.input_text, finished=True)


def kept() -> DatasetRecord:
    """The record of the dataset that is being worked on."""
    return DatasetRecord.model_validate(store().get(STORED_AS))


def _keep(record: DatasetRecord) -> None:
    store().set(STORED_AS, record.model_dump(mode="json"))


def _end(state: TaskState, record: DatasetRecord) -> TaskState:
    """Keep the record, say in words what became of the dataset, and let the remaining stages pass."""
    _keep(record)
    state.output = ModelOutput.from_content("none/none", _in_words(record))
    state.messages.append(ChatMessageAssistant(content=state.output.completion))
    state.completed = True
    return state


def _in_words(record: DatasetRecord) -> str:
    if not record.formulations:
        return f"No task: {record.why_not}"
    lines = []
    for one in record.formulations:
        package = one.package.unpacked().id if one.package is not None else one.formulation.slug
        verdict = "verified" if one.status == "verified" else f"{one.status} ({one.stage}): {one.reason}"
        repairs = f", {len(one.repairs)} repairs" if one.repairs else ""
        lines.append(f"- {package}: {one.formulation.question}\n  {verdict}{repairs}, {one.seconds:.1f} s")
    return "\n".join(lines)


def _with_drafts(record: DatasetRecord, work: Work) -> DatasetRecord:
    return record.model_copy(update={"formulations": tuple(draft.record() for draft in work.drafts)})


def _record(uri: str, fetched: Fetched, reason: str = "") -> DatasetRecord:
    return DatasetRecord(
        uri=uri,
        name=fetched.cluster,
        sha256=fetched.sha256,
        cluster=fetched.cluster,
        licence=fetched.licence,
        notes=fetched.notes,
        reason=reason,
    )


def _shared(curated: str) -> str:
    return f"No dataset serves both a curated and a generated task, and the curated task {curated} is made of this one."


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:600] or type(error).__name__


async def _in_span(stage: str, draft: Draft, call: Callable[[], Awaitable[None]]) -> None:
    async with span(f"{stage} {draft.formulation.slug}"):
        await call()


def _tell(what: str) -> None:
    progress = PROGRESS.get()
    if progress is not None:
        progress.tell(what)
