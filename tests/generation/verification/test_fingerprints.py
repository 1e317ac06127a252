"""Two tables with the same rows are one, whatever their names and order; two that only look alike are two."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels

from generation.verification.fingerprints import (
    MOST_COLUMNS,
    SAME_ROWS,
    Fingerprint,
    common,
    fingerprint,
    kept_fingerprint,
    same_rows,
    same_targets,
)
from harness.package import load_package
from tests.generation.verification.good_bases import plants
from tests.generation.verification.seeded.novelty import cleaned, recoded, renamed, with_other_digits

ROWS = 400
HOUSE = Path(__file__).parents[3]


def balanced(seed: int) -> pd.DataFrame:
    """A planned trial: the same treatments and blocks as every other of this size, and what was measured."""
    measured = np.random.default_rng(seed).normal(20, 4, 60).round(2)
    return pd.DataFrame(
        {
            "treatment": np.repeat(["a", "b", "c"], 20),
            "block": np.tile([str(block) for block in range(10)], 6),
            "sex": np.tile(["f", "m"], 30),
            "yield": measured.astype(str),
        }
    )


def survey(seed: int) -> pd.DataFrame:
    """Answers from one to five and an age, as in many tables."""
    drawn = np.random.default_rng(seed)
    made = pd.DataFrame(drawn.integers(1, 6, (ROWS, 8)), columns=[f"q{at}" for at in range(8)])
    return made.assign(age=drawn.integers(18, 80, ROWS)).astype(str)


@pytest.mark.parametrize("change", [renamed, recoded, with_other_digits, cleaned], ids=lambda change: change.__name__)
def test_a_copy_is_found_under_other_names(change: object) -> None:
    table = plants(ROWS)
    one, other = fingerprint(table, ["mass"]), fingerprint(change(table), ["x_mass"])  # type: ignore[operator]
    assert same_rows(one, other)
    assert same_targets(one, other)
    assert common(one, other) == pytest.approx(common(other, one))


def test_labels_under_other_names_are_the_same_target() -> None:
    table = plants(ROWS)
    assert same_targets(fingerprint(table, ["kind"]), fingerprint(recoded(table), ["x_kind"]))
    assert not same_targets(fingerprint(table, ["kind"]), fingerprint(recoded(table), ["x_blooms"]))
    assert not same_targets(fingerprint(table, ["mass"]), fingerprint(renamed(table), ["x_height"]))


@pytest.mark.parametrize("made", [plants, balanced, survey], ids=["measurements", "trial", "survey"])
def test_tables_of_one_form_are_not_one(made: object) -> None:
    """Each of the three is made of the same values with other rows, as two tables of one field are."""
    tables = [made(seed=seed) for seed in range(6)]  # type: ignore[operator]
    prints = [fingerprint(table, [str(table.columns[-1])]) for table in tables]
    assert not any(same_rows(one, other) for one, other in combinations(prints, 2))


def test_a_copy_is_found_by_what_was_measured_alone() -> None:
    """All words are recoded, one into two columns; the four measurements are as they were."""
    table = plants(ROWS)
    words = {
        name: table[name].map({word: f"{at}" for at, word in enumerate(set(table[name]))}) for name in ("site", "pot")
    }
    other = renamed(table.assign(**words, kind=table["kind"] + table["site"], blooms="?"))
    assert same_rows(fingerprint(table, ["mass"]), fingerprint(other, ["x_mass"]))


def test_a_copy_is_found_without_its_measurements() -> None:
    """A table of many counts and of two measurements, which the copy has lost."""
    table = survey(1).assign(one=plants(ROWS)["height"], two=plants(ROWS)["mass"])
    assert same_rows(fingerprint(table, ["q1"]), fingerprint(table.drop(columns=["one", "two"]), ["q1"]))


def test_half_of_the_rows_are_other_data() -> None:
    table = plants(ROWS)
    half, most = table.head(ROWS // 2), table.head(ROWS * 9 // 10)
    whole = fingerprint(table, ["mass"])
    assert not same_rows(whole, fingerprint(half, ["mass"]))
    assert common(whole, fingerprint(most, ["mass"])) > common(whole, fingerprint(half, ["mass"]))


def test_no_two_of_the_tables_at_hand_are_one() -> None:
    """The curated tasks, by what their verification.json keeps, and the tables that come with statsmodels."""
    curated = [load_package(card.parent) for card in sorted((HOUSE / "tasks" / "curated").glob("*/task.toml"))]
    kept = {package.id: kept_fingerprint(package) for package in curated}
    assert all(kept.values())
    prints = {name: one for name, one in kept.items() if one is not None}
    for path in sorted((Path(statsmodels.__file__).parent / "datasets").rglob("*.csv")):
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="latin-1", on_bad_lines="skip")
        prints[path.name] = fingerprint(table, [str(table.columns[-1])])
    assert len(prints) > 30
    assert max(common(one, other) for one, other in combinations(prints.values(), 2)) < SAME_ROWS / 4


def test_no_cell_is_kept() -> None:
    table = plants(ROWS).assign(secret=[f"person-{at * 7919 % 1000}" for at in range(ROWS)])
    text = fingerprint(table, ["mass"]).model_dump_json()
    assert "person" not in text
    assert "clay" not in text
    assert Fingerprint.model_validate_json(text) == fingerprint(table, ["mass"])


def test_columns_that_say_nothing_are_left_out() -> None:
    table = pd.DataFrame(
        {"row": [str(at) for at in range(50)], "year": "2020", "size": [str(at * at) for at in range(50)]}
    )
    assert len(fingerprint(table, ["size"]).columns) == 1
    assert fingerprint(table, ["year"]).targets == (None,)


def test_a_wide_table_keeps_the_same_columns_under_other_names() -> None:
    drawn = np.random.default_rng(1).normal(size=(100, 3 * MOST_COLUMNS)).round(4)
    table = pd.DataFrame(drawn, columns=[f"c{at}" for at in range(drawn.shape[1])]).astype(str)
    other = table[table.columns[::-1]].rename(columns=lambda name: f"x_{name}")
    one, two = fingerprint(table, ["c1"]), fingerprint(other, ["x_c1"])
    assert len(one.columns) == MOST_COLUMNS
    assert common(one, two) == pytest.approx(1)


def test_a_table_without_content_is_like_none() -> None:
    empty = fingerprint(pd.DataFrame({"a": ["1", "1"]}), ["a"])
    assert common(empty, empty) == 0
