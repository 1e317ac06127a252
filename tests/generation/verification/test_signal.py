"""How much an order, an id or a column says of the target: nothing where there is nothing, all where it is all."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from generation.verification.checks.split_unbiased import chi_squared, kolmogorov_smirnov
from generation.verification.columns import Column
from generation.verification.signal import column_skill, order_skill, sort_key, transfer_skill

LIMIT = 0.02


def target(kind: str, rows: int, generator: np.random.Generator) -> np.ndarray:
    if kind == "number":
        return generator.lognormal(0, 2, rows)
    return generator.choice(["a", "b", "c"], rows, p=[0.7, 0.2, 0.1])


@pytest.mark.parametrize("kind", ["number", "label"])
@pytest.mark.parametrize("rows", [60, 400])
def test_an_order_without_meaning_raises_no_alarm(kind: str, rows: int) -> None:
    generator = np.random.default_rng(11)
    for _ in range(60):
        y = target(kind, rows, generator)
        skill = order_skill(generator.random(rows), y)
        assert not (skill.real and skill.value > LIMIT), skill


@pytest.mark.parametrize("kind", ["number", "label"])
def test_a_sorted_order_is_seen(kind: str) -> None:
    y = np.sort(target(kind, 200, np.random.default_rng(1)))
    skill = order_skill(np.arange(200.0), y)
    assert skill.real
    assert skill.value > 0.5


def test_a_slow_drift_is_seen_through_much_noise() -> None:
    generator = np.random.default_rng(2)
    y = np.linspace(0, 1, 1200) + generator.normal(0, 0.8, 1200)
    skill = order_skill(np.arange(1200.0), y)
    assert skill.real
    assert LIMIT < skill.value < 0.3


def test_labels_that_take_turns_are_seen() -> None:
    runs = np.repeat(["a", "b"] * 30, 8)
    assert order_skill(np.arange(len(runs), dtype=float), runs).value > LIMIT


def test_ids_of_train_tell_those_of_test() -> None:
    generator = np.random.default_rng(3)
    train, test = generator.random(500), generator.random(150)
    good = transfer_skill(train, np.sin(train * 6), test, np.sin(test * 6))
    assert good.value > 0.9
    none = transfer_skill(train, generator.random(500), test, generator.random(150))
    assert not none.real


def skill_of_column(cells: pd.Series, y: np.ndarray, learned: int, *, numeric: bool) -> float:
    train, test = Column.read_together(cells[:learned], cells[learned:])
    return column_skill(train, y[:learned], test, y[learned:], numeric=numeric)


@pytest.mark.parametrize(
    ("column", "least", "most"),
    [
        (lambda y, g: y * 2.54, 0.999, 1.0),
        (lambda y, g: np.exp(y / 3), 0.99, 1.0),
        (lambda y, g: y + g.normal(0, 1.0, len(y)), 0.2, 0.9),
        (lambda y, g: g.normal(0, 1.0, len(y)), -5, 0.05),
    ],
    ids=["other_units", "monotone", "noisy", "nothing"],
)
def test_skill_of_a_number_from_one_column(column: object, least: float, most: float) -> None:
    generator = np.random.default_rng(4)
    y = generator.normal(0, 1, 800)
    cells = pd.Series([f"{cell:.6g}" for cell in column(y, generator)])  # type: ignore[operator]
    assert least <= skill_of_column(cells, y, 600, numeric=True) <= most


def test_skill_of_a_label_from_one_column() -> None:
    generator = np.random.default_rng(5)
    y = generator.choice(["a", "b", "c"], 500)
    codes = pd.Series(pd.Series(y).map({"a": "x", "b": "y", "c": "z"}).to_numpy())
    assert skill_of_column(codes, y, 400, numeric=False) == 1.0
    noise = pd.Series(generator.choice(["x", "y", "z"], 500))
    assert skill_of_column(noise, y, 400, numeric=False) < 0.3


def test_words_sort_by_the_alphabet_and_numbers_by_value() -> None:
    assert sort_key(pd.Series(["10", "9", "-1"])).argsort().tolist() == [2, 1, 0]
    assert sort_key(pd.Series(["id_b", "id_a", "id_c"])).argsort().tolist() == [1, 0, 2]


@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_two_parts_are_compared_as_scipy_compares_them(shift: float) -> None:
    random = np.random.default_rng(5)
    one, other = random.normal(size=900), np.round(random.normal(shift, size=300), 1)
    judged = stats.ks_2samp(one, other, method="asymp").pvalue
    assert np.log(kolmogorov_smirnov(one, other)) == pytest.approx(np.log(judged), rel=0.1, abs=0.1)


@pytest.mark.parametrize(
    "counts", [[[30, 50], [20, 10]], [[30, 50, 7], [20, 10, 3]], [[90, 200, 300, 40], [30, 70, 90, 40]]]
)
def test_counts_are_compared_as_scipy_compares_them(counts: list[list[float]]) -> None:
    table = np.array(counts, dtype=np.float64)
    assert chi_squared(table) == pytest.approx(stats.chi2_contingency(table).pvalue)
