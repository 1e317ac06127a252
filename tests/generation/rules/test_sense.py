"""What names, meanings, labels and titles say of a question."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from generation.profile import DatasetProfile, Origin, profile_table
from generation.profile.structure import times
from generation.rules.brainstormer import formulations
from generation.rules.candidates import candidates
from generation.rules.describing import origin
from generation.rules.said import head_of
from generation.rules.sense import sense

RNG = np.random.default_rng(11)
N = 300


def numbers() -> np.ndarray:
    return RNG.normal(50, 9, N).round(3)


def reasons(profile: DatasetProfile, name: str) -> str:
    found, refused = candidates(profile)
    return "; ".join(sense(profile, {one.name: one for one in found}[name]).reasons) if name not in refused else ""


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("WeekofPurchase", ("week",)),
        ("number_of_claims", ("number", "of", "claims")),
        ("date_of_sale", ("date",)),
        ("sale_price", ("sale", "price")),
    ],
)
def test_the_head_of_a_name(name: str, head: tuple[str, ...]) -> None:
    assert head_of(name) == head


def test_time_until_something_is_asked_for_and_time_of_day_is_not() -> None:
    profile = profile_table(
        pd.DataFrame({"time_to_delivery": numbers(), "hour": numbers(), "w": numbers()}).astype(str)
    )
    assert "until something happens" in reasons(profile, "time_to_delivery")
    assert "where or when" in reasons(profile, "hour")


def test_a_cryptic_name_is_told_by_its_meaning() -> None:
    frame = pd.DataFrame({"a1": numbers(), "psoda": numbers(), "z": numbers()}).astype(str)
    documentation = "psoda: price of a medium soda in dollars\n\na1: share of chairs\n\nz: share of tables\n"
    profile = profile_table(frame, documentation)
    assert "the documentation calls it" in reasons(profile, "psoda")
    assert "the documentation calls it" not in reasons(profile, "a1")


def test_glued_words_that_are_mostly_others_say_nothing() -> None:
    profile = profile_table(pd.DataFrame({n: numbers() for n in ("parent_n", "hseval", "studied")}).astype(str))
    assert not any("hold" in reasons(profile, name) for name in profile.names)


def test_labels_that_say_an_end_make_an_outcome_of_a_design_word() -> None:
    frame = pd.DataFrame({"group": RNG.choice(["Demented", "Nondemented"], N), "a": numbers(), "b": numbers()})
    assert "ended" in reasons(profile_table(frame.astype(str)), "group")


def test_the_kinds_among_measurements_are_what_is_told_apart() -> None:
    frame = pd.DataFrame({f"acid{k}": numbers() for k in "abcde"})
    frame["area"] = RNG.choice(["north", "south", "isles"], N)
    assert "all but it are measurements" in reasons(profile_table(frame.astype(str)), "area")


def test_a_status_in_numbers_is_labels_and_other_codes_are_not() -> None:
    frame = pd.DataFrame({"status": RNG.choice([1, 2, 30], N), "chan": RNG.choice([1, 2, 30], N), "x": numbers()})
    found, refused = candidates(profile_table(frame.astype(str)))
    assert "status" in {one.name for one in found}
    assert "chan" in refused


def test_rare_labels_may_be_a_quarter_where_three_remain() -> None:
    rare = [f"r{k}" for k in range(4)] * 15
    three = ["a"] * 90 + ["b"] * 90 + ["c"] * 60 + rare
    two = ["a"] * 120 + ["b"] * 120 + rare
    found, refused = candidates(profile_table(pd.DataFrame({"three": three, "two": two, "x": numbers()}).astype(str)))
    assert {one.name: one.rare for one in found}["three"] == ("r0", "r1", "r2", "r3")
    assert refused["two"] == "too many of its labels are rare"


def test_what_an_accident_caused_does_not_tell_what_it_caused() -> None:
    speed = RNG.normal(60, 15, N)
    hurt = (speed + RNG.normal(0, 9, N) > 62).astype(int)
    frame = pd.DataFrame({"speed": speed.round(2), "fatalities": hurt * RNG.integers(0, 2, N), "injury": hurt})
    found = {one.target: one for one in formulations(profile_table(frame.astype(str)))}
    assert "fatalities" in found["injury"].drop


def test_dates_of_what_comes_afterwards_are_looked_at_last() -> None:
    days = pd.date_range("2021-01-01", periods=N).strftime("%Y-%m-%d")
    profile = profile_table(pd.DataFrame({"Updated": days, "Started": days[::-1], "x": numbers()}).astype(str))
    assert times(profile.columns) == ("Started", "Updated")


def test_what_was_changed_to_read_a_source_is_said() -> None:
    profile = profile_table(pd.DataFrame({"a": numbers(), "b": numbers()}).astype(str))
    source = Origin(
        uri="file:a.csv", file="a.csv", format="csv", notes=("decimal commas were made points in 2 columns",)
    )
    assert "decimal commas were made points in 2 columns" in origin(replace(profile, origin=source))
    assert "made a plain table" not in origin(replace(profile, origin=replace(source, notes=())))


def test_a_product_of_the_columns_in_its_name_is_a_term_of_a_model() -> None:
    dose, age = numbers(), numbers()
    frame = pd.DataFrame({"dose": dose, "age": age, "dos_age": (dose * age).round(2), "Dose:Sum": numbers()})
    frame["sum"] = numbers()
    profile = profile_table(frame.astype(str))
    assert "product of the columns" in reasons(profile, "dos_age")
    assert "product of the columns" not in reasons(profile, "Dose:Sum"), "its name alone says nothing"
