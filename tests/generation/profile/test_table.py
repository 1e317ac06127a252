"""A whole table: relations, entities, times, row numbers, odd names."""

import numpy as np
import pandas as pd
import pytest

from generation.profile import Kind, profile_table

RNG = np.random.default_rng(3)


def text(columns: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(columns).astype(str)


def kinds_of_relations(frame: pd.DataFrame) -> set[tuple[str, str, str]]:
    return {(r.kind, r.column, r.other) for r in profile_table(frame).relations}


def test_a_price_and_its_logarithm() -> None:
    price = RNG.lognormal(5, 1, 400)
    found = kinds_of_relations(text({"price": price, "lprice": np.log(price), "rooms": RNG.integers(1, 8, 400)}))
    assert found == {("monotone", "price", "lprice")}


def test_a_sum_and_its_parts() -> None:
    a, b = RNG.normal(size=300), RNG.normal(size=300)
    relations = profile_table(text({"a": a, "b": b, "total": a + b, "other": RNG.normal(size=300)})).relations
    assert any(r.kind == "sum" and r.other == "total" and set(r.parts) == {"a", "b"} for r in relations)
    assert not any("other" in (r.other, *r.parts) for r in relations)


def test_a_lookup() -> None:
    city = RNG.integers(0, 20, 500)
    found = kinds_of_relations(text({"city": [f"c{i}" for i in city], "state": [f"s{i % 4}" for i in city]}))
    assert found == {("function", "city", "state")}


def test_a_rare_class_is_not_determined_by_chance() -> None:
    rare = (RNG.random(1000) < 0.01).astype(int)
    assert not kinds_of_relations(text({"group": RNG.integers(0, 40, 1000), "rare": rare}))


def test_a_panel_has_entities_and_times() -> None:
    frame = text({"Country": np.repeat([f"c{i}" for i in range(40)], 10), "Year": list(range(2000, 2010)) * 40})
    frame["gdp"] = RNG.normal(size=400).astype(str)
    profile = profile_table(frame)
    assert profile.entities == ("Country",)
    assert profile.times == ("Year",)


def test_states_of_strangers_are_no_entities() -> None:
    frame = text({"state": RNG.integers(0, 50, 1000), "score": RNG.normal(size=1000)})
    assert profile_table(frame).entities == ()


def test_row_numbers_are_seen_under_any_name() -> None:
    profile = profile_table(text({"number": range(7, 307), "x": RNG.normal(size=300)}))
    assert profile["number"].running
    assert profile["number"].kind is Kind.IDENTIFIER


def test_repeated_column_names_are_told_apart() -> None:
    frame = pd.DataFrame([["1", "2", "3"]] * 30, columns=["a", "a", "a.1"])
    assert profile_table(frame).names == ("a", "a.2", "a.1")


def test_large_tables_are_sampled_and_say_so() -> None:
    frame = text({"x": np.arange(30_000) % 977, "y": RNG.normal(size=30_000)})
    profile = profile_table(frame)
    assert (profile.rows, profile.sampled) == (30_000, 20_000)
    assert profile == profile_table(frame)


def test_duplicates_are_counted() -> None:
    assert profile_table(text({"a": [1, 1, 2], "b": [1, 1, 2]})).duplicates == 1


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tiny_tables_do_not_break(rows: int) -> None:
    assert profile_table(text({"a": list("abc")[:rows], "b": list(range(rows))})).rows == rows


def test_a_lookup_of_many_values_is_found_on_more_rows() -> None:
    model, wireless = RNG.integers(0, 900, 9000), RNG.integers(0, 2, 900)
    noise = RNG.integers(0, 900, 9000)
    found = kinds_of_relations(text({"model": model, "noise": noise, "wireless": wireless[model]}))
    assert found == {("function", "model", "wireless")}
