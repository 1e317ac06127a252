"""Every metric of the registry has the properties that it declares; a new file is covered without a new test."""

import doctest
import math
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harness
from harness.competition.metrics import METRICS, MetricSpec, UnknownMetric, get, metric
from harness.schema import Objective
from tests.harness.competition.metric_cases import FORMS, case

# One row has one class and no spread.
ALONE_UNDEFINED = {
    *("roc_auc", "roc_auc_ovr", "average_precision", "mcc", "cohen_kappa", "qwk"),
    *("r2", "spearman", "pearson", "ccc"),
}
SEEDS = st.integers(0, 2**32 - 1)
forms = pytest.mark.parametrize(("name", "need"), FORMS)
specs = pytest.mark.parametrize("spec", METRICS.values(), ids=lambda spec: spec.name)


def test_there_are_twenty_five_and_more() -> None:
    assert len(METRICS) >= 25


@forms
@given(seed=SEEDS, rows=st.integers(8, 90))
@settings(max_examples=15)
def test_order_of_rows_is_free_and_the_answers_are_best(name: str, need: str, seed: int, rows: int) -> None:
    made = case(name, need, seed, rows)
    found = made.score()
    assert isinstance(found, float)
    assert made.spec.low <= found <= made.spec.high
    order = np.random.default_rng(seed).permutation(rows)
    assert made.score(order=order) == pytest.approx(found, rel=1e-12, abs=1e-12)
    assert made.score(made.perfect) == made.spec.best
    assert made.score(made.perfect, order) == made.spec.best


@forms
@given(seed=SEEDS, rows=st.integers(8, 200))
@settings(max_examples=15)
def test_every_valid_submission_gets_a_score_in_the_range(name: str, need: str, seed: int, rows: int) -> None:
    made = case(name, need, seed, rows)
    rng = np.random.default_rng(seed)
    for said in (made.anything(rng), made.anything(rng)[np.zeros(rows, dtype=int)], made.typical()):
        found = made.score(said)
        assert math.isfinite(found)
        assert made.spec.low <= found <= made.spec.high


@forms
def test_noise_worsens(name: str, need: str) -> None:
    made = case(name, need, seed=4, rows=600)
    rng = np.random.default_rng(1)
    ladder = [made.score(made.blurred(share, rng)) for share in (0.03, 0.1, 0.25, 0.4)]
    sign = 1 if made.spec.higher_is_better else -1
    steps = [sign * value for value in (made.spec.best, *ladder)]
    assert all(later < former for former, later in pairwise(steps)), ladder


@forms
def test_any_tenth_of_the_rows_counts(name: str, need: str) -> None:
    made = case(name, need, seed=6, rows=200)
    wrong = made.blurred(1.0, np.random.default_rng(3))
    for start in range(0, 200, 20):
        said = made.perfect.copy()
        said[start : start + 20] = wrong[start : start + 20]
        assert made.score(said) != made.spec.best


@forms
def test_one_row_and_a_hundred_thousand(name: str, need: str) -> None:
    """One row scores or is refused in words; many rows take no square of their number."""
    one = case(name, need, seed=2, rows=8)
    if name in ALONE_UNDEFINED:
        with pytest.raises(ValueError, match="not defined"):
            one.score(order=np.array([1]))
    else:
        assert math.isfinite(one.score(order=np.array([1])))
    assert math.isfinite(case(name, need, seed=2, rows=100_000).score())


@forms
def test_nothing_to_score_and_rows_that_do_not_fit_are_said(name: str, need: str) -> None:
    made = case(name, need, seed=2, rows=8)
    none = np.array([], dtype=int)
    with pytest.raises(ValueError, match="nothing to score"):
        made.score(order=none)
    with pytest.raises(ValueError, match="8 answers but 7 predictions"):
        made.spec.function(made.truth, made.guess[:7], **made.options)


@forms
def test_what_is_no_number_is_refused(name: str, need: str) -> None:
    made = case(name, need, seed=2, rows=8)
    if need == "label":
        with pytest.raises(ValueError, match="is none of the labels"):
            made.score(np.full(8, "no such label"))
        return
    for bad, words in ((math.nan, "not all finite"), (math.inf, "not all finite")):
        said = made.guess.copy()
        said[0] = bad
        with pytest.raises(ValueError, match=words):
            made.score(said)


@specs
def test_declarations_make_sense(spec: MetricSpec) -> None:
    assert spec.best == (spec.high if spec.higher_is_better else spec.low)
    assert set(spec.objectives) <= set(Objective.__args__)  # type: ignore[attr-defined]
    assert spec.words.endswith(".")
    assert "\\" not in spec.formula
    assert "|" not in spec.formula  # it stands in tables of Markdown
    assert spec.submission_low < spec.submission_high
    assert spec.elicits == "mean" or 0 < spec.elicits < 1


@specs
def test_its_own_examples_run(spec: MetricSpec) -> None:
    found = doctest.DocTestParser().get_doctest(
        spec.function.__doc__ or "", {spec.name: spec.function}, spec.name, None, None
    )
    assert found.examples
    assert doctest.DocTestRunner().run(found).failed == 0


def test_an_unknown_name_has_near_ones() -> None:
    assert get("rmse").name == "rmse"
    with pytest.raises(UnknownMetric, match=r"'rsme'.*rmse"):
        get("rsme")


def test_a_metric_must_fit_its_range_and_have_its_own_name() -> None:
    common: dict[str, Any] = {"needs": "number", "objectives": ("regression",), "formula": "y", "words": "Y."}
    with pytest.raises(ValueError, match="two metrics are named 'rmse'"):
        metric("rmse", direction="minimize", best=0.0, low=0.0, high=1.0, **common)
    with pytest.raises(ValueError, match="best score to maximize is not"):
        metric("new", direction="maximize", best=0.0, low=0.0, high=1.0, **common)
    assert "new" not in METRICS


def test_what_is_typical_is_what_the_metric_elicits() -> None:
    numbers = [0, 0, 1, 9]
    assert (METRICS["rmse"].typical(numbers), METRICS["mae"].typical(numbers)) == (2.5, 0.5)
    assert METRICS["pinball_90"].typical(np.arange(11)) == 9


NEW_METRIC = '''\
"""Largest error."""

from math import inf

import numpy as np

from harness.competition.registry import metric


@metric("largest_error", direction="minimize", best=0.0, low=0.0, high=inf, needs="number",
        objectives=("regression",), formula="max( abs(p - y) )", words="The largest error.")
def largest_error(y_true, y_pred):
    return float(np.max(np.abs(y_true - y_pred)))
'''


USE_IT = """\
import sys
import numpy as np
from harness.competition.metrics import METRICS, accuracy, largest_error, rmse
assert largest_error(np.zeros(2), np.array([1, 3])) == METRICS["largest_error"].function(0, -3) == 3.0
assert accuracy([1], [1]) == rmse([1], [2]) == 1
print(sorted({name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy", "pandas", "pydantic"}))
"""


def test_adding_a_metric_is_adding_one_file(tmp_path: Path) -> None:
    """As in a sandbox, with harness.competition alone; a file named like its metric gives the function all the same."""
    source = Path(harness.__file__).parent
    shutil.copytree(source / "competition", tmp_path / "harness" / "competition")
    shutil.copy(source / "__init__.py", tmp_path / "harness")
    (tmp_path / "harness" / "competition" / "metrics" / "largest_error.py").write_text(NEW_METRIC)
    done = subprocess.run([sys.executable, "-c", USE_IT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
