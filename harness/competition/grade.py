"""The grader: `python -m harness.competition.grade JOB` scores every submission in a folder.

Runs in a sandbox of its own that no agent ever touched. Submissions are read and scored in forked children, so that a
crash, an endless loop or a full memory is the end of that one alone, and the libraries are imported once for all. What
metric.py does to a child it does to no other submission's.
"""

import gc
import json
import math
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from harness.competition.children import ChildFailed, in_children
from harness.competition.contract import BrokenMetric, CompetitionMetrics, load_metric
from harness.competition.faults import InvalidSubmission, quoted
from harness.competition.job import Job
from harness.competition.labels import LabelReader
from harness.competition.reasons import INVALID_REASONS, Reason, Status
from harness.competition.validity import Submission, SubmissionRules, read_submission

LONGEST_MESSAGE = 1000
BROKEN = 3


class BrokenAnswers(Exception):
    """test_answer.csv does not answer what test.csv asks."""


def read_answers(path: Path, rules: SubmissionRules, targets: Sequence[str]) -> pd.DataFrame:
    """The answers in the order of the rules' ids; ids and labels are text, numbers are read to the last bit.

    Raises:
        BrokenAnswers: a column or an id is missing or repeated, or an answer is no number or none of the labels.
    """
    # Python's own float() reads numbers to the last bit under every version of pandas.
    answers = pd.read_csv(path, dtype=dict.fromkeys((rules.id_column, *targets), str), keep_default_na=False)
    missing = [name for name in (rules.id_column, *targets) if name not in answers.columns]
    if missing:
        raise BrokenAnswers(f"{path.name} lacks the column {quoted(missing)}.")
    ids = answers[rules.id_column].astype(str).str.strip()
    wanted = [identity.strip() for identity in rules.ids]
    if sorted(ids) != sorted(wanted) or ids.duplicated().any():
        raise BrokenAnswers(f"the ids of {path.name} are not those of test.csv, each once.")
    aligned = answers.set_index(ids).loc[wanted].reset_index(drop=True)
    aligned[rules.id_column] = list(rules.ids)
    for name in targets:
        aligned[name] = _numbers(aligned, name) if rules.kind == "number" else _labels(aligned, name, rules)
    return aligned


def frame_of(submission: Submission, rules: SubmissionRules) -> pd.DataFrame:
    """A valid submission as a metric gets it."""
    columns = {
        name: list(values) if rules.kind == "label" else np.asarray(values, dtype=np.float64)
        for name, values in submission.columns.items()
    }
    return pd.DataFrame({rules.id_column: list(submission.ids), **columns})


def read(
    path: Path, rules: SubmissionRules, metric: CompetitionMetrics, truth: pd.DataFrame
) -> str | Callable[[], str]:
    """How a submission is refused for its form, as JSON, or else what has metric.py judge it."""
    try:
        submission = read_submission(path, rules)
    except InvalidSubmission as refusal:
        return _refused(refusal)
    return partial(outcome, submission, rules, metric, truth)


def outcome(submission: Submission, rules: SubmissionRules, metric: CompetitionMetrics, truth: pd.DataFrame) -> str:
    """How one submission is judged, as JSON: `status`, `reason`, `message`, `score`."""
    try:
        guess = frame_of(submission, rules)
        metric.validate_submission(guess, truth)
        score = metric.evaluate(truth, guess)
    except InvalidSubmission as refusal:
        return _refused(refusal)
    except BaseException as error:  # noqa: BLE001 - a metric.py may raise anything, also SystemExit
        return _as_json(Status.ERROR, message=f"metric.py failed: {_where(error)}{type(error).__name__}: {error}")
    # bool is an int, and a metric that answers True has compared where it should have measured.
    if isinstance(score, bool) or not isinstance(score, float | int | np.floating | np.integer):
        return _as_json(Status.ERROR, message=f"metric.py gave {type(score).__name__} instead of a number.")
    if not math.isfinite(score):
        return _as_json(Status.ERROR, message=f"metric.py gave {score}, which is no score.")
    return _as_json(Status.GRADED, score=float(score))


def grade_all(job: Job) -> dict[str, object]:
    """The outcome of every file in the folder by name.

    Raises:
        BrokenMetric, BrokenAnswers: nothing can be graded.
    """
    metric = load_metric(Path(job.metric))
    truth = read_answers(Path(job.answers), job.rules, job.targets)
    gc.freeze()
    paths = sorted(Path(job.submissions).iterdir())
    works = [partial(read, path, job.rules, metric, truth) for path in paths]
    answers = in_children(works, job.seconds, job.memory_mb)
    return {path.name: _heard(answer) for path, answer in zip(paths, answers, strict=True)}


def _heard(answer: str | ChildFailed) -> object:
    why: object = answer
    if isinstance(answer, str):
        try:
            return json.loads(answer)
        except ValueError as error:
            why = error
    return json.loads(_as_json(Status.ERROR, message=f"Grading this submission failed: {why}."))


def main(arguments: Sequence[str]) -> int:
    """Grade, write the result; the exit code is 3 where the package's own metric or answers are broken."""
    job = Job.from_json(Path(arguments[0]).read_text(encoding="utf-8"))
    try:
        results = grade_all(job)
    except (BrokenMetric, BrokenAnswers) as error:
        sys.stderr.write(f"{error}\n")
        return BROKEN
    Path(job.result).write_text(json.dumps(results, allow_nan=False), encoding="utf-8")
    return 0


def _numbers(answers: pd.DataFrame, name: str) -> list[float]:
    try:
        numbers = [float(cell) for cell in answers[name]]
    except ValueError:
        numbers = [math.nan]
    if not all(map(math.isfinite, numbers)):
        raise BrokenAnswers(f"test_answer.csv: {name!r} holds something else than finite numbers.")
    return numbers


def _labels(answers: pd.DataFrame, name: str, rules: SubmissionRules) -> list[str]:
    reader = LabelReader(rules.labels)
    found = [reader.read(cell.strip()) for cell in answers[name]]
    unknown = [cell for cell, label in zip(answers[name], found, strict=True) if label is None]
    if unknown:
        raise BrokenAnswers(f"test_answer.csv: {name!r} holds {quoted(unknown[:1])}, none of the labels of task.toml.")
    return [label for label in found if label is not None]


def _refused(refusal: InvalidSubmission) -> str:
    reason = refusal.reason if refusal.reason in INVALID_REASONS else Reason.UNREADABLE
    return _as_json(Status.INVALID, reason=reason, message=str(refusal))


def _where(error: BaseException) -> str:
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith("metric.py")
    ]
    return f"line {lines[-1]}: " if lines else ""


def _as_json(status: Status, *, reason: Reason | None = None, message: str = "", score: float | None = None) -> str:
    fields = {"status": status, "reason": reason, "message": message[:LONGEST_MESSAGE], "score": score}
    return json.dumps(fields, allow_nan=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
