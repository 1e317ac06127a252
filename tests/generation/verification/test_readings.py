"""Foreign competitions as packages: read as they stand, and wrapped without changing what they score."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.competitions import COMPETITIONS, Competition
from benchmarks.readings import read
from benchmarks.wrapping import as_it_stands, executable, has_prepare, write_raw
from generation.verification.evidence import Evidence
from generation.verification.findings import Verdict
from generation.verification.registry import chosen
from harness.competition.contract import InvalidSubmission, load_metric
from tests.generation.verification.good_bases import plants
from tests.generation.verification.good_packages import run_here

STUB = "# This file was made by a machine\n"
PREPARE = '''\
"""A made-up competition's own split, with the habits of real ones."""

import os
import shutil
from tqdm import tqdm
import pandas as pd


def prepare(raw, public, private):
    os.system("unzip -o " + str(raw / "train.csv.zip"))
    table = pd.read_csv(raw / "train.csv").sample(frac=1, random_state=1)
    share = len(pd.read_csv(raw / "test.csv")) / (len(table) + len(pd.read_csv(raw / "test.csv")))
    rows = round(len(table) * share)
    train, test = table.iloc[rows:], table.iloc[:rows]
    train.to_csv(public / "train.csv", index=False)
    test.drop(columns="mass").to_csv(public / "test.csv", index=False)
    answers = pd.DataFrame({"id": range(1, rows + 1), "mass": test["mass"].to_numpy()})
    answers.to_csv(private / "test_answer.csv", index=False)
    answers.assign(mass=0.0).to_csv(public / "sample_submission.csv", index=False)
    for _ in tqdm([1], total=1):
        shutil.rmtree(raw)
