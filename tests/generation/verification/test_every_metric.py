"""A task can be made with any metric of the registry: graded, told from broken versions of it, bounded, normalized.

Everything runs in this process, for metric.py is the tests' own.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.verification.answers import Form
from generation.verification.checks.answers_best import answers_best
from generation.verification.evidence import Evidence, Graded, Grades, had
from generation.verification.findings import Verdict
from generation.verification.registry import chosen
from generation.verification.tables import read_tables
from harness.baselines.problem import load_problem, write_answer
from harness.competition.metrics import METRICS
from harness.competition.reasons import Status
from harness.prepared import PreparedTask
from tests.generation.verification.metric_packages import WAYS, Asked, evidence, graded, prepared


@dataclass(frozen=True)
class Made:
    asked: Asked
    task: PreparedTask
    evidence: Evidence


@pytest.fixture(scope="module", params=WAYS, ids=lambda asked: f"{asked.metric}-{asked.need}")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp(request.param.metric)
    task = prepared(request.param, folder / "prepared")
    return Made(request.param, task, evidence(task, folder))


def test_every_metric_is_here() -> None:
    assert {asked.metric for asked in WAYS} == set(METRICS)


def test_the_checks_of_grading_pass(made: Made) -> None:
    found = {check.id: check.run(made.evidence) for check in chosen(["grading", "structure.schema"])}
    assert len(found) >= 9
    assert {name: one.evidence for name, one in found.items() if one.verdict is not Verdict.PASS} == {}


def test_normalized_runs_from_the_sample_to_the_best(made: Made) -> None:
    grades, spec = had(made.evidence.grades), METRICS[made.asked.metric]
    sample = grades.score("sample")
    task = replace(made.task, sample_score=sample, best_score=grades.score("answers"))
    assert task.normalized(sample) == 0
    assert task.normalized(spec.best) == pytest.approx(1)
    steps = [task.normalized(grades.score(name)) for name in grades.noise]
    assert all(math.isfinite(step) and step < 1 for step in steps)
    assert steps[0] > steps[-1]


def test_the_honest_constant_beats_the_answers_of_other_rows(made: Made) -> None:
    """Not for metrics of ranks and of labels: there a constant is worth what chance is."""
    spec, scores = METRICS[made.asked.metric], had(made.evidence.bench).scores
    constant, other = scores["constant"], scores["shuffled_answers"]
    assert constant is not None
    assert other is not None
    if spec.best == 0.0 and made.asked.need != "label":
        assert constant < other
    assert spec.low <= constant <= spec.high


def test_a_baseline_answers_within_the_bounds(made: Made, tmp_path: Path) -> None:
    """Whatever a model says: numbers below the bound are raised to it, probabilities are cut and scaled."""
    (tmp_path / "rules.json").write_text(made.task.rules.to_json())
    problem = load_problem(made.task.public, tmp_path / "rules.json")
    width = len(problem.labels) if problem.classifies else len(problem.columns)
    said = np.random.default_rng(2).normal(size=(len(problem.ids), width))
    if problem.classifies:
        said = np.exp(said) / np.exp(said).sum(axis=1, keepdims=True)
    write_answer(problem, said, tmp_path / "said.csv")
    (report,) = graded(made.task, {"said": (tmp_path / "said.csv").read_bytes()}, tmp_path).values()
    assert report["status"] == Status.GRADED, report


BOUNDED = [asked for asked in WAYS if math.isfinite(METRICS[asked.metric].submission_low)]


@pytest.mark.parametrize("asked", BOUNDED, ids=lambda asked: asked.metric)
def test_a_number_below_the_bound_is_refused_from_public_files_alone(asked: Asked, tmp_path: Path) -> None:
    task = prepared(asked, tmp_path / "prepared")
    low = task.sample.assign(answer=METRICS[asked.metric].submission_low)
    beyond = low.assign(answer=METRICS[asked.metric].submission_low - 0.01)
    files = {"low": low, "beyond": beyond}
    reports = graded(task, {name: _file(table) for name, table in files.items()}, tmp_path)
    assert reports["low"]["status"] == "graded"
    assert (reports["beyond"]["status"], reports["beyond"]["reason"]) == ("invalid", "out_of_range")


UNDEFINED = [
    ("mape", "number", "0"),
    ("rmspe", "number", "0"),
    ("rmsle", "number", "-1"),
    ("poisson_deviance", "number", "-1"),
    ("wmape", "number", None),
    ("r2", "number", None),
    ("spearman", "number", None),
    ("pearson", "number", None),
    ("ccc", "number", None),
    ("roc_auc", "probability", None),
    ("average_precision", "probability", None),
    ("roc_auc_ovr", "probabilities", None),
    ("f1", "label", None),
    ("mcc", "label", None),
    ("cohen_kappa", "label", None),
    ("qwk", "label", None),
]


@pytest.mark.parametrize(("name", "need", "cell"), UNDEFINED, ids=[case[0] for case in UNDEFINED])
def test_where_it_is_not_defined_the_task_is_refused(name: str, need: str, cell: str | None, tmp_path: Path) -> None:
    """One answer is `cell`, or all are the same: the battery says so, and nothing crashes."""
    asked = next(one for one in WAYS if (one.metric, one.need) == (name, need))
    task = prepared(asked, tmp_path / "prepared")
    path = task.private / "test_answer.csv"
    table = pd.read_csv(path, dtype=str)
    table.loc[0 if cell else slice(None), "answer"] = cell or {"number": "0", "label": "no"}.get(need, "no")
    if asked.labels and "no" not in asked.labels:
        table["answer"] = asked.labels[0]
    table.to_csv(path, index=False)
    form = Form(read_tables(task.package.card, task.public, task.private))
    (report,) = graded(task, {"answers": form.file(form.exact(form.truth))}, tmp_path).values()
    assert report["status"] in {"error", "invalid"}
    message = str(report["message"])
    judged = Graded(Status(str(report["status"])), None, None, message)
    finding = answers_best(Evidence(task.package, grades=Grades({"answers": judged}, (), (), ())))
    assert finding.verdict is Verdict.FAIL
    assert "not defined" in message or "at least 0" in message or "is outside of 0 to" in message, message


def _file(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()
