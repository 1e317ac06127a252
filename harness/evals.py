"""Tasks as Inspect evals: one competition as a task of one sample, or many as the samples of one suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Solver
from inspect_ai.util import SandboxEnvironmentSpec

from harness.agents.contestant import parse_contestant, require_own
from harness.agents.outcome import EPOCH
from harness.agents.react import react
from harness.errors import UserError
from harness.package import TaskPackage, load_package
from harness.places import cache_dir
from harness.prepared import PreparedTask
from harness.prepared_tasks import ASKED, PACKAGE, outside, prepare_all
from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.host import HostRefuses
from harness.sandboxes.selection import Choice, choose_for_cells
from harness.sandboxes.spec import DATA, RULES, Mount, SandboxLimits, SandboxSpec
from harness.scorer import competition_scorer
from harness.selection import select
from harness.telling import told_by_inspect

# What an agent's sandbox holds of mlesmith: the check of a submission and the baselines; no metric, no grader.
LIBRARY = (
    "harness.competition.__init__",
    "harness.competition.reasons",
    "harness.competition.faults",
    "harness.competition.labels",
    "harness.competition.validity",
    "harness.competition.check",
    "harness.baselines",
)
COMMANDS = (("check-submission", "harness.competition.check"),)
PROGRAM, PROGRAMS = "program", "/opt/mlesmith/probes"  # which of a trial's programs a sample runs, and its place
BASELINES = ("skrub", "harness.baselines.contestants", "harness.baselines.stack")


class WrongRuns(UserError):
    """Epochs for other tasks than those that are asked for, or that are none."""


@told_by_inspect()
def load_task(path: str | Path, sandbox: str = "auto") -> Task:
    """The Inspect task of the package that holds `path` (its task.py passes `__file__`)."""
    return competition_task(load_package(Path(path).parent if Path(path).is_file() else Path(path)), sandbox=sandbox)


def competition_task(
    package: TaskPackage,
    *,
    agent: str | None = None,
    sandbox: str = "auto",
    time_s: int | None = None,
    memory_mb: int | None = None,
    unisolated: bool = False,
) -> Task:
    """One competition as a task of one sample; prepares the data (cached).

    Raises:
        PreparationFailed, SourceError, MachineError: the data can't be had or prepared here.
    """
    choice = _choice(sandbox, [package], agent, unisolated=unisolated)
    task = prepare_all([package], sandbox)[0]
    return _task(package.id, [_sample(task, sandbox, choice, time_s, memory_mb)], agent, package.card.version)


def suite(
    tasks: str | Sequence[str],
    *,
    agent: str | None = None,
    sandbox: str = "auto",
    time_s: int | None = None,
    memory_mb: int | None = None,
    unisolated: bool = False,
    runs: Mapping[str, Sequence[int]] | None = None,
) -> Task:
    """Many competitions as the samples of one task, so that they make one log.

    `runs` names the epochs of each task id, each a sample of its own; without it every task is one sample, and the
    epochs are Inspect's.

    Raises:
        WrongRuns: `runs` does not fit the tasks.
    """
    words = [tasks] if isinstance(tasks, str) else list(tasks)
    wanted = [part.strip() for word in words for part in word.split(",") if part.strip()]
    packages = select(*wanted)
    choice = _choice(sandbox, packages, agent, unisolated=unisolated)
    prepared = prepare_all(packages, sandbox)
    samples = [_sample(task, sandbox, choice, time_s, memory_mb) for task in prepared]
    if runs is not None:
        _require_runs(runs, [package.id for package in packages])
        samples = [_numbered(sample, epoch) for sample in samples for epoch in runs[str(sample.id)]]
    return _task("suite", samples, agent, "1-A")


def trial(task: PreparedTask, solver: Solver, programs: Mapping[str, Path], *, sandbox: str) -> Task:
    """A competition with a sample for each program: its folder lies at `PROGRAMS`, its name in the metadata."""
    choice = _choice(sandbox, [task.package], None, unisolated=False)
    samples = []
    for name, folder in programs.items():
        sample = _sample(task, sandbox, choice, None, None, warm=(), brings=folder)
        told = {"id": f"{sample.id}#{name}", "metadata": {**(sample.metadata or {}), PROGRAM: name}}
        samples.append(sample.model_copy(update=told))
    return Task(
        dataset=MemoryDataset(samples, name=task.package.id),
        solver=solver,
        scorer=competition_scorer(),
        name=task.package.id,
        version=task.package.card.version,
    )


def _require_runs(runs: Mapping[str, Sequence[int]], ids: Sequence[str]) -> None:
    """That every task has its epochs, each once, and nothing else has any."""
    faults = [f"it lacks {one!r}, a task that is asked for" for one in ids if one not in runs]
    faults += [f"{one!r} is no task that is asked for" for one in runs if one not in ids]
    for one, epochs in runs.items():
        if not epochs or len(set(epochs)) < len(epochs) or any(type(n) is not int or n < 1 for n in epochs):
            faults.append(f"the epochs of {one!r} are {list(epochs)}, not different whole numbers from 1")
    if faults:
        raise WrongRuns(f"`runs` names the epochs of each task, but {'; '.join(faults)}.")


def _numbered(sample: Sample, epoch: int) -> Sample:
    """The sample as the epoch of that number."""
    return sample.model_copy(
        update={"id": f"{sample.id}#{epoch}", "metadata": {**(sample.metadata or {}), EPOCH: epoch}}
    )


def _choice(sandbox: str, packages: Sequence[TaskPackage], agent: str | None, *, unisolated: bool) -> Choice:
    choice = choose_for_cells(sandbox, unisolated=unisolated)
    if choice.name == "host":
        require_own([parse_contestant(agent)] if agent else [])
        made = [package.id for package in packages if package.card.provenance.engine == "llm"]
        if made:
            raise HostRefuses(f"A language model made {', '.join(made)}: not without isolation. Use another sandbox.")
    return choice


def _task(name: str, samples: list[Sample], agent: str | None, version: str) -> Task:
    contestant = parse_contestant(agent) if agent else None
    solver: Solver = contestant.solver() if contestant else react()
    return Task(
        dataset=MemoryDataset(samples, name=name),
        solver=solver,
        scorer=competition_scorer(),
        name=name,
        display_name=f"{name}: {contestant.name}" if contestant else None,
        version=version,
        tags=[contestant.name]
        if contestant
        else None,  # a column of `inspect view`, where all logs of a run are "suite"
        metadata={"contestant": contestant.name, "family": contestant.agent.family} if contestant else {},
    )


def agent_sandbox(task: PreparedTask, *, time_s: int | None = None, memory_mb: int | None = None) -> SandboxSpec:
    """What an agent gets: the public files, the command `check-submission`, the limits of the card."""
    limits = task.package.card.limits
    return SandboxSpec(
        mounts=(Mount(source=task.public, target=DATA), Mount(source=_rules(task), target=RULES)),
        limits=SandboxLimits(
            memory_mb=memory_mb or limits.memory_mb,
            cpus=limits.cpus,
            disk_mb=limits.disk_mb,
            processes=limits.processes,
            gpus=limits.gpus,
        ),
        environment=(("MLESMITH_TIME_S", str(time_s or limits.time_s)),),
        library=LIBRARY,
        commands=COMMANDS,
    )


def within_reach() -> SandboxSpec:
    """What every agent can read, whatever its task."""
    return SandboxSpec(library=LIBRARY, commands=COMMANDS)


def _rules(task: PreparedTask) -> Path:
    """The rules of a submission as a file; everything in them is public."""
    path = cache_dir("rules") / f"{task.root.name}.json"
    text = task.rules.to_json()
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        draft = path.with_name(f"{path.name}.{id(task)}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def _environment(choice: Choice, spec: SandboxSpec) -> SandboxEnvironmentSpec:
    """The sandbox as Inspect is told of it."""
    if choice.name == "docker":
        from harness.sandboxes.container.compose import compose_config
        from harness.sandboxes.container.process import Container

        compiled = outside(lambda: anyio.run(bytecode, Container.start))
        return SandboxEnvironmentSpec("docker", compose_config(spec, compiled))
    return SandboxEnvironmentSpec(choice.name, spec)


def _sample(
    task: PreparedTask,
    sandbox: str,
    choice: Choice,
    time_s: int | None,
    memory_mb: int | None,
    warm: tuple[str, ...] = BASELINES,
    brings: Path | None = None,
) -> Sample:
    card = task.package.card
    spec = agent_sandbox(task, time_s=time_s, memory_mb=memory_mb)
    mounts = spec.mounts if brings is None else (*spec.mounts, Mount(source=brings, target=PROGRAMS))
    spec = spec.model_copy(update={"warm": warm, "mounts": mounts})
    return Sample(
        id=card.id,
        input=task.package.files["description.md"],
        sandbox=_environment(choice, spec),
        metadata={
            "task": card.id,
            "sandbox": choice.name,
            "sandbox_why": choice.why,
            "sandbox_image": choice.image,
            "task_version": card.version,
            "task_hash": task.package.code_hash,
            "data_hash": task.data_hash,
            "cluster": card.source.cluster,
            "collection": card.collection,
            "modality": card.task.modality,
            "objective": card.task.objective,
            "difficulty": card.task.difficulty,
            "metric": card.metric.name,
            "direction": card.metric.direction,
            "decimals": card.metric.decimals,
            "time_s": time_s or card.limits.time_s,
            "memory_mb": memory_mb or card.limits.memory_mb,
            ASKED: sandbox,
            PACKAGE: str(task.package.root or task.root),
        },
    )