'''
METRIC = """\
from typing import Any
import pandas as pd
from mledojo.metrics.base import CompetitionMetrics, InvalidSubmissionError

class PlantMetrics(CompetitionMetrics):
    def __init__(self, value: str = "mass", higher_is_better: bool = False):
        super().__init__(higher_is_better)
        self.value = value

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return ((y_true[self.value] - y_pred[self.value]) ** 2).mean() ** 0.5

    def validate_submission(self, submission: Any, ground_truth: Any) -> str:
        if (submission[self.value] < 0).any():
            raise InvalidSubmissionError("negative")
        return "Submission is valid."
"""
PLANTS = Competition(
    "plants-in-pots", "", lambda table: table.drop(columns=["blooms", "kind"]), "id", "mass", "rmse", ""
)


def checkout(folder: Path, prepare: str) -> Path:
    root = folder / "mledojo" / "competitions" / PLANTS.name
    for name, text in {"prepare.py": prepare, "metric.py": METRIC}.items():
        (root / "utils").mkdir(parents=True, exist_ok=True)
        (root / "utils" / name).write_text(text)
    (root / "info").mkdir()
    (root / "info" / "description.txt").write_text("Predict the mass. Low RMSE is good.\n")
    return folder


@pytest.mark.parametrize("prepare", [STUB, PREPARE], ids=["stub", "whole"])
def test_what_is_read_is_theirs_to_the_letter(prepare: str, tmp_path: Path) -> None:
    root, raw = checkout(tmp_path, prepare), write_raw(PLANTS, plants(), tmp_path)
    assert has_prepare(PLANTS, root) is (prepare is PREPARE)
    package = as_it_stands(PLANTS, root, raw)
    assert (package.files["prepare.py"], package.files["metric.py"]) == (prepare, METRIC)
    found = chosen(["structure.signature"])[0].run(Evidence(package))
    assert found.verdict is (Verdict.PASS if prepare is PREPARE else Verdict.FAIL)


@pytest.mark.parametrize("prepare", [STUB, PREPARE], ids=["stub", "whole"])
def test_wrapped_it_prepares_with_an_id_and_deletes_nothing_of_ours(prepare: str, tmp_path: Path) -> None:
    root, raw = checkout(tmp_path, prepare), write_raw(PLANTS, plants(), tmp_path)
    run_here(executable(PLANTS, root, raw).files["prepare.py"], tmp_path, tmp_path / "out")
    train, test, sample = (
        pd.read_csv(tmp_path / "out" / "public" / f"{name}.csv") for name in ("train", "test", "sample_submission")
    )
    assert list(test["id"]) == list(sample["id"])
    assert not set(train["id"]) & set(test["id"])
    assert len(train) + len(test) == len(plants())
    assert raw.is_file()


def test_wrapped_the_metric_scores_and_refuses_as_before(tmp_path: Path) -> None:
    root, raw = checkout(tmp_path, STUB), write_raw(PLANTS, plants(), tmp_path)
    (tmp_path / "metric.py").write_text(executable(PLANTS, root, raw).files["metric.py"])
    metric = load_metric(tmp_path / "metric.py")
    truth = pd.DataFrame({"id": ["1", "2"], "mass": ["3.0", "5.0"]})
    guess = pd.DataFrame({"id": ["1", "2"], "mass": [3.0, 3.0]})
    assert metric.evaluate(truth, guess) == pytest.approx(2**0.5)
    metric.validate_submission(guess, truth)
    with pytest.raises(InvalidSubmission, match="negative"):
        metric.validate_submission(guess.assign(mass=-1.0), truth)


@pytest.mark.sandbox
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_reading_tells_what_a_habit_costs(tmp_path: Path) -> None:
    table = tmp_path / "plants.csv"
    plants().to_csv(table, index=False)
    reading = await read(replace(PLANTS, uri=f"file:{table}"), checkout(tmp_path / "theirs", PREPARE))
    failed = {check.id for check in reading.failed}
    assert reading.stopped == ""
    assert {"structure.no_deletion", "structure.no_network_imports", "structure.known_imports"} <= failed
    assert "grading.answers_best" not in failed


def test_there_are_at_least_ten_each_once() -> None:
    assert len({one.name for one in COMPETITIONS}) == len(COMPETITIONS) >= 10
    assert all(one.uri.startswith("pypi:") and "==" in one.uri and one.differs for one in COMPETITIONS)


@pytest.mark.parametrize(
    ("check", "code", "verdict"),
    [
        ("no_ambient_input", "import random\nrandom.seed(42)\nrandom.shuffle([1, 2])", Verdict.PASS),
        ("no_ambient_input", "import numpy as np\nnp.random.seed(1)\nnp.random.permutation(3)", Verdict.PASS),
        ("no_ambient_input", "import random\nrandom.seed()\nrandom.shuffle([1, 2])", Verdict.FAIL),
        ("no_ambient_input", "import random, numpy\nrandom.seed(1)\nnumpy.random.permutation(3)", Verdict.FAIL),
        ("no_ambient_input", "import random, time\nrandom.seed(time.time())\nrandom.random()", Verdict.FAIL),
        ("no_absolute_path", "def name(at):\n    return f'{at // 1000}/test-{at}.jpg'", Verdict.PASS),
        ("no_absolute_path", "def name(at):\n    return f'/data/{at}'", Verdict.FAIL),
        ("no_absolute_path", "def name(at):\n    return f'{at}/../private'", Verdict.FAIL),
    ],
)
def test_what_foreign_code_taught_the_checks(check: str, code: str, verdict: Verdict, tmp_path: Path) -> None:
    """Competitions that were flagged falsely: a seeded generator, a name that goes on after a number."""
    root, raw = checkout(tmp_path, STUB), write_raw(PLANTS, plants(), tmp_path)
    package = as_it_stands(PLANTS, root, raw)
    package = replace(package, files={**package.files, "prepare.py": code})
    assert chosen([f"structure.{check}"])[0].run(Evidence(package)).verdict is verdict


@pytest.mark.parametrize(("heading", "told"), [("####", True), ("##", False)])
def test_a_formula_below_a_heading_of_its_own_is_one(heading: str, told: bool, tmp_path: Path) -> None:
    root, raw = checkout(tmp_path, STUB), write_raw(PLANTS, plants(), tmp_path)
    names = "train.csv, test.csv, sample_submission.csv, submission.csv with id and mass; lower is better"
    text = f"# Plants\n\n{names}\n\n### Evaluation\n\n{heading} Root mean squared error\n\n$\\sqrt{{x}}$\n"
    package = as_it_stands(PLANTS, root, raw)
    package = replace(package, files={**package.files, "description.md": text})
    found = chosen(["description.complete"])[0].run(Evidence(package))
    assert (found.verdict is Verdict.PASS) is told, found
