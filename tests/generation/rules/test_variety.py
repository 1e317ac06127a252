"""Three questions that differ: no quantity twice, sisters late, and a plain question rather than none."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.profile import DatasetProfile, profile_table
from generation.rules import asked
from generation.rules.asked import by_ratings, rating
from generation.rules.brainstormer import formulations
from generation.rules.candidates import Candidate, candidates
from generation.rules.variety import is_same_question, likeness

RNG = np.random.default_rng(3)
N = 400


def of(profile: DatasetProfile, *names: str) -> list[Candidate]:
    found = {one.name: one for one in candidates(profile)[0]}
    return [found[name] for name in names]


def test_what_goes_together_in_all_rows_is_one_question() -> None:
    size = RNG.uniform(10, 90, N)
    frame = pd.DataFrame({"total": size, "gross": size + RNG.normal(0, 1, N), "other": RNG.uniform(10, 90, N)})
    profile = profile_table(frame.round(3).astype(str))
    assert is_same_question(profile, *of(profile, "total", "gross"))
    assert not is_same_question(profile, *of(profile, "total", "other"))


def test_rows_where_nothing_was_counted_make_no_sameness() -> None:
    """Ties share a rank: numbered in their order they would go together in any two columns that are mostly nothing."""
    rows = np.arange(5 * N)
    arrests, visits = (np.where(rows % 200 == part, rows // 200 + 1, 0) for part in (3, 90))
    frame = pd.DataFrame({"arrests": arrests, "visits": visits, "x": RNG.normal(size=5 * N)})
    profile = profile_table(frame.astype(str))
    assert not is_same_question(profile, *of(profile, "arrests", "visits"))


@pytest.mark.parametrize("entities", [1, 4])
def test_over_time_what_merely_grows_alike_is_another_question(entities: int) -> None:
    months = N // entities
    grows = np.tile(np.arange(months) * 5.0, entities)
    a, b = (grows + RNG.normal(0, 3, N) for _ in range(2))
    frame = pd.DataFrame(
        {
            "date": np.tile(pd.date_range("1990-01-01", periods=months, freq="MS").strftime("%Y-%m-%d"), entities),
            "state": np.repeat([f"s{k}" for k in range(entities)], months),
            "output": a.round(3),
            "capital": b.round(3),
            "output_2": b.round(3),
            "exports": (a * 2 + RNG.normal(0, 0.1, N)).round(3),
        }
    )
    frame = frame if entities > 1 else frame.drop(columns="state")
    profile = profile_table(frame.sample(frac=1, random_state=1).reset_index(drop=True).astype(str))
    assert not is_same_question(profile, *of(profile, "output", "capital"))
    assert is_same_question(profile, *of(profile, "output", "exports"))
    assert is_same_question(profile, *of(profile, "output", "output_2")), "sisters that grow alike are one"


def test_sisters_are_more_alike_than_strangers() -> None:
    frame = pd.DataFrame({name: RNG.normal(50, 9, N).round(3) for name in ("votes_a", "votes_b", "income")})
    frame["kind"] = RNG.choice(["x", "y", "z"], N)
    profile = profile_table(frame.astype(str))
    a, b, income, kind = of(profile, "votes_a", "votes_b", "income", "kind")
    assert likeness(a, b) > likeness(a, income) > likeness(a, kind) == 0


def test_a_sister_comes_after_another_question() -> None:
    base = RNG.normal(size=N)
    noisy = {f"points_{k}": (base + RNG.normal(0, 0.6, N)).round(3) for k in "abcd"}
    frame = pd.DataFrame({**noisy, "tone": np.where(base + RNG.normal(0, 0.5, N) > 0, "high", "low")})
    targets = [one.target for one in formulations(profile_table(frame.astype(str)), limit=2)]
    assert targets == ["points_a", "tone"]


def test_a_table_without_an_outcome_by_name_is_asked_all_the_same() -> None:
    base = RNG.normal(size=N)
    frame = pd.DataFrame({"region_size": base.round(3), "male_share": (base + RNG.normal(0, 0.4, N)).round(3)})
    assert formulations(profile_table(frame.astype(str)))


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("mortality", "temperature"),
        ("churned", "plan"),
        ("yield", "plot"),
        ("wage", "education"),
        ("price", "latitude"),
    ],
)
def test_ratings_order_words_as_people_do(more: str, less: str) -> None:
    high, low = rating(more), rating(less)
    assert high is not None
    assert low is not None
    assert 0 <= low < high <= 9


def test_every_word_is_rated_once_in_lower_case() -> None:
    read = tomllib.loads(Path(asked.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    words = [word for line in read.values() for word in line.split()]
    assert {*read} == {*"0123456789"}
    assert len(words) == len({*words}) > 5000
    assert all(word.isalpha() and word.islower() for word in words)


def test_a_word_that_nobody_rated_says_nothing() -> None:
    profile = profile_table(pd.DataFrame({"qzxv": RNG.normal(size=N), "mortality": RNG.normal(size=N)}).astype(str))
    unknown, known = of(profile, "qzxv", "mortality")
    assert rating("qzxv") is None
    assert by_ratings(unknown) == []
    assert by_ratings(known)[0][0] > 1


def test_what_the_documentation_says_is_rated_too() -> None:
    frame = pd.DataFrame({"a1": RNG.normal(size=N), "a2": RNG.normal(size=N)}).astype(str)
    profile = profile_table(frame, "a1: mortality of the mice\n\na2: latitude of the cage\n")
    (high, _), (low, _) = (by_ratings(one)[-1] for one in of(profile, "a1", "a2"))
    assert high > 0 > low


def test_a_stray_word_among_grades_is_no_grade() -> None:
    grade = np.where(np.arange(20 * N) % 400 == 0, "other", RNG.integers(9, 13, 20 * N).astype(str))
    profile = profile_table(pd.DataFrame({"grade": grade, "x": RNG.normal(size=20 * N)}).astype(str))
    (found,) = of(profile, "grade")
    assert found.labels == ("9", "10", "11", "12")
    assert found.usable.sum() == (grade != "other").sum()
