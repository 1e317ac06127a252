"""The battery's own sandboxes: an agent's room for the probes, and a room with the answers for the bench."""

import asyncio
import json
from collections.abc import Awaitable
from importlib.resources import files
from pathlib import Path
from time import perf_counter

from inspect_ai.util import ExecResult, OutputLimitExceededError, SandboxEnvironment
from pydantic import ValidationError

from generation.verification.answers import Form
from generation.verification.benching import BenchJob
from generation.verification.evidence import Bench, ProbeRuns, Run
from generation.verification.submissions import LADDER, Variants
from harness.competition.validity import size_bound
from harness.errors import MlesmithError
from harness.evals import COMMANDS, agent_sandbox
from harness.prepared import ANSWERS, PreparedTask
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import reserve_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import read_result

PROBES = "/opt/mlesmith/probes"
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


def probing_sandbox(task: PreparedTask, folder: Path) -> SandboxSpec:
    """The very sandbox that an agent gets, and in it the probes; `folder` receives the solution."""
    solution = folder / "solution.py"
    solution.write_text(task.package.files["solution.py"], encoding="utf-8")
    solution.chmod(0o644)
    spec = agent_sandbox(task)
    ours = (
        Mount(source=solution, target=f"{PROBES}/solution.py"),
        Mount(source=program("ladder.py"), target=f"{PROBES}/ladder.py"),
    )
    return spec.model_copy(update={"mounts": (*spec.mounts, *ours)})


async def run_probes(task: PreparedTask, form: Form, folder: Path, asked: Variants, *, sandbox: str) -> ProbeRuns:
    """The ladder, and beside it in a room of its own the untrusted reference solution and `check-submission`.

    What `check-submission` says of `asked` is heard in the ladder's room, where nothing of the package runs.
    """
    spec = probing_sandbox(task, folder)
    climbing = asyncio.create_task(_climb(task, form, spec, sandbox, asked))
    try:
        async with reserve_sandbox(spec, sandbox) as room:
            limit = task.package.card.limits.time_s
            reference = await _run(room.python([f"{PROBES}/solution.py"], timeout=limit), limit)
            submission = await _left(room, "submission.csv", size_bound(task.rules))
            checked = await _run(room.exec(["check-submission"], timeout=CHECK_S), CHECK_S)
        ladder, verdicts = await climbing
    finally:
        climbing.cancel()
        await asyncio.gather(climbing, return_exceptions=True)
    return ProbeRuns(
        reference=Run(reference.code, reference.seconds, reference.messages, submission),
        checked=checked,
        ladder=ladder,
        verdicts=verdicts,
    )


async def _climb(
    task: PreparedTask, form: Form, spec: SandboxSpec, sandbox: str, asked: Variants
) -> tuple[dict[str, Run], dict[str, dict[str, str]]]:
    """The ladder's probes by name, and the verdicts on what is asked."""
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
    bound = size_bound(task.rules)
    async with reserve_sandbox(spec, sandbox) as room:
        ladder = await _run(room.python([f"{PROBES}/ladder.py", json.dumps(words)], timeout=LADDER_S), LADDER_S)
        left = {name: await _left(room, f"{name}.csv", bound) for name in LADDER}
        verdicts = await _verdicts(room, asked)
    return {name: Run(ladder.code, ladder.seconds, ladder.messages, file) for name, file in left.items()}, verdicts


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
            Mount(source=program("bench.py"), target=f"{PROBES}/bench.py"),
        ),
        limits=BENCH_LIMITS,
        library=("harness.competition",),
    )
    result = f"{WORKSPACE}/result.json"
    command = [f"{PROBES}/bench.py", "/bench/metric.py", f"/answers/{ANSWERS}", "/bench/job.npz", result]
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


async def _left(room: SandboxEnvironment, name: str, bound: int) -> bytes | None:
    """A file that a program left, if it is a plain one of a possible size."""
    found = await read_result(room, f"{WORKSPACE}/{name}", bound)
    return found if isinstance(found, bytes) else None
