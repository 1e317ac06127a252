"""Programs as the contestants of a task, in the eval that users run: Inspect's loop, an agent's sandbox, the scorer."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from weakref import WeakKeyDictionary

from inspect_ai import eval_async
from inspect_ai.log import EvalSample, read_eval_log_async
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import OutputLimitExceededError, SandboxUnavailableError, sandbox
from inspect_ai.util._display import display_type_initialized, init_display_type
from pydantic import BaseModel, ConfigDict

from harness.agents.outcome import introduce
from harness.competition.reasons import Status
from harness.errors import MachineError
from harness.evals import PROGRAM, trial
from harness.preparation import PreparedTask, prepare
from harness.sandboxes.foreign import run_python
from harness.sandboxes.spec import WORKSPACE
from harness.sandboxes.transfer import read_result

NO_MODEL = "none/none"
FAMILY = "probe"
SCORER = "competition_scorer"
TAIL = 1500
TIMED_OUT = 124
# Inspect holds one eval at a time in a process.
_one_at_a_time: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")


class Step(_Told):
    """One command of a program: of Python's arguments (`python`), or in its own words; at most so many seconds."""

    words: tuple[str, ...]
    limit_s: int
    python: bool = False


class Program(_Told):
    """What a contestant does: its files lie at `PROGRAMS`, its steps run in turn, and it `takes` files home.

    `bound` is the most bytes of each of these.
    """

    files: dict[str, str]
    steps: tuple[Step, ...]
    takes: tuple[str, ...]
    bound: int


class Ended(_Told):
    """How a step ended: its exit code, its seconds, the end of what it said."""

    code: int
    seconds: float
    messages: str


class Attended(_Told):
    """How a contestant's cell ended, as the log tells it, and what it did; "error" is a failure of the eval itself."""

    status: str
    score: float | None
    message: str
    steps: tuple[Ended, ...]
    files: dict[str, bytes]


class _Desk:
    """What the solver of one eval hands out and takes home."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.programs = programs
        self.steps: dict[str, list[Ended]] = {name: [] for name in programs}
        self.files: dict[str, dict[str, bytes]] = {name: {} for name in programs}
        self.broken: MachineError | None = None


async def hold(task: PreparedTask, programs: Mapping[str, Program], *, sandbox: str) -> dict[str, Attended]:
    """Run programs as contestants of a task in an eval of this process, two at once; the log is not kept.

    Raises:
        MachineError: no sandbox works here.
    """
    if not display_type_initialized():
        init_display_type("none")  # else it would print to standard output, which is for answers alone
    lock = _one_at_a_time.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    desk = _Desk(programs)
    async with lock:
        with tempfile.TemporaryDirectory(prefix="mlesmith-trial-") as folder:
            # Whoever makes the sample, a retry or a scorer, loads the package from a folder.
            root = task.package.write(Path(folder) / "tasks")
            placed = await prepare(replace(task.package, root=root), sandbox=sandbox)
            placed_programs = {name: _laid_out(one, Path(folder) / name) for name, one in programs.items()}
            (held,) = await eval_async(
                trial(placed, _contestants(desk), placed_programs, sandbox=sandbox),
                model=NO_MODEL,
                log_dir=f"{folder}/logs",
                log_level="error",
                log_realtime=False,
                ctl_server=False,
                score_display=False,
                fail_on_error=False,
                max_samples=len(programs),
            )
            log = await read_eval_log_async(held.location)
    if desk.broken is not None:
        raise desk.broken
    cells = {str(sample.metadata[PROGRAM]): sample for sample in log.samples or ()}
    if cells.keys() != programs.keys():
        raise MachineError(f"The eval of {task.package.id} did not come to its end: {log.error or log.status}.")
    return {name: _attended(sample, desk, name) for name, sample in cells.items()}


def _laid_out(program: Program, folder: Path) -> Path:
    """The program's files, for a reader of another user id."""
    folder.mkdir()
    folder.chmod(0o755)
    for name, text in program.files.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644)
    return folder


def _attended(sample: EvalSample, desk: _Desk, name: str) -> Attended:
    score = (sample.scores or {}).get(SCORER)
    status, value, said = Status.ERROR.value, None, "it was not scored"
    if sample.error is not None:
        said = sample.error.message
    elif score is not None:
        status, said = str((score.metadata or {})["status"]), score.explanation or ""
        if status == Status.GRADED.value and isinstance(score.value, dict):
            value = float(str(score.value["score"]))
    return Attended(status=status, score=value, message=said, steps=tuple(desk.steps[name]), files=desk.files[name])


def _contestants(desk: _Desk) -> Solver:
    @solver(name="trial")
    def contestants() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
            name = str(state.metadata[PROGRAM])
            introduce(state, name, FAMILY)
            try:
                await _work(desk, name)
            except MachineError as error:
                desk.broken = error
                raise
            return state

        return solve

    return contestants()


async def _work(desk: _Desk, name: str) -> None:
    program = desk.programs[name]
    try:
        for step in program.steps:
            desk.steps[name].append(await _take(step))
        for file in program.takes:
            found = await read_result(sandbox(), f"{WORKSPACE}/{file}", program.bound)
            if isinstance(found, bytes):
                desk.files[name][file] = found
    except SandboxUnavailableError as error:
        # It brought about the end of its own sandbox; the scorer finds nothing, too.
        desk.steps[name].append(Ended(code=1, seconds=0.0, messages=str(error)))


async def _take(step: Step) -> Ended:
    """Run one step; a limit that it reaches is told as its end."""
    started = perf_counter()
    room, words = sandbox(), [*step.words]
    running = (
        run_python(room, words, step.limit_s)
        if step.python
        else room.exec(words, timeout=step.limit_s, timeout_retry=False)
    )
    try:
        ended = await running
    except TimeoutError:
        said = f"it did not end within {step.limit_s} s"
        return Ended(code=TIMED_OUT, seconds=perf_counter() - started, messages=said)
    except OutputLimitExceededError:
        return Ended(code=1, seconds=perf_counter() - started, messages="it printed more than it may")
    messages = (ended.stderr.strip() or ended.stdout.strip())[-TAIL:]
    return Ended(code=ended.returncode, seconds=perf_counter() - started, messages=messages)
