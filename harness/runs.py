"""Running contestants on tasks: one Inspect log for each contestant, resumable, many sandboxes at once."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from inspect_ai import Task, eval_set
from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries

from harness.agents.contestant import Contestant, contestants, require_own
from harness.agents.outcome import epoch_of
from harness.errors import UserError
from harness.logs.files import named
from harness.models.ready import require_model
from harness.package import TaskPackage
from harness.plans import PlannedCell
from harness.processors import processors
from harness.progress import COUNTER, Progress
from harness.selection import select, task_folders
from harness.stopping import raise_if_stopped

LOCK = ".mlesmith-run.lock"
NO_MODEL = "none/none"


class DirectoryBusy(UserError):
    """Another run writes into the same log directory."""


def run(
    agents: Sequence[str],
    models: Sequence[str],
    tasks: Sequence[str],
    *,
    epochs: int = 1,
    sandbox: str = "auto",
    log_dir: Path,
    jobs: int = 0,
    on_cell: Progress | None = None,
) -> Path:
    """Run every contestant on every task and return the log directory; what is done there is not repeated.

    Raises:
        UnknownName, MalformedContestant: an agent, task or sandbox that is not known.
        HostRefuses: the sandbox `host`, which isolates nothing, for more than the baselines.
        ModelNotReady, MissingKey, UnknownProvider: a model that can't be asked.
        DirectoryBusy: another run is under way in `log_dir`.
        PreparationFailed, SourceError, MachineError: a task's data can't be had or prepared here.
    """
    wanted = contestants(list(agents), list(models))
    _require(wanted, sandbox)
    packages = select(*tasks)
    words = task_words(packages)
    ids = {package.id for package in packages}
    with _sole_writer(log_dir):
        done = sum(cell.task in ids and cell.epoch <= epochs for cell in _done(log_dir, wanted))
        COUNTER.watch(on_cell, len(wanted) * len(words) * epochs, done)
        suites = {one: _suite(one, words, sandbox) for one in wanted}
        _run_all(suites, epochs, log_dir, jobs)
    return log_dir


def run_plan(
    plan: Sequence[PlannedCell],
    *,
    sandbox: str = "auto",
    log_dir: Path,
    jobs: int = 0,
    on_cell: Progress | None = None,
) -> Path:
    """Run the cells of a plan (`harness.plans`), and no others; what is done in the log directory is not repeated.

    A contestant's cells that are not done yet make one log. Raises what `run` raises.
    """
    wanted = list({cell.contestant.name: cell.contestant for cell in plan}.values())
    _require(wanted, sandbox)
    with _sole_writer(log_dir):
        done = _done(log_dir, wanted)
        counted = {one for cell in plan if (one := _Done.of(cell)) in done}
        COUNTER.watch(on_cell, len(plan), len(counted))
        # A log that is marked as under way broke off; Inspect itself goes on with it where it is asked for the same.
        finished = {cell for cell, status in done.items() if status != "started"}
        left = [cell for cell in plan if _Done.of(cell) not in finished]
        _run_all({one: _planned(one, left, sandbox) for one in wanted if _of(one, left)}, 1, log_dir, jobs)
    return log_dir


def _require(wanted: Sequence[Contestant], sandbox: str) -> None:
    """That every script is there, every model can be asked, and nobody foreign runs without isolation."""
    for contestant in wanted:
        contestant.require_here()
        if contestant.model:
            require_model(contestant.model)
    if sandbox == "host":
        require_own(wanted)


@contextmanager
def _sole_writer(log_dir: Path) -> Iterator[None]:
    """The log directory, for this run alone; raises `DirectoryBusy`."""
    log_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(log_dir / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DirectoryBusy(f"Another run writes into {log_dir}. Wait for it, or give another --log-dir.") from error
    try:
        yield
    finally:
        COUNTER.watch(None, 0)
        lock.release()


def task_words(packages: Sequence[TaskPackage]) -> list[str]:
    """Each task as a word that names it again: its id where that finds this very folder, else its path."""
    known = task_folders()
    return [
        package.id if known.get(package.id, Path()).resolve() == package.root else str(package.root)
        for package in packages
    ]


def _run_all(suites: Mapping[Contestant, Task], epochs: int, log_dir: Path, jobs: int) -> None:
    """Run all suites, those of one model together."""
    for model in dict.fromkeys(contestant.model for contestant in suites):
        group = [suite for contestant, suite in suites.items() if contestant.model == model]
        _run_group(group, model, epochs, log_dir, jobs)


def _run_group(group: list[Task], model: str | None, epochs: int, log_dir: Path, jobs: int) -> None:
    at_once = jobs or processors()
    # Inspect tells of its end on standard output, which is for answers alone.
    with redirect_stdout(io.StringIO()):
        _, logs = eval_set(
            tasks=group,
            log_dir=str(log_dir),
            # Logs of other contestants and other tasks may lie here already; they are none of this call's business.
            log_dir_allow_dirty=True,
            model=model or NO_MODEL,
            epochs=epochs,
            max_tasks=len(group),
            max_samples=at_once,
            max_sandboxes=at_once,
            # One cell that fails neither ends nor hides the others; it is run again, here and by the next call.
            continue_on_fail=True,
            fail_on_error=True,
            retry_attempts=1,
            retry_wait=1,
            display="none",
            log_samples=True,
            log_level="error",
        )
    raise_if_stopped(logs)


@dataclass(frozen=True)
class _Done:
    """A cell as the logs name it: the contestant's words and model, the task, the epoch."""

    words: str
    model: str
    task: str
    epoch: int

    @classmethod
    def of(cls, cell: PlannedCell) -> "_Done":
        return cls(cell.contestant.words, cell.contestant.model or NO_MODEL, cell.package.id, cell.epoch)


