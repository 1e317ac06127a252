"""The grader inside: many submissions, each in a child of its own, whatever the metric does (no sandbox: own code)."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from harness.competition.contract import BrokenMetric, CompetitionMetrics, load_metric
from harness.competition.faults import DuplicateIds, MissingColumns, UnknownIds, WrongRowCount
from harness.competition.grade import BrokenAnswers, grade_all, read_answers
from harness.competition.job import Job
from harness.competition.validity import SubmissionRules

IDS = ("3", "01", "2")
RULES = SubmissionRules("id", ("y",), "number", IDS)
LABELS = SubmissionRules("id", ("y",), "label", IDS, labels=("NA", "yes"))

# What the metric does is told by the first prediction.
WILD = """\
import os
import signal
import sys
import time

import numpy as np
from harness.competition.contract import CompetitionMetrics
from harness.competition.faults import BadProbabilities, OutOfRange
from harness.competition.metrics import mae

kept = []


class Wild(CompetitionMetrics):
    target = ("y",)
    higher_is_better = False

    def validate_submission(self, submission, ground_truth):
        super().validate_submission(submission, ground_truth)
        if submission["y"].iloc[0] == 14:
            raise BadProbabilities(1.4, 2)

    def evaluate(self, y_true, y_pred):
        assert list(y_true["id"]) == list(y_pred["id"]) == ["3", "01", "2"]
        what = int(y_pred["y"].iloc[0])
        kept.append(what)
        assert len(kept) == 1, "another submission was here"
        if what == 1:
            os._exit(7)
        if what == 2:
            while True:
                pass
        if what == 3:
            return float(np.ones(300_000_000).sum())
        if what == 4:
            return float("nan")
        if what == 5:
            raise KeyError("no such thing")
        if what == 6:
            raise OutOfRange("6", "y", 2, 0, 5)
        if what == 7:
            return "0.5"
        if what == 8:
            return True
        if what == 9:
            sys.exit("done")
        if what == 10:
            os.write(1, b"x" * 1_000_000)
            print("y" * 1_000_000, file=sys.stderr)
            return np.float32(0.5)
        if what == 11:
            os.kill(os.getpid(), signal.SIGSEGV)
        if what == 12:
            y_true["y"] = 0
            return -1
        if what == 13:
            if os.fork() == 0:
                time.sleep(60)
            return 13.0
        return mae(y_true["y"].to_numpy(float), y_pred["y"].to_numpy(float))
