"""Running contestants on tasks: one Inspect log for each contestant, resumable, many sandboxes at once."""

import io
from collections.abc import Collection, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from filelock import FileLock, Timeout
from inspect_ai import Task, eval_set
from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries

from harness.agents.contestant import Contestant, contestants, require_own
from harness.errors import UserError
from harness.models.ready import require_model
from harness.package import TaskPackage
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
    for contestant in wanted:
        if contestant.model:
            require_model(contestant.model)
    if sandbox == "host":
        require_own(wanted)
    packages = select(*tasks)
    words = _task_words(packages)
    log_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(log_dir / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DirectoryBusy(f"Another run writes into {log_dir}. Wait for it, or give another --log-dir.") from error
    try:
        done = _done(log_dir, wanted, {package.id for package in packages}, epochs)
        COUNTER.watch(on_cell, len(wanted) * len(words) * epochs, done)
        for model in dict.fromkeys(contestant.model for contestant in wanted):
            group = [contestant for contestant in wanted if contestant.model == model]
            _run_group(group, model, words, epochs, sandbox, log_dir, jobs)
    finally:
        COUNTER.watch(None, 0)
        lock.release()
    return log_dir


def _task_words(packages: Sequence[TaskPackage]) -> list[str]:
    """Each task as a word that names it again: its id where that finds this very folder, else its path."""
    known = task_folders()
    return [
        package.id if known.get(package.id, Path()).resolve() == package.root else str(package.root)
        for package in packages
    ]


def _run_group(
    group: Sequence[Contestant],
    model: str | None,
    words: Sequence[str],
    epochs: int,
    sandbox: str,
    log_dir: Path,
    jobs: int,
) -> None:
    at_once = jobs or processors()
    # Inspect tells of its end on standard output, which is for answers alone.
    with redirect_stdout(io.StringIO()):
        _, logs = eval_set(
            tasks=[_suite(contestant, words, sandbox) for contestant in group],
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


def _done(log_dir: Path, wanted: Sequence[Contestant], ids: Collection[str], epochs: int) -> int:
    """How many of the wanted cells were run by former calls."""
    ours = {(contestant.words, contestant.model or NO_MODEL) for contestant in wanted}
    done = set()
    for info in list_eval_logs(str(log_dir)):
        about = read_eval_log(info, header_only=True).eval
        who = (str(about.task_args.get("agent")), about.model)
        if who in ours:
            cells = read_eval_log_sample_summaries(info)
            done |= {(*who, cell.id, cell.epoch) for cell in cells if cell.completed and cell.error is None}
    return sum(cell in ids and epoch <= epochs for *_, cell, epoch in done)


def _suite(contestant: Contestant, words: Sequence[str], sandbox: str) -> Task:
    """The registered suite, so that the log says how to make it again."""
    from inspect_ai._util.registry import registry_create

    arguments: dict[str, object] = {"tasks": ",".join(words), "agent": contestant.words, "sandbox": sandbox}
    if sandbox == "host":  # who names it here, or gave the command's flag, knows
        arguments["unisolated"] = True
    made: Task = registry_create("task", "mlesmith/suite", **arguments)
    return made
