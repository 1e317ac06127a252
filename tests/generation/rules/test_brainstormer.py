"""Which questions are asked: the right ones, without what gives them away, unlike one another."""

import asyncio
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.engines import CannotBeAsked
from generation.formulation import Defect
from generation.private_splits import SplitSeeds
from generation.profile import profile_table
from generation.rules.brainstormer import Questions, RulesBrainstormer, formulations
from generation.rules.candidates import candidates
from generation.rules.naming import slug
from tests.generation.rules.tables import days, houses, patients, profiled, reviews

RNG = np.random.default_rng(5)
LETTERS = str.maketrans("0123456789", "zyxwvutsrq")


def test_the_price_is_asked_without_its_logarithm_and_the_row_number() -> None:
    first, *others = formulations(profile_table(houses(), name="houses"))
    assert first.target == "price"
    assert (first.objective, first.metric, first.prediction) == ("regression", "rmse", "number")
    assert set(first.drop) == {"no", "log_price"}
    assert "another form" in first.drop["log_price"]
    assert all(one.target != "log_price" for one in others)


def test_proposals_repeat_exactly() -> None:
    profile = profile_table(houses(), name="houses")
    assert formulations(profile, seeds=SplitSeeds(3)) == formulations(profile, seeds=SplitSeeds(3))


def test_who_asks_for_more_measures_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    brainstormer, profile = RulesBrainstormer(), profile_table(patients(), name="visits")
    first = asyncio.run(brainstormer.propose(profile, limit=1))
    for name in ("rank", "encode"):
        monkeypatch.setattr(f"generation.rules.brainstormer.{name}", None)
    more = asyncio.run(brainstormer.propose(profile, limit=3))
    assert len(first) == 1 < len(more)
    assert more[:1] == first


def test_what_a_user_names_is_asked_for_though_the_engine_would_not() -> None:
    profile = profile_table(patients(), name="visits")
    assert "c" not in {one.target for one in formulations(profile)}, "nothing tells it"
    named = asyncio.run(RulesBrainstormer().propose(profile, wanted=("c", "diagnosis")))
    assert [one.target for one in named] == ["c", "diagnosis"]
    assert named[0].rationale == "it was asked for"
    assert named[1].model_copy(update={"rationale": ""}) == formulations(profile)[0].model_copy(
        update={"rationale": ""}
    )


def test_a_column_that_others_tell_nothing_of_is_no_question_of_the_engine() -> None:
    questions = Questions(profile_table(patients(), name="visits"), SplitSeeds(0))
    assert questions.unasked("c") is None
    asked = questions.unasked("diagnosis")
    assert asked is not None
    assert asked.target == "diagnosis"
    with pytest.raises(CannotBeAsked, match="identifier"):
        questions.unasked("patient_id")


@pytest.mark.parametrize(
    ("frame", "name", "why"),
    [
        (patients(), "patient_id", "identifier"),
        (houses(), "no", "identifier"),
        (patients().head(100), "diagnosis", "150 rows are needed, and there are 100"),
        (houses()[["no", "price"]], "price", "no column is left to tell it from"),
    ],
)
def test_why_a_named_column_cannot_be_asked_for(frame: pd.DataFrame, name: str, why: str) -> None:
    with pytest.raises(CannotBeAsked, match=f"'{name}' can't be asked for: .*{why}"):
        asyncio.run(RulesBrainstormer().propose(profile_table(frame), wanted=(name,)))


def test_no_two_ask_the_same_quantity() -> None:
    for frame in (houses(), patients(), days()):
        found = formulations(profile_table(frame))
        assert len({one.target for one in found}) == len(found) <= 3


def test_patients_are_kept_together() -> None:
    (first, *_) = formulations(profile_table(patients(), name="visits"))
    assert (first.target, first.labels, first.positive_label) == ("diagnosis", ("well", "sick"), "sick")
    assert (first.split.rule, first.split.column) == ("group", "patient_id")


def test_dated_rows_are_cut_in_time() -> None:
    (first, *_) = formulations(profile_table(days(), name="shop"))
    assert (first.target, first.split.rule, first.split.column) == ("sales", "time", "date")


def test_free_text_is_learned_from() -> None:
    (first,) = formulations(profile_table(reviews(), name="reviews"))
    assert (first.target, first.drop) == ("rating", {})
    assert min(first.signal.values()) > 0.3