"""

EXPECTED: dict[int, tuple[str, str | None, float | None, str]] = {
    1: ("error", None, None, "exit code 7"),
    2: ("error", None, None, "longer than 1 s"),
    3: ("error", None, None, "MemoryError"),
    4: ("error", None, None, "nan, which is no score"),
    5: ("error", None, None, r"line \d+: KeyError: 'no such thing'"),
    6: ("invalid", "out_of_range", None, "outside of 0 to 5"),
    7: ("error", None, None, "str instead of a number"),
    8: ("error", None, None, "bool instead of a number"),
    9: ("error", None, None, "SystemExit: done"),
    10: ("graded", None, 0.5, ""),
    11: ("error", None, None, "SIGSEGV"),
    12: ("graded", None, -1.0, ""),
    13: ("graded", None, 13.0, ""),
    14: ("invalid", "bad_probabilities", None, "add up to 1.4"),
    40: ("graded", None, 10.0, ""),
}


def desk(folder: Path, metric: str, rules: SubmissionRules = RULES, answers: str = "id,y\n01,5\n2,5\n3,10\n") -> Job:
    (folder / "submissions").mkdir()
    (folder / "metric.py").write_text(metric)
    (folder / "answers.csv").write_text(answers)
    names = {name: str(folder / path) for name, path in {
        "metric": "metric.py", "answers": "answers.csv", "submissions": "submissions", "result": "result.json",
    }.items()}  # fmt: skip
    return Job(**names, targets=("y",), rules=rules, seconds=1, memory_mb=512)


def run(job: Job, folder: Path) -> "subprocess.CompletedProcess[str]":
    (folder / "job.json").write_text(job.to_json())
    command = [sys.executable, "-m", "harness.competition.grade", str(folder / "job.json")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """One grader run over submissions that each make the metric do something else."""
    folder = tmp_path_factory.mktemp("wild")
    job = desk(folder, WILD)
    for what in EXPECTED:
        (folder / "submissions" / f"{what}.csv").write_text(f"id,y\n01,5\n2,5\n3,{what}\n")
    (folder / "submissions" / "link.csv").symlink_to("40.csv")
    (folder / "submissions" / "folder.csv").mkdir()
    (folder / "submissions" / "short.csv").write_text("id,y\n01,5\n")
    done = run(job, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return cast("dict[str, dict[str, object]]", json.loads((folder / "result.json").read_text()))


@pytest.mark.parametrize("what", EXPECTED)
def test_each_submission_stands_alone(what: int, wild: dict[str, dict[str, object]]) -> None:
    status, reason, score, words = EXPECTED[what]
    found = wild[f"{what}.csv"]
    assert (found["status"], found["reason"], found["score"]) == (status, reason, score)
    assert re.search(words, str(found["message"]))


def test_files_that_are_no_submission_are_invalid(wild: dict[str, dict[str, object]]) -> None:
    reasons = {name: wild[f"{name}.csv"]["reason"] for name in ("link", "folder", "short")}
    assert reasons == {"link": "not_a_file", "folder": "not_a_file", "short": "row_count"}


@pytest.mark.parametrize(
    ("metric", "answers", "words"),
    [
        ("import nothing_like_this", "id,y\n01,5\n2,5\n3,10\n", "fails when it is imported: ModuleNotFoundError"),
        ("x = 1", "id,y\n01,5\n2,5\n3,10\n", "exactly one subclass"),
        (WILD, "id,y\n01,5\n2,5\n", "ids of answers.csv are not those of test.csv"),
        (WILD, "id,y\n01,5\n2,5\n3,\n", "'y' holds something else than finite numbers"),
        (WILD, "id,z\n01,5\n2,5\n3,1\n", "lacks the column 'y'"),
    ],
)
def test_a_broken_grader_says_so(metric: str, answers: str, words: str, tmp_path: Path) -> None:
    done = run(desk(tmp_path, metric, answers=answers), tmp_path)
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "result.json").exists()


def test_answers_are_aligned_and_labels_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("y,id,weight\nyes,2,1.5\nNA,01,2\n yes,3,1\n")
    truth = read_answers(path, LABELS, ["y"])
    assert list(truth["id"]) == list(IDS)
    assert list(truth["y"]) == ["yes", "NA", "yes"]
    assert truth["weight"].to_list() == [1.0, 2.0, 1.5]
    path.write_text("id,y\n2,yes\n01,no\n3,yes\n")
    with pytest.raises(BrokenAnswers, match="'no', none of the labels"):
        read_answers(path, LABELS, ["y"])


def test_numbers_are_read_to_the_last_bit(tmp_path: Path) -> None:
    values = [0.1 + 0.2, 1 / 3, 6.02214076e23]
    path = tmp_path / "answers.csv"
    path.write_text("id,y\n" + "".join(f"{i},{value!r}\n" for i, value in zip(IDS, values, strict=True)))
    assert read_answers(path, RULES, ["y"])["y"].to_list() == values


TWO = "from harness.competition.contract import CompetitionMetrics\nclass A(CompetitionMetrics):\n    pass\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TWO + "class B(CompetitionMetrics):\n    pass\n", "it has 'A', 'B'"),
        (TWO, r"A\(\) fails: TypeError"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_metric_breaks_the_contract(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "metric.py").write_text(text)
    with pytest.raises(BrokenMetric, match=words):
        load_metric(tmp_path / "metric.py")


class Plain(CompetitionMetrics):
    target = ("y",)
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda frame: frame.drop(columns="id"), MissingColumns),
        (lambda frame: frame.iloc[:2], WrongRowCount),
        (lambda frame: frame.assign(id=["3", "01", "01"]), DuplicateIds),
        (lambda frame: frame.assign(id=["3", "01", "4"]), UnknownIds),
        (lambda frame: frame.assign(id=[3, 1, 2]), UnknownIds),
    ],
)
def test_the_contract_validates_by_itself(
    change: Callable[[pd.DataFrame], pd.DataFrame], fault: type[Exception]
) -> None:
    truth = pd.DataFrame({"id": list(IDS), "y": [1, 2, 3]})
    Plain().validate_submission(truth.sample(frac=1, random_state=1), truth)
    with pytest.raises(fault):
        Plain().validate_submission(change(truth), truth)


def test_a_job_comes_back_as_it_was_written(tmp_path: Path) -> None:
    job = desk(tmp_path, WILD)
    assert Job.from_json(job.to_json()) == job


def test_grading_in_this_process_gives_the_same(tmp_path: Path) -> None:
    job = desk(tmp_path, WILD)
    (tmp_path / "submissions" / "a.csv").write_text("id,y\n01,5\n2,5\n3,40\n")
    assert grade_all(job)["a.csv"] == {"status": "graded", "reason": None, "message": "", "score": 10.0}
