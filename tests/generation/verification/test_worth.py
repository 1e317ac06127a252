"""What is told of a task's worth: ways, differences with intervals, the difficulty that follows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generation.repair import graded_by
from generation.verification.evidence import Bench, Evidence, Lacking
from generation.verification.findings import Verdict
from generation.verification.registry import chosen
from generation.verification.worth import Worth, difficulty, worth_of
from harness.schema import Metric
from tests.generation.verification.good_packages import good_package

ERROR = Metric(name="rmse", direction="minimize", best=0.0)
RISE = Metric(name="roc_auc", direction="maximize", best=1.0)


def bench(scores: dict[str, float], spread: float = 0.01) -> Bench:
    """Scores with replicates that scatter about them, each in its own way."""
    rng = np.random.default_rng(0)
    draws = {name: score + rng.normal(0, spread, 200) for name, score in scores.items()}
    return Bench(scores=dict(scores), noise=(), slices=(), replicates=draws)


def found(scores: dict[str, float], metric: Metric = ERROR, spread: float = 0.01) -> Worth:
    worth = worth_of(bench(scores, spread), metric)
    assert worth is not None
    return worth


def test_the_way_is_from_the_constant_to_the_best_possible() -> None:
    worth = found({"constant": 4.0, "simple": 3.0, "strong": 1.0, "reference": 2.0})
    assert worth.way == {"simple": 0.25, "strong": 0.75, "reference": 0.5}
    assert (worth.best, worth.gain.value, worth.strong_over_simple.value) == ("strong", 3.0, 2.0)
    assert worth.beats_constant
    assert worth.two_differ


def test_directions_are_minded() -> None:
    worth = found({"constant": 0.5, "simple": 0.8, "strong": 0.7}, RISE)
    assert worth.best == "simple"
    assert worth.way == pytest.approx({"simple": 0.6, "strong": 0.4})
    assert worth.strong_over_simple.value == pytest.approx(-0.1)
    assert worth.strong_over_simple.low < worth.strong_over_simple.value < worth.strong_over_simple.high


def test_what_scatters_as_much_as_it_differs_is_not_told_apart() -> None:
    worth = found({"constant": 4.0, "simple": 3.95, "strong": 3.94, "neighbours": 3.96}, spread=0.3)
    assert not worth.beats_constant
    assert not worth.two_differ


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ({"simple": 0.6, "strong": 0.6}, "easy"),
        ({"simple": 0.59, "strong": 0.99}, "medium"),
        ({"simple": 0.05, "strong": 0.2}, "medium"),
        ({"simple": 0.19, "strong": 0.1}, "hard"),
        ({"strong": 0.1}, "hard"),
    ],
)
def test_difficulty_has_stated_limits(way: dict[str, float], expected: str) -> None:
    assert difficulty(way) == expected


def test_a_task_without_scores_has_no_worth() -> None:
    assert worth_of(Lacking("not asked"), ERROR) is None
    assert worth_of(bench({"constant": 0.0, "simple": 1.0, "strong": 1.0}), ERROR) is None
    assert worth_of(bench({"constant": 1.0, "simple": 0.5}), ERROR) is None


def test_a_package_carries_the_difficulty_and_stays_as_it_was(tmp_path) -> None:
    package = good_package(tmp_path, "mass")
    graded = graded_by(package, "hard")
    assert graded.card.task.difficulty == "hard"
    assert graded.files == package.files
    assert graded.card.task.model_copy(update={"difficulty": ""}) == package.card.task


@pytest.mark.parametrize(
    ("score", "chance", "spread", "verdict"),
    [
        (3.0, 4.2, 0.2, Verdict.PASS),
        (3.0, 3.1, 0.2, Verdict.FAIL),  # a metric that pays for guessing: its guesses do as well on other rows
        (4.0, 5.0, 0.2, Verdict.FAIL),
    ],
)
def test_a_probe_must_beat_the_constant_and_its_own_shuffled_guesses(
    score: float, chance: float, spread: float, verdict: Verdict, tmp_path: Path
) -> None:
    made = bench({"constant": 4.0, "strong": score})
    shuffled = chance + np.random.default_rng(1).normal(0, spread, 40)
    shuffled[0] = score - 0.01  # one shuffle of them may do as well by luck
    evidence = Evidence(good_package(tmp_path), bench=replace(made, shuffles={"strong": shuffled}))
    assert chosen(["execution.probe_beats_constant"])[0].run(evidence).verdict is verdict