def test_texts_without_a_word_in_common_tell_nothing() -> None:
    frame = reviews()
    frame["review"] = [f"only{row} here{row} and{row} there{row}" for row in range(len(frame))]
    assert formulations(profile_table(frame.map(lambda cell: cell.translate(LETTERS)))) == []


def test_parts_of_a_sum_are_left_out() -> None:
    a, b, x = RNG.poisson(20, 500), RNG.poisson(30, 500), RNG.normal(size=500)
    shared = RNG.poisson(10, 500)
    frame = pd.DataFrame({"x": x + 0.2 * shared, "casual": a + shared, "members": b + shared})
    frame["riders"] = frame["casual"] + frame["members"]
    chosen = next(
        one
        for one in formulations(profile_table(frame[["x", "casual", "members", "riders"]].astype(str), name="riders"))
        if one.target == "riders"
    )
    assert set(chosen.drop) == {"casual", "members"}


def test_as_many_columns_as_rows_add_up_to_nothing() -> None:
    genes = RNG.normal(size=(200, 240))
    frame = pd.DataFrame(genes, columns=[f"gene {number}" for number in range(240)])
    frame.insert(0, "price", genes[:, :3].sum(axis=1) + RNG.normal(size=200))
    first, *_ = formulations(profile_table(frame.round(3).astype(str), name="prices"), limit=1)
    assert (first.target, first.drop) == ("price", {})


def test_a_recoded_answer_is_left_out() -> None:
    frame = patients()
    frame["code"] = np.where(frame["diagnosis"] == "sick", "A1", "B7")
    (first, *_) = formulations(profile_table(frame))
    assert first.target in {"diagnosis", "code"}
    assert {"diagnosis", "code"} - {first.target} <= set(first.drop)


def test_nothing_is_asked_where_nothing_can_be_learned() -> None:
    noise = pd.DataFrame({"a": RNG.normal(size=400), "b": RNG.normal(size=400), "price": RNG.normal(size=400)})
    assert formulations(profile_table(noise.astype(str))) == []


def test_labels_of_chance_are_hardly_ever_asked() -> None:
    asked = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        noise = pd.DataFrame(rng.normal(size=(600, 4)), columns=list("abcd")).round(1)
        asked += formulations(profile_table(noise.astype(str).assign(outcome=rng.choice(["no", "yes"], 600))))
    assert len([one for one in asked if one.target == "outcome"]) <= 2


def test_a_little_of_a_number_is_asked_of_many_rows_and_not_of_few() -> None:
    x, noise = RNG.normal(size=6000), RNG.normal(size=6000)
    frame = pd.DataFrame({"x": x, "price": 0.15 * x + noise}).round(3).astype(str)
    many, few = (formulations(profile_table(part, name="prices")) for part in (frame, frame[:300]))
    assert ["price" in {one.target for one in found} for found in (many, few)] == [True, False]


@pytest.mark.parametrize("rows", [0, 20, 140])
def test_tiny_tables_give_nothing(rows: int) -> None:
    assert formulations(profile_table(houses(rows))) == []


def test_rare_labels_are_named() -> None:
    frame = patients()
    frame.loc[:4, "diagnosis"] = "unclear"
    (first, *_) = formulations(profile_table(frame))
    assert first.rare_labels == ("unclear",)
    assert set(first.labels) == {"well", "sick"}


def test_what_cannot_be_asked_is_refused_with_its_reason() -> None:
    frame = houses()
    frame["cost"] = [f"${100 + 7 * i % 300}.5k" for i in range(len(frame))]
    found, refused = candidates(profile_table(frame))
    assert "price" in {one.name for one in found}
    assert "not made plain" in refused["cost"]
    assert "identifier" in refused["no"]


def test_a_defect_drops_the_column_it_names(tmp_path: Path) -> None:
    profile = profiled(houses(), tmp_path)
    defect = Defect(
        stage="brainstormer", kind="data.determined_target", where="train.csv:size_sqm", message="size tells the price"
    )
    found = asyncio.run(RulesBrainstormer().propose(profile, defects=[defect]))
    assert "size_sqm" in next(one for one in found if one.target == "price").drop


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sale_Price", "sale_price"),
        ("cc1_miles", "cc1_miles"),
        ("FARE", "fare"),
        ("Größe (cm)", "gro_e_cm"),
        ("9.7", "c_9_7"),
        ("???", "column"),
        ("FlightDelays.csv.gz", "flight_delays"),
    ],
)
def test_slugs_are_identifiers(name: str, expected: str) -> None:
    found = slug(name)
    assert found.isidentifier()
    assert found.isascii()
    if name.isascii():
        assert found == expected
