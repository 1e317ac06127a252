"""A hand package for any named metric over made-up prepared data, and its evidence gathered without a sandbox.

The metric.py is ours, so it may run in this process (every submission in a forked child, as in the grader).
"""

from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from generation.verification import benching
from generation.verification.answers import Form
from generation.verification.benching import BenchJob
from generation.verification.evidence import Bench, Evidence, Graded, Grades
from generation.verification.malformed import malformed
from generation.verification.probes import bench
from generation.verification.submissions import Vectors, vectors
from generation.verification.tables import read_tables
from generation.verification.trials import good_files
from harness.competition.grade import grade_all
from harness.competition.job import Job
from harness.competition.metrics import METRICS
from harness.competition.reasons import Reason, Status
from harness.package import TaskPackage
from harness.prepared import PreparedTask
from harness.schema import TaskCard

TRAIN, TEST, SEED = 300, 160, 5
# What is refused depends on the form of the answers and on their bounds alone: one metric of each is enough.
BROKEN_FILES = {"rmse", "rmsle", "accuracy", "roc_auc", "brier"}
OTHERWISE = {"far_too_long"}  # refused by its size alone, whatever the metric
MANY = ("ash", "beech", "cedar", "elm", "fir", "larch", "oak")
METRIC = '''\
"""The metric of the tests."""

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import {metric}

LABELS = {labels}


class TreeMetrics(CompetitionMetrics):
    target = ("answer",)
    id_column = "id"
    higher_is_better = {higher}

    def evaluate(self, y_true, y_pred):
        return {metric}({call})
'''
CALLS = {
    "number": 'y_true["answer"].to_numpy(float), y_pred["answer"].to_numpy(float)',
    "label": 'y_true["answer"].to_numpy(str), y_pred["answer"].to_numpy(str), labels=LABELS',
    "probability": 'y_true["answer"].to_numpy(str), y_pred["answer"].to_numpy(float), labels=LABELS',
    "probabilities": (
        'y_true["answer"].to_numpy(str), y_pred[[f"p_{label}" for label in LABELS]].to_numpy(float), labels=LABELS'
    ),
}


@dataclass(frozen=True)
class Asked:
    """One way of asking with a metric."""

    metric: str
    need: str
    objective: str

    @property
    def labels(self) -> tuple[str, ...]:
        if self.need == "number":
            return ()
        return ("no", "yes") if self.objective == "binary" else MANY


def _ways() -> list[Asked]:
    """Each metric with each form of answer that it takes, and the first question that asks so."""
    found = []
    for spec in METRICS.values():
        for need in spec.needs:
            fitting = [one for one in spec.objectives if (one == "binary") == (need == "probability")]
            found.append(Asked(spec.name, need, (fitting if need[:4] == "prob" else spec.objectives)[0]))
    return found


WAYS = _ways()


def answers(asked: Asked, rows: int, generator: np.random.Generator) -> list[str]:
    """What the rows of a table answer: counts, amounts with a long tail, or labels of unequal frequency."""
    if asked.metric == "poisson_deviance":
        return [str(count) for count in generator.poisson(2.0, rows)]
    if asked.need == "number":
        return [f"{amount:.2f}" for amount in 1 + generator.gamma(2.0, 10.0, rows)]
    weights = np.arange(len(asked.labels), 2 * len(asked.labels), dtype=float)
    return [str(label) for label in generator.choice(asked.labels, rows, p=weights / weights.sum())]


def package(asked: Asked) -> TaskPackage:
    spec = METRICS[asked.metric]
    card = TaskCard.model_validate(
        {
            "schema": 1,
            "id": f"trees_{asked.metric}",
            "title": "What does this tree answer?",
            "collection": "generated",
            "source": {"uri": "file:trees.csv", "sha256": "0" * 64, "licence": "CC0-1.0", "cluster": "trees"},
            "task": {
                "modality": "tabular",
                "objective": asked.objective,
                "target": ("answer",),
                "prediction": asked.need,
                "labels": asked.labels,
                "split": {"rule": "random", "test": 0.35, "seed": SEED},
            },
            "metric": {"name": spec.name, "direction": spec.direction, "best": spec.best},
            "provenance": {"engine": "hand", "made_by": "tests"},
        }
    )
    text = METRIC.format(
        metric=spec.name, labels=list(asked.labels), higher=spec.higher_is_better, call=CALLS[asked.need]
    )
    return TaskPackage(card=card, files={"metric.py": text, "description.md": "# Trees\n"})


