"""Skill, metrics, wording, figures: the small choices."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from generation.formulation import Defect, Formulation
from generation.profile import profile_table
from generation.rules import splitting
from generation.rules.candidates import candidates
from generation.rules.figures import figure, percent
from generation.rules.objectives import scoring
from generation.rules.phrases import Voice, phrases
from generation.rules.ranking import rank
from generation.rules.repair import revise
from generation.rules.skill import auc, forward
from generation.rules.wording import phrase, question
from harness.competition.metrics import METRICS
from harness.schema import Split
from tests.generation.rules.tables import houses, patients

RNG = np.random.default_rng(9)
N = 400


def metric_of(cells: object, name: str = "y") -> tuple[str, str]:
    frame = pd.DataFrame({name: cells, "x": RNG.normal(size=N)}).astype(str)
    found, refused = candidates(profile_table(frame))
    chosen = {one.name: one for one in found}
    assert name in chosen, refused
    score = scoring(chosen[name])
    spec = METRICS[score.metric]
    assert chosen[name].objective in spec.objectives
    return score.metric, score.prediction


@pytest.mark.parametrize(
    ("cells", "metric", "prediction"),
    [
        (RNG.normal(size=N), "rmse", "number"),
        (RNG.lognormal(3, 2, N), "rmsle", "number"),
        (np.r_[RNG.normal(size=N - 20), RNG.normal(0, 40, 20)], "mae", "number"),
        (["cat", "dog"] * (N // 2), "accuracy", "label"),
        ([0, 1] * (N // 2), "roc_auc", "probability"),
        (["no"] * (N - 60) + ["yes"] * 60, "roc_auc", "probability"),
        (["a", "b", "c", "c"] * (N // 4), "log_loss", "probabilities"),
        (["a"] * (N - 80) + ["b"] * 40 + ["c"] * 40, "f1_macro", "label"),
        (list("abcdefgh") * (N // 8), "balanced_accuracy", "label"),
        (["Low", "High", "Medium", "Low"] * (N // 4), "qwk", "label"),
    ],
)
def test_metric_follows_the_data(cells: object, metric: str, prediction: str) -> None:
    assert metric_of(cells) == (metric, prediction)


def test_auc_is_that_of_scikit_learn() -> None:
    truth, scores = RNG.random(200) < 0.3, RNG.integers(0, 9, 200).astype(float)
    assert auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))


def test_signal_favours_neither_family() -> None:
    ranked = {item.candidate.name: item for item in rank(profile_table(houses()))}
    signal = ranked["price"].signal
    assert signal.mean == pytest.approx((signal.linear + signal.trees) / 2)


@pytest.mark.parametrize(("rows", "share"), [(10_000, 0.25), (600, 0.25), (450, 0.33), (341, 0.44), (100, 0.45)])
def test_small_tables_test_more_of_their_rows(rows: int, share: float) -> None:
    assert splitting.test_share(rows) == share


def test_forward_asks_the_latest() -> None:
    assert forward(np.array([5, 1, 9, 2]), 0.25).tolist() == [-1, -1, 0, -1]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(12.3456, "12.35"), (123456, "123,500"), (0, "0"), (-0.00012346, "-0.0001235"), (3.0, "3"), (1.2e-7, "1.2e-07")],
)
def test_figures_have_four_digits(number: float, shown: str) -> None:
    assert figure(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0%"), (0.00001, "less than 0.1 %"), (0.25, "25 %"), (0.9999, "more than 99.9 %")]
)
def test_percentages_do_not_lie_at_the_ends(share: float, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("name", "words"), [("Sale_Price", "sale price"), ("ClosePrice", "close price"), ("SW", "SW"), ("S_CODE", "S_CODE")]
)
def test_names_in_plain_words(name: str, words: str) -> None:
    assert phrase(name) == words


@pytest.mark.parametrize(
    ("frame", "target", "title"),
    [
        (houses(), "price", "Town: how high is the price?"),
        (houses().rename(columns={"price": "price_eur"}), "price_eur", "Town: how high is the price in EUR?"),
        (houses().rename(columns={"price": "acres_burned"}), "acres_burned", "Town: what are the acres burned?"),
        (patients(), "diagnosis", "Town: sick or well?"),
        (houses().rename(columns={"price": "n_visits"}), "n_visits", "Town: how many visits?"),
    ],
)
def test_titles_ask(frame: pd.DataFrame, target: str, title: str) -> None:
    profile = profile_table(frame, name="town")
    candidate = next(one for one in candidates(profile)[0] if one.name == target)
    assert question(profile, candidate) == title


def test_every_way_of_saying_has_the_same_names() -> None:
    import string

    for key, ways in phrases().items():
        names = [{field for _, field, _, _ in string.Formatter().parse(way) if field} for way in ways]
        assert len(ways) >= 2, key
        union = set().union(*names)
        assert Voice("x").say(key, **dict.fromkeys(union, "?"))
        assert all(one <= union for one in names)


FORMULATION = Formulation(
    slug="price",
    target="price",
    objective="regression",
    metric="rmse",
    prediction="number",
    question="How high is it?",
    goal=".",
)


@pytest.mark.parametrize(
    ("kind", "where", "evidence", "changed"),
    [
        ("data.determined_target", "train.csv:size_sqm", "", "drop"),
        ("data.columns_agree", "test.csv", "'built' holds numbers in train.csv and words in test.csv", "drop"),
        ("data.split_unbiased", "test.csv:size_sqm", "", "split"),
        ("data.classes_in_train", "train.csv:price", "", "split"),
        ("metric.fit", "", "", "metric"),
        ("structure.parses", "prepare.py", "", ""),
        ("data.determined_target", "train.csv:price", "", ""),
    ],
)
def test_defects_change_one_thing(kind: str, where: str, evidence: str, changed: str) -> None:
    profile = profile_table(houses())
    defect = Defect(stage="designer", kind=kind, where=where, message="m", evidence=evidence)
    found = revise(profile, FORMULATION, [defect])
    differ = [name for name in ("drop", "split", "metric") if getattr(found, name) != getattr(FORMULATION, name)]
    assert differ == ([changed] if changed else [])


@pytest.mark.parametrize("rule", ["group", "time"])
@pytest.mark.parametrize("kind", ["data.groups_apart", "data.time_order"])
def test_groups_and_times_are_never_mixed_to_mend_a_defect(rule: str, kind: str) -> None:
    split = Split.model_validate({"rule": rule, "column": "built", "test": 0.25})
    one = FORMULATION.model_copy(update={"split": split})
    defect = Defect(stage="brainstormer", kind=kind, where="test.csv:built", message="m")
    assert revise(profile_table(houses()), one, [defect]).split == split
