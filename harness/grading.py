"""Grading: many submissions of one task in one grader sandbox, which holds the answers and which no agent ever saw."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from inspect_ai.util import OutputLimitExceededError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from harness.competition.faults import InvalidSubmission, TooLarge, printable
from harness.competition.job import Job
from harness.competition.reasons import INVALID_REASONS, Reason, Status
from harness.competition.validity import open_regular, size_bound
from harness.errors import MlesmithError
from harness.grader_rooms import grader_room
from harness.places import cache_dir, whole_file
from harness.prepared import ANSWERS, PreparedTask
from harness.sandboxes.provider import ProvidedSandbox, SandboxEnded
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import Refusal, read_result

SECONDS_EACH = 20
START_S = 60
LIMITS = SandboxLimits(memory_mb=2048, cpus=1, disk_mb=256, processes=64)
MEMORY_EACH_MB = 1024
METRIC = "/grader/metric.py"
# What the grader imports but itself, which runs as a program.
PRELOAD = (
    "pandas",
    *(f"harness.competition.{name}" for name in ("children", "contract", "job", "labels", "metrics", "validity")),
)
# Together with what others of the same task have there at the same time.
SHARED_BYTES = 8 << 20
LONGEST_MESSAGE = 2000
TAIL = 1500

Value = bytes | Path | Refusal


class GraderCrashed(MlesmithError):
    """The grader as a whole gave no result: nobody's submission is to blame."""


@dataclass(frozen=True)
class GradeReport:
    """How one submission was judged. `score` is there for `graded` alone; `normalized` is 0 for every other status."""

    status: Status
    reason: Reason | None = None
    message: str = ""
    score: float | None = None
    normalized: float = 0.0


class _Outcome(BaseModel):
    """What the grader says of one submission; metric.py runs beside the code that writes it, so nothing is believed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    status: Status
    reason: Reason | None
    message: Annotated[str, Field(max_length=LONGEST_MESSAGE)]
    score: Annotated[float, Field(allow_inf_nan=False)] | None


_OUTCOMES = TypeAdapter(dict[str, _Outcome])


async def grade(
    task: PreparedTask, submissions: Mapping[str, Value], *, sandbox: str = "auto", metric: str | None = None
) -> dict[str, GradeReport]:
    """Judge every submission; `metric` replaces the text of metric.py.

    A Path is read here, once, without following links; one where nothing is is missing. A Refusal is invalid for its
    reason and never enters the sandbox.

    Raises:
        GraderCrashed: metric.py or the answers are broken, or the grader ended without a result.
        MachineError: no sandbox works here.
    """
    reports: dict[str, GradeReport] = {}
    names: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    bound = size_bound(task.rules)
    for number, (name, value) in enumerate(submissions.items()):
        try:
            content = _content(value, bound)
        except InvalidSubmission as refusal:
            reports[name] = GradeReport(Status.INVALID, refusal.reason, str(refusal))
            continue
        if isinstance(content, GradeReport):
            reports[name] = content
            continue
        names[f"{number:06d}.csv"] = name
        contents[f"{number:06d}.csv"] = content
    if contents:
        text = task.package.files["metric.py"] if metric is None else metric
        found = await _graded(task, text, contents, sandbox)
        reports |= {name: _report(task, found.get(file)) for file, name in names.items()}
    return {name: reports[name] for name in submissions}


def _content(value: Value, bound: int) -> bytes | GradeReport:
    if isinstance(value, Refusal):
        return GradeReport(Status.INVALID, value.reason, value.message)
    if isinstance(value, Path):
        if not os.path.lexists(value):
            return GradeReport(Status.MISSING, Reason.NOTHING_WRITTEN, f"There is no file {value.name}.")
        with open_regular(value, bound) as file:
            value = file.read(bound + 1)
    if len(value) > bound:
        raise TooLarge(len(value), bound)
    return value


async def _graded(task: PreparedTask, metric: str, contents: Mapping[str, bytes], sandbox: str) -> dict[str, _Outcome]:
    """The outcomes by file, from the task's grader room; large submissions get a room of their own."""
    size = sum(map(len, contents.values()))
    large = size > SHARED_BYTES
    limits = LIMITS.model_copy(
        update={"disk_mb": LIMITS.disk_mb + (size >> 20), "memory_mb": LIMITS.memory_mb + (size >> 20)} if large else {}
    )
    code = _metric_file(metric)
    spec = SandboxSpec(
        mounts=(Mount(source=task.private, target="/answers"), Mount(source=code, target=METRIC)),
        limits=limits,
        library=("harness.competition",),
    )
    key = f"{task.private} {sandbox} {code.stem} {size if large else ''}"
    try:
        async with grader_room(key, spec, sandbox) as (room, name):
            return await _run_grader(room, f"{WORKSPACE}/{name}", task, contents)
    except SandboxEnded:
        # Another submission may have brought about the end of a shared room; in a new one this is alone.
        async with grader_room(key, spec, sandbox) as (room, name):
            return await _run_grader(room, f"{WORKSPACE}/{name}", task, contents)