def prepared(asked: Asked, folder: Path) -> PreparedTask:
    """The package with its data below `folder`; the sample submission is the honest constant."""
    generator, spec = np.random.default_rng(SEED), METRICS[asked.metric]
    known, hidden = answers(asked, TRAIN, generator), answers(asked, TEST, generator)
    rows = TRAIN + TEST
    ids = [str(identity) for identity in 1000 + generator.permutation(rows)]
    table = pd.DataFrame({"id": ids, "height": generator.normal(size=rows).round(3), "answer": known + hidden})
    train, test = table.iloc[:TRAIN], table.iloc[TRAIN:]
    sample = test[["id"]].copy()
    if asked.need == "number":
        sample["answer"] = f"{spec.typical([float(cell) for cell in known]):.6g}"
    elif asked.need == "label":
        sample["answer"] = max(asked.labels, key=known.count)
    elif asked.need == "probability":
        sample["answer"] = known.count("yes") / TRAIN
    else:
        sample = sample.assign(**{f"p_{label}": known.count(label) / TRAIN for label in asked.labels})
    for part in ("public", "private"):
        (folder / part).mkdir(parents=True)
    train.to_csv(folder / "public" / "train.csv", index=False)
    test.drop(columns="answer").to_csv(folder / "public" / "test.csv", index=False)
    sample.to_csv(folder / "public" / "sample_submission.csv", index=False)
    test[["id", "answer"]].to_csv(folder / "private" / "test_answer.csv", index=False)
    return PreparedTask(package(asked), folder, "0")


def evidence(task: PreparedTask, folder: Path) -> Evidence:
    """What the checks of grading look at; without the resamples, which they do not need."""
    tables = read_tables(task.package.card, task.public, task.private)
    form = Form(tables)
    known = vectors(form, SEED)
    (folder / "metric.py").write_text(task.package.files["metric.py"])
    return Evidence(
        task.package,
        prepared=tables,
        grades=_grades(task, form, known, folder),
        bench=_bench(task, form, known, folder),
    )


def graded(task: PreparedTask, files: dict[str, bytes], folder: Path) -> dict[str, dict[str, object]]:
    """What the grader says of each file, by name."""
    (folder / "files").mkdir()
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    (folder / "metric.py").write_text(task.package.files["metric.py"])
    job = Job(
        metric=str(folder / "metric.py"),
        answers=str(task.private / "test_answer.csv"),
        submissions=str(folder / "files"),
        result="",
        targets=("answer",),
        rules=task.rules,
    )
    return grade_all(job)  # type: ignore[return-value]


def _grades(task: PreparedTask, form: Form, known: Vectors, folder: Path) -> Grades:
    files = malformed(form) if task.package.card.metric.name in BROKEN_FILES else []
    broken = {f"malformed_{one.name}": one for one in files if one.name not in OTHERWISE}
    good = good_files(form, known, SEED)
    found = {}
    for name, report in graded(task, {**good, **{name: one.file for name, one in broken.items()}}, folder).items():
        reason = report["reason"]
        found[name] = Graded(
            Status(str(report["status"])),
            report["score"],  # type: ignore[arg-type]
            Reason(str(reason)) if reason else None,
            str(report["message"]),
            broken[name].reasons if name in broken else frozenset(),
        )
    return Grades(found, known.noise, tuple(broken), known.cheats)


def _bench(task: PreparedTask, form: Form, known: Vectors, folder: Path) -> Bench:
    job = BenchJob(form, task.rules, known, {}, SEED)
    answers_file = task.private / "test_answer.csv"
    with mock.patch.multiple(benching, DRAWS=0, SHUFFLES=0):
        (folder / "job.npz").write_bytes(job.to_npz())
    bench.main([str(path) for path in (folder / "metric.py", answers_file, folder / "job.npz", folder / "out.json")])
    return job.read((folder / "out.json").read_bytes())
