"""The battery's own programs: the probes as agents of an eval, and a room with the answers for the bench."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from time import perf_counter

from inspect_ai.util import ExecResult, OutputLimitExceededError
from pydantic import ValidationError

from generation.verification.answers import Form
from generation.verification.attending import Ended, Program, Step, hold
from generation.verification.benching import BenchJob
from generation.verification.beside import hold_beside
from generation.verification.evidence import Bench, ProbeRuns, Run
from generation.verification.submissions import LADDER, Variants
from harness.competition.validity import size_bound
from harness.errors import MlesmithError
from harness.evals import COMMANDS, PROGRAMS, agent_sandbox
from harness.prepared import ANSWERS, PreparedTask
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import reserve_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import read_result

REFERENCE, PROBES = "reference", "ladder"
SUBMISSION = "submission.csv"
NOTHING = (Run(1, 0.0, "it did not begin"), Run(1, 0.0, "there was nothing to look at"))
LADDER_ROWS = 4000  # more would make the probes better and every verification slower
LADDER_S, BENCH_S, CHECK_S = 120, 300, 30
BENCH_LIMITS = SandboxLimits(memory_mb=2048, disk_mb=64, processes=64)
LARGEST_ANSWER = 64_000_000
TAIL = 1500
TIMED_OUT = 124


class BenchFailed(MlesmithError):
    """metric.py could not be evaluated apart from the grader."""


def program(name: str) -> Path:
    """The path of a program in the folder `probes`."""
    return Path(str(files("generation.verification").joinpath("probes", name)))


async def run_probes(task: PreparedTask, form: Form, asked: Variants, *, sandbox: str, within_eval: bool) -> ProbeRuns:
    """The untrusted reference solution and the ladder in one eval, and beside it what `check-submission` says.

    What it says of `asked` is heard in a room of its own, where nothing of the package runs.
    """
    hearing = asyncio.create_task(_heard(task, sandbox, asked))
    programs = {REFERENCE: _reference(task), PROBES: _ladder(task, form)}
    try:
        if within_eval:
            cells = await hold_beside(task.package, programs, sandbox=sandbox)
        else:
            cells = await hold(task, programs, sandbox=sandbox)
        verdicts = await hearing
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    reference, climbed = cells[REFERENCE], cells[PROBES]
    run, checked, *_ = (*map(_run_of, reference.steps), *NOTHING)
    ladder = next(map(_run_of, climbed.steps), NOTHING[0])
    return ProbeRuns(
        reference=replace(run, submission=reference.files.get(SUBMISSION)),
        checked=checked,
        ladder={name: replace(ladder, submission=climbed.files.get(f"{name}.csv")) for name in LADDER},
        verdicts=verdicts,
        status=reference.status,
        score=reference.score,
        said=reference.message,
    )


def _reference(task: PreparedTask) -> Program:
    limit = task.package.card.limits.time_s
    return Program(
        files={"agent.py": task.package.files["solution.py"]},
        steps=(
            Step(words=(f"{PROGRAMS}/agent.py",), limit_s=limit, python=True),
            Step(words=(COMMANDS[0][0],), limit_s=CHECK_S),
        ),
        takes=(SUBMISSION,),
        bound=size_bound(task.rules),
    )


def _ladder(task: PreparedTask, form: Form) -> Program:
    """The ladder's probes; the strong one is what is submitted."""
    question = task.package.card.task
    words = {
        "id": question.id_column,
        "target": question.target[0],
        "prediction": question.prediction,
        "labels": form.labels.tolist() if form.kind != "number" else [],
        "metric": task.package.card.metric.name,
        "quantile": task.rules.quantile,
        "rows": LADDER_ROWS,
    }
    return Program(
        files={"agent.py": program("ladder.py").read_text(encoding="utf-8")},
        steps=(
            Step(words=(f"{PROGRAMS}/agent.py", json.dumps(words)), limit_s=LADDER_S, python=True),
            Step(words=("cp", f"{LADDER[-1]}.csv", SUBMISSION), limit_s=CHECK_S),
        ),
        takes=tuple(f"{name}.csv" for name in LADDER),
        bound=size_bound(task.rules),
    )


def _run_of(step: Ended) -> Run:
    return Run(step.code, step.seconds, step.messages)


async def _heard(task: PreparedTask, sandbox: str, asked: Variants) -> dict[str, dict[str, str]]:
    async with reserve_sandbox(agent_sandbox(task), sandbox, warm=True) as room:
        return await _verdicts(room, asked)


async def _verdicts(room: ProvidedSandbox, asked: Variants) -> dict[str, dict[str, str]]:
    """What the command says of each file, with its exit code; every file is asked of under the name that is graded.

    The first of each kind is asked of as an agent does it, the others by the same module in a warm interpreter, which
    takes a sixth of the time; each must say the same as the first.
    """
    said: dict[str, dict[str, str]] = {kind: {} for kind in asked}
    (command, module), *_ = COMMANDS
    for kind, variants in asked.items():
        for name, file in variants.items():
            await room.write_file(f"{WORKSPACE}/submission.csv", file)
            if said[kind]:
                asking = room.python(["-m", module], timeout=CHECK_S, preload=("harness.competition.validity",))
            else:
                asking = room.exec([command], timeout=CHECK_S)
            ended = await _run(asking, CHECK_S)
            said[kind][name] = f"{ended.messages} (exit code {ended.code})"
    return said


async def run_bench(task: PreparedTask, job: BenchJob, folder: Path, *, sandbox: str) -> Bench:
    """probes/bench.py on a job.

    Raises:
        BenchFailed: it ended without an answer: metric.py is broken, or too slow.
    """
    (folder / "metric.py").write_text(task.package.files["metric.py"], encoding="utf-8")
    (folder / "job.npz").write_bytes(job.to_npz())
    for path in folder.iterdir():
        path.chmod(0o644)
    spec = SandboxSpec(
        mounts=(
            Mount(source=folder, target="/bench"),
            Mount(source=task.private, target="/answers"),
            Mount(source=program("bench.py"), target=f"{PROGRAMS}/bench.py"),
        ),
        limits=BENCH_LIMITS,
        library=("harness.competition",),
    )
    result = f"{WORKSPACE}/result.json"
    command = [f"{PROGRAMS}/bench.py", "/bench/metric.py", f"/answers/{ANSWERS}", "/bench/job.npz", result]
    async with reserve_sandbox(spec, sandbox) as room:
        ended = await _run(room.python(command, timeout=BENCH_S), BENCH_S)
        answer = await read_result(room, result, LARGEST_ANSWER)
    if ended.code != 0 or not isinstance(answer, bytes):
        raise BenchFailed(f"metric.py on known predictions ended with exit code {ended.code}: {ended.messages}")
    try:
        return job.read(answer)
    except ValidationError as error:
        raise BenchFailed(f"metric.py on known predictions left a result of another form: {error}") from error


async def _run(program: Awaitable[ExecResult[str]], limit: int) -> Run:
    """One program; a limit that it reaches is told as its end."""
    started = perf_counter()
    try:
        ended = await program
    except TimeoutError:
        return Run(TIMED_OUT, perf_counter() - started, f"it did not end within {limit} s")
    except OutputLimitExceededError:
        return Run(1, perf_counter() - started, "it printed more than it may")
    messages = (ended.stderr.strip() or ended.stdout.strip())[-TAIL:]
    return Run(ended.returncode, perf_counter() - started, messages)
