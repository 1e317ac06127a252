"""What descriptions say of each objective, of columns, of rows, of what is hard: hand-made questions of made tables."""

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.descriptions import gallery, masked, runs, similarities
from benchmarks.gallery import GALLERY, entries
from generation.formulation import Formulation
from generation.profile import DatasetProfile, profile_table
from generation.profile.restating import runs_of
from generation.rules.describing import description_fields, left_out
from generation.rules.draft import Draft
from generation.rules.figures import article
from generation.rules.foresight import foresee
from generation.rules.moments import plural, singular
from generation.rules.rows import row_of
from generation.rules.scoring_text import constant_score
from harness.competition.metrics import METRICS, MetricSpec
from harness.schema import Objective, Prediction, Split
from tests.generation.rules.tables import days, houses, patients

LEVEL = 0.9
PINBALL = MetricSpec(
    name="pinball_90",
    function=lambda y, p: float(np.mean(np.maximum(LEVEL * (y - p), (LEVEL - 1) * (y - p)))),
    direction="minimize",
    best=0.0,
    low=0.0,
    high=np.inf,
    needs=("number",),
    objectives=("quantile",),
    formula="mean( max( 0.9 (y - p), -0.1 (y - p) ) )",
    words="Pinball loss of the 90 % quantile.",
)


def stores() -> pd.DataFrame:
    """Weekly sales of twenty stores over forty weeks."""
    rng = np.random.default_rng(5)
    weeks = pd.date_range("2021-01-04", periods=40, freq="7D").strftime("%Y-%m-%d")
    rows = [(f"S{store:02d}", week, rng.normal(100 + store, 5)) for store in range(20) for week in weeks]
    return pd.DataFrame(rows, columns=["store_id", "week", "sales"]).round(2).astype(str)


def asked_of(
    frame: pd.DataFrame, target: str, objective: Objective, metric: str, prediction: Prediction, **more: object
) -> Draft:
    """A draft of a hand-made question."""
    profile = profile_table(frame, name="town")
    formulation = Formulation.model_validate(
        {
            "slug": target,
            "target": target,
            "objective": objective,
            "metric": metric,
            "prediction": prediction,
            "question": "What is it, then?",
            "goal": "",
            **more,
        }
    )
    return Draft(profile, formulation, foresee(profile, formulation), "id")


def told(draft: Draft, spec: MetricSpec | None = None) -> str:
    """All that the description would say, without its headings."""
    fields = description_fields(draft, spec or METRICS[draft.formulation.metric])
    return "\n".join(str(value) for value in fields.values())


WEEKS = Split(rule="time", test=0.25, column="week")
DATES = Split(rule="time", column="date")
CASES = {
    "number": (asked_of(houses(), "price", "regression", "rmse", "number"), r"`price`"),
    "quantile": (asked_of(houses(), "price", "quantile", "pinball_90", "number"), r"9 of 10.*90 % quantile"),
    "forecast": (
        asked_of(stores(), "sales", "forecasting", "mae", "number", split=WEEKS),
        r"the last 10 weeks.*store in one week.*20 (values of `store_id` is a series|series, one)",
    ),
    "later": (asked_of(days(), "sales", "regression", "rmse", "number", split=DATES), r"01/01/2019"),
    "new groups": (
        asked_of(
            *(patients(), "diagnosis", "binary", "roc_auc", "probability"),
            labels=("well", "sick"),
            split=Split(rule="group", column="patient_id"),
        ),
        r"new values of `patient_id`|does not have|can be learned from",
    ),
    "classes": (
        asked_of(houses(), "quarter", "multiclass", "log_loss", "probabilities", labels=("harbour", "north", "south")),
        r"each `p_` column.*add up to 1",
    ),
    "steps": (
        asked_of(houses(), "quarter", "ordinal", "qwk", "label", labels=("south", "north", "harbour")),
        r"`south` < `north` < `harbour`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_objective_is_told_in_its_own_words(name: str) -> None:
    draft, expected = CASES[name]
    text = told(draft, PINBALL if name == "quantile" else None)
    assert re.search(expected, text, re.DOTALL)
    assert not re.search(r"\{\w*\}|None(?! of)|nan\b", text.replace("{z}", ""))
    assert f"{draft.train_count:,} rows" in text
    assert f"{draft.test_count:,} rows" in text


def test_a_quantile_samples_its_quantile() -> None:
    draft = CASES["quantile"][0]
    fields = description_fields(draft, PINBALL)
    value = float(str(fields["example"][0]).rpartition(",")[2])  # type: ignore[index]
    assert value == pytest.approx(float(np.quantile(draft.train_numbers, LEVEL)), rel=1e-4)
    expected = PINBALL.function(draft.train_numbers, np.full(draft.train_count, value))
    assert float(constant_score(draft, PINBALL).replace(",", "")) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("frame", "documentation", "what", "known"),
    [
        (stores(), "", "store in one week", True),
        (days(), "", "day", True),
        (houses(), "Each row is a house that was sold in 2010.", "house", True),
        (houses(), "A data frame with 400 observations on the following 6 variables.", "", False),
        (houses(), "There are 400 observations of single-family homes.", "single-family home", True),
        (houses(), "One row per person who answered.", "person", True),
        (houses(), "", "", False),
    ],
)
def test_what_a_row_is(frame: pd.DataFrame, documentation: str, what: str, known: bool) -> None:
    row = row_of(profile_table(frame, documentation, "town"))
    assert (row.what, row.known) == (what, known)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("FlightDelays", "flight"),
        ("top_colleges_2022", "college"),
        ("california_fire_incidents", "fire incident"),
        ("house_prices", "house"),
        ("doctor_visits", ""),
        ("city_budget", ""),
    ],
)
def test_what_a_row_is_by_the_name_of_its_dataset(name: str, what: str) -> None:
    assert row_of(profile_table(houses(), name=name)).what == what