def _done(log_dir: Path, wanted: Sequence[Contestant]) -> dict[_Done, str]:
    """The contestants' cells that former calls ran, each with the status of its log (a finished one, if any).

    Raises:
        UnreadableLogs: a log is torn.
    """
    ours = {(contestant.words, contestant.model or NO_MODEL) for contestant in wanted}
    done: dict[_Done, str] = {}
    for info in list_eval_logs(str(log_dir)):
        with named(info.name.removeprefix("file://")):
            header = read_eval_log(info, header_only=True)
            who = (str(header.eval.task_args.get("agent")), header.eval.model)
            cells = read_eval_log_sample_summaries(info) if who in ours else []
        for cell in cells:
            if cell.completed and cell.error is None:
                one = _Done(*who, str(cell.metadata.get("task", cell.id)), epoch_of(cell))
                if done.get(one, "started") == "started":
                    done[one] = header.status
    return done


def _of(contestant: Contestant, cells: Sequence[PlannedCell]) -> list[PlannedCell]:
    return [cell for cell in cells if cell.contestant == contestant]


def _planned(contestant: Contestant, cells: Sequence[PlannedCell], sandbox: str) -> Task:
    """The contestant's cells as a suite of theirs."""
    runs: dict[str, list[int]] = {}
    own = sorted(_of(contestant, cells), key=lambda cell: (cell.package.id, cell.epoch))
    for cell in own:
        runs.setdefault(cell.package.id, []).append(cell.epoch)
    packages = {cell.package.id: cell.package for cell in own}
    return _suite(contestant, task_words(list(packages.values())), sandbox, runs)


def _suite(
    contestant: Contestant, words: Sequence[str], sandbox: str, runs: dict[str, list[int]] | None = None
) -> Task:
    """The registered suite, so that the log says how to make it again."""
    from inspect_ai._util.error import PrerequisiteError
    from inspect_ai._util.registry import registry_create

    arguments: dict[str, object] = {"tasks": ",".join(words), "agent": contestant.words, "sandbox": sandbox}
    if sandbox == "host":  # who names it here, or gave the command's flag, knows
        arguments["unisolated"] = True
    if runs is not None:
        arguments["runs"] = runs
    try:
        made: Task = registry_create("task", "mlesmith/suite", **arguments)
    except PrerequisiteError as told:  # our own error, as Inspect's command line takes it
        raise told.__cause__ or told from None
    return made
