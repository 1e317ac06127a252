"""Grading: many submissions of one task in one grader sandbox, which holds the answers and which no agent ever saw."""

import os
import tempfile
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
from harness.prepared import ANSWERS, PreparedTask
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import Refusal, read_result

SECONDS_EACH = 20
START_S = 60
LIMITS = SandboxLimits(memory_mb=2048, cpus=1, disk_mb=64, processes=64)
MEMORY_EACH_MB = 1024
RESULT = "/workspace/result.json"
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
    files: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="mlesmith-grade-") as temporary:
        desk = Path(temporary)
        desk.chmod(0o755)
        (desk / "submissions").mkdir(mode=0o755)
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
            files[f"{number:06d}.csv"] = name
            _write(desk / "submissions" / f"{number:06d}.csv", content)
        if files:
            found = await _run_grader(task, desk, metric, len(files), sandbox)
            reports |= {name: _report(task, found.get(file)) for file, name in files.items()}
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


async def _run_grader(
    task: PreparedTask, desk: Path, metric: str | None, count: int, sandbox: str
) -> dict[str, _Outcome]:
    job = Job(
        metric="/grader/metric.py",
        answers=f"/answers/{ANSWERS}",
        submissions="/grader/submissions",
        result=RESULT,
        targets=task.package.card.task.target,
        rules=task.rules,
        seconds=SECONDS_EACH,
        memory_mb=MEMORY_EACH_MB,
    )
    _write(desk / "metric.py", (task.package.files["metric.py"] if metric is None else metric).encode())
    _write(desk / "job.json", job.to_json().encode())
    spec = SandboxSpec(
        mounts=(Mount(source=desk, target="/grader"), Mount(source=task.private, target="/answers")),
        limits=LIMITS,
        library=("harness.competition",),
    )
    command = ["python", "-m", "harness.competition.grade", "/grader/job.json"]
    async with open_sandbox(spec, sandbox) as grader:
        try:
            ended = await grader.exec(command, timeout=START_S + count * (SECONDS_EACH + 1))
        except (TimeoutError, OutputLimitExceededError) as error:
            raise GraderCrashed(f"The grader of {task.package.id} did not end: {error}") from error
        if not ended.success:
            said = printable(ended.stderr.strip()[-TAIL:]) or f"exit code {ended.returncode}"
            raise GraderCrashed(f"The grader of {task.package.id} failed: {said}")
        result = await read_result(grader, RESULT, 1_000_000 + 4 * LONGEST_MESSAGE * count)
    if not isinstance(result, bytes):
        raise GraderCrashed(f"The grader of {task.package.id} left no result.")
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


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o644)