def test_only_columns_that_hold_something_are_in_the_table() -> None:
    bare = description_fields(asked_of(days(), "sales", "regression", "rmse", "number"), METRICS["rmse"])
    assert bare["columns"][0] == ["column", "type", "values"]  # type: ignore[index]
    full = description_fields(CASES["number"][0], METRICS["rmse"])
    assert full["columns"][0] == ["column", "type", "values", "missing"]  # type: ignore[index]


def test_what_the_documentation_says_of_labels_stands_beside_them() -> None:
    frame = houses().assign(state=np.where(houses()["quarter"] == "north", "1", "0"))
    pages = "state: whether it was sold (0 = still for sale, 1 = sold)\nsize_sqm: floor space, in square metres"
    profile = profile_table(frame, pages, "town")
    formulation = CASES["new groups"][0].formulation.model_copy(
        update={"target": "state", "labels": ("0", "1"), "split": Split(rule="random"), "slug": "state"}
    )
    draft = Draft(profile, formulation, foresee(profile, formulation), "id")
    text = told(draft, METRICS["roc_auc"])
    assert "['`1`', 'sold'," in text
    assert "floor space, in square metres" in text
    assert "codes" not in text.partition("What the codes")[2]


HARD = {
    "few": (houses(200), "price", r"training"),
    "missing": (houses(), "price", r"`built` \(1\d %\)"),
    "copies": (houses().assign(doubled=(houses()["size_sqm"].astype(float) * 2).astype(str)), "price", "`doubled`"),
    "wild": (houses().assign(rooms=[*map(str, range(1, 400)), "9999999"]), "price", r"`rooms` .*10,000,000"),
    "zeros": (days().assign(sales=["0"] * 200 + [str(n) for n in range(300)]), "sales", r"0.*41 %|41 %.*0"),
    "epoch": (
        houses().assign(sold=["1970-01-01", *pd.date_range("2001-01-01", periods=399).strftime("%Y-%m-%d")]),
        "price",
        r"`1970-01-01`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_what_is_hard_is_said(name: str) -> None:
    frame, target, expected = HARD[name]
    fields = description_fields(asked_of(frame, target, "regression", "rmse", "number"), METRICS["rmse"])
    assert re.search(expected, "\n".join(map(str, fields["pitfalls"])))  # type: ignore[call-overload]


def test_reasons_read_well_for_one_column_and_for_several() -> None:
    drop = {
        "a": "it only counts the rows",
        "b": "with other columns it adds up to `y`",
        "c": "with other columns it adds up to `y`",
        "d": "it is empty",
        "e": "it is empty",
    }
    lines = left_out(CASES["number"][0].__class__(*_with_drop(drop)))
    assert lines == [
        "`a`: it only counts the rows.",
        "`b` and `c`: with other columns they add up to `y`.",
        "`d` and `e`: they are empty.",
    ]


def _with_drop(drop: dict[str, str]) -> tuple[DatasetProfile, Formulation, object, str]:
    draft = CASES["number"][0]
    return draft.profile, draft.formulation.model_copy(update={"drop": drop}), draft.assignment, "id"


@pytest.mark.parametrize(("noun", "said"), [("house", "a"), ("hour", "an"), ("airport", "an"), ("university", "a")])
def test_articles(noun: str, said: str) -> None:
    assert article(noun) == said


@pytest.mark.parametrize(("one", "many"), [("city", "cities"), ("store", "stores"), ("box", "boxes"), ("day", "days")])
def test_numbers_of_nouns(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one


# The gallery, as it is committed.


@pytest.mark.parametrize("name", [entry.name for entry in entries() if entry.readme])
def test_no_sentence_of_a_documentation_is_copied(name: str) -> None:
    entry = next(one for one in entries() if one.name == name)
    text = (GALLERY / f"{name}.md").read_text(encoding="utf-8")
    documentation = (GALLERY / "readmes" / entry.readme).read_text(encoding="utf-8")
    assert not copied(text, documentation)


def copied(text: str, documentation: str) -> frozenset[tuple[str, ...]]:
    """Runs of eight words that stand in both, without the citation, names, and lists of codes."""
    own = re.sub(r"it cites: .*", "", text)
    own = re.sub(r"\([^()=\n]{1,30} = [^()\n]*\)|`[^`\n]*`", " ¦ ", own)
    return frozenset(run for part in own.split("¦") for run in runs_of(part)) & runs_of(documentation)


def test_a_copied_sentence_would_be_seen() -> None:
    page = "speed: how fast the car went on the road that day"
    assert copied("| `speed` | how fast the car went on the road that day |", page)
    assert not copied("| `speed` | how fast the car went that day |", page)


def test_descriptions_read_differently() -> None:
    found = similarities(gallery())
    assert len(gallery()) >= 15
    assert np.median(list(found.values())) <= 0.5


def test_masking_leaves_no_names() -> None:
    text = masked("# Town: how high is the price?\n\n1,234 rows of `x y`.\n\n| `a` | sale | whole number | 1 to 2 |\n")
    assert "Town" not in text
    assert "1,234" not in text
    assert runs("one two three four five six") == {
        ("one", "two", "three", "four", "five"),
        ("two", "three", "four", "five", "six"),
    }