def _metric_file(metric: str) -> Path:
    """The metric as a file that a sandbox shows."""
    path = cache_dir("metrics") / f"{hashlib.sha256(metric.encode()).hexdigest()[:32]}.py"
    if not path.is_file():
        with whole_file(path) as draft:
            draft.write_text(metric, encoding="utf-8")
    return path


async def _run_grader(
    room: ProvidedSandbox, desk: str, task: PreparedTask, contents: Mapping[str, bytes]
) -> dict[str, _Outcome]:
    job = Job(
        metric=METRIC,
        answers=f"/answers/{ANSWERS}",
        submissions=f"{desk}/submissions",
        result=f"{desk}/result.json",
        targets=task.package.card.task.target,
        rules=task.rules,
        seconds=SECONDS_EACH,
        memory_mb=MEMORY_EACH_MB,
    )
    for name, content in contents.items():
        await room.write_file(f"{desk}/submissions/{name}", content)
    await room.write_file(f"{desk}/job.json", job.to_json())
    try:
        ended = await room.python(
            ["-m", "harness.competition.grade", f"{desk}/job.json"],
            timeout=START_S + len(contents) * (SECONDS_EACH + 1),
            preload=PRELOAD,
        )
    except (TimeoutError, OutputLimitExceededError) as error:
        raise GraderCrashed(f"The grader of {task.package.id} did not end: {error}") from error
    if not ended.success:
        said = printable(ended.stderr.strip()[-TAIL:]) or f"exit code {ended.returncode}"
        raise GraderCrashed(f"The grader of {task.package.id} failed: {said}")
    result = await read_result(room, job.result, 1_000_000 + 4 * LONGEST_MESSAGE * len(contents))
    if not isinstance(result, bytes):
        raise GraderCrashed(f"The grader of {task.package.id} left no result.")
    await room.exec(["rm", "-rf", desk])
    try:
        return _OUTCOMES.validate_json(result)
    except ValidationError as error:
        raise GraderCrashed(f"The grader of {task.package.id} left a result of another form: {error}") from error


def _report(task: PreparedTask, outcome: _Outcome | None) -> GradeReport:
    if outcome is None:
        return GradeReport(Status.ERROR, message="The grader gave no result for this submission.")
    if outcome.status is Status.GRADED and outcome.score is not None:
        return GradeReport(Status.GRADED, score=outcome.score, normalized=task.normalized(outcome.score))
    if outcome.status is Status.INVALID and outcome.reason in INVALID_REASONS:
        return GradeReport(Status.INVALID, outcome.reason, printable(outcome.message))
    return GradeReport(
        Status.ERROR, message=printable(outcome.message) or "The grader gave a result that contradicts itself."
    )
