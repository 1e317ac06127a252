"""The scorer: takes the submission out, has it graded in another sandbox, and says how the cell ended."""

import math
from typing import cast

from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState
from inspect_ai.util import SandboxUnavailableError, sandbox

from harness.agents.outcome import CONTESTANT, ENDED, FAMILY, SAID, SEED, epoch_of
from harness.competition.reasons import Reason, Status
from harness.competition.validity import size_bound
from harness.errors import MlesmithError
from harness.grading import GradeReport, grade
from harness.prepared import PreparedTask
from harness.prepared_tasks import ASKED, prepared_of
from harness.progress import COUNTER
from harness.sandboxes.spec import WORKSPACE
from harness.sandboxes.transfer import Refusal, read_result

SUBMISSION = f"{WORKSPACE}/submission.csv"
KEPT_BYTES = 1_000_000
KEPT = "submission"
CARRIED = ("task", "task_version", "task_hash", "data_hash")


class CellError(MlesmithError):
    """Not the agent's fault: the sandbox or the grader failed. The sample ends in an error and is run again."""


@scorer(metrics={"normalized": [mean(), stderr(cluster="cluster")], "valid": [mean(), stderr(cluster="cluster")]})
def competition_scorer() -> Scorer:
    """Grades /workspace/submission.csv; a missing or an invalid one is a score with its reason, never an error."""

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001
        task = await prepared_of(state)
        COUNTER.count(task.package.id)
        try:
            found = await read_result(sandbox(), SUBMISSION, size_bound(task.rules))
        except SandboxUnavailableError:
            state.metadata.setdefault(ENDED, Reason.AGENT_CRASHED.value)
            found = None
        if found is None:
            return _score(state, task, _missing(state))
        if isinstance(found, bytes) and len(found) <= KEPT_BYTES:
            state.store.set(KEPT, found.decode("utf-8", errors="replace"))
        report = await _grade(task, found, str(state.metadata.get(ASKED, "auto")))
        return _score(state, task, report)

    return score


async def _grade(task: PreparedTask, found: bytes | Refusal, sandbox_kind: str) -> GradeReport:
    report = (await grade(task, {KEPT: found}, sandbox=sandbox_kind))[KEPT]
    if report.status is Status.ERROR:
        raise CellError(f"{task.package.id}: the grader failed: {report.message}")
    return report


def _missing(state: TaskState) -> GradeReport:
    reason = Reason(state.metadata.get(ENDED, Reason.NOTHING_WRITTEN.value))
    said = str(state.metadata.get(SAID, ""))
    return GradeReport(Status.MISSING, reason, said or "There is no file /workspace/submission.csv.")


def _score(state: TaskState, task: PreparedTask, report: GradeReport) -> Score:
    value: dict[str, str | int | float | bool | None] = {
        "score": math.nan if report.score is None else report.score,
        "valid": 1 if report.status is Status.GRADED else 0,
        "normalized": report.normalized,
    }
    return Score(
        value=value,
        answer=SUBMISSION if report.status is not Status.MISSING else None,
        explanation=_explanation(task, report),
        reason=report.reason.value if report.reason else None,
        metadata={
            CONTESTANT: contestant_of(state),
            FAMILY: str(state.metadata.get(FAMILY, "")),
            "status": report.status.value,
            SEED: state.metadata.get(SEED, epoch_of(state)),
            "ended": state.metadata.get(ENDED, ""),
            **{name: state.metadata[name] for name in CARRIED},
        },
    )


def contestant_of(state: TaskState) -> str:
    """Who competed: as the agent said; a solver that is not ours is named after its model."""
    named = state.metadata.get(CONTESTANT)
    return str(named) if named else f"solver@{cast(object, state.model)}"


def _explanation(task: PreparedTask, report: GradeReport) -> str:
    metric = task.package.card.metric
    if report.status is Status.GRADED and report.score is not None:
        better = "lower is better" if metric.direction == "minimize" else "higher is better"
        return (
            f"{metric.name} = {report.score:.{metric.decimals}f} ({better}; best possible {metric.best:g}, "
            f"sample submission {task.sample_score:.{metric.decimals}f}). "
            f"Normalized: {report.normalized:.3f}, where 0 is the sample submission and 1 the best possible."
            if task.sample_score is not None
            else f"{metric.name} = {report.score:.{metric.decimals}f} ({better}; best possible {metric.best:g})."
        )
    return f"{report.status.value} ({report.reason.value if report.reason else 'no reason'}): {report.message}"
