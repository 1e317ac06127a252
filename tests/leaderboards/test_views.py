"""Other views of the same cells: each definition on a table small enough for the head, then through a board."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboards.board import board
from leaderboards.errors import BrokenTable
from leaderboards.pareto import prices
from leaderboards.report import write_report
from leaderboards.report.pareto import pareto_chart
from leaderboards.rows import Views
from leaderboards.views import area_under_profile, human_rank, medal, medal_positions
from tests.leaderboards.reports import assert_same_files, traces_of
from tests.leaderboards.tables import controls, results

AGENTS = {f"a{i}": 0.4 * i for i in range(7)}


@pytest.mark.parametrize(
    ("ratios", "area"),
    [([1.0], 1.0), ([10.0], 0.0), ([np.sqrt(10)], 0.5), ([1.0, 10.0, 1000.0, np.inf], 0.25), ([np.inf], 0.0)],
)
def test_the_area_under_a_profile(ratios: list[float], area: float) -> None:
    assert area_under_profile(np.array(ratios)) == pytest.approx(area)


@given(st.lists(st.floats(1, 50), min_size=1, max_size=12))
def test_the_area_is_the_integral_of_the_profile(ratios: list[float]) -> None:
    grid = np.linspace(0, 1, 20_001)
    profile = np.mean(np.log10(np.array(ratios))[:, None] <= grid[None, :], axis=0)
    assert area_under_profile(np.array(ratios)) == pytest.approx(np.trapezoid(profile, grid), abs=2e-4)


def test_human_rank_counts_who_is_better() -> None:
    humans = np.array([0.9, 0.8, 0.8, 0.5])
    assert [human_rank(score, humans) for score in (1.0, 0.9, 0.8, 0.6, 0.1)] == [1.0, 1.0, 0.75, 0.25, 0.0]


@pytest.mark.parametrize(
    ("teams", "positions"),
    [
        (1, (1, 1, 1)),
        (50, (5, 10, 20)),
        (99, (9, 19, 39)),
        (100, (10, 20, 40)),
        (249, (10, 49, 99)),
        (250, (10, 50, 100)),
        (999, (11, 50, 100)),
        (1000, (12, 50, 100)),
        (2000, (14, 100, 200)),
    ],
)
def test_medals_follow_kaggles_positions(teams: int, positions: tuple[int, int, int]) -> None:
    assert medal_positions(teams) == positions


def test_a_medal_is_a_position_reached() -> None:
    ladder = np.arange(50.0)  # the best is 49; gold ends at 45, silver at 40, bronze at 30
    assert [medal(score, ladder) for score in (60, 45, 44.9, 40, 30, 29.9)] == [3, 3, 2, 2, 1, 0]


def table(**more: object) -> pd.DataFrame:
    return results(AGENTS, 6, epochs=2).assign(**more)


def humans(rows: pd.DataFrame, entries: int = 50) -> pd.DataFrame:
    """A human leaderboard on the first task, which is minimised: scores 1, 2, 3 and so on."""
    first = rows[rows["task"] == "generated_000"].iloc[[0]]
    many = pd.concat([first] * entries, ignore_index=True)
    names = [f"team {i}" for i in range(entries)]
    return many.assign(contestant=names, family="human", score=np.arange(1.0, entries + 1))


def test_human_entries_are_marks_and_no_contestants() -> None:
    rows = table()
    plain, with_humans = board(rows), board(pd.concat([rows, humans(rows)], ignore_index=True))
    assert [row.contestant for row in with_humans.rows] == [row.contestant for row in plain.rows]
    assert [row.rating for row in with_humans.rows] == [row.rating for row in plain.rows]
    assert with_humans.tasks == plain.tasks
    assert plain.rows[0].views.human_rank is None
    scores = rows[(rows["contestant"] == "a3") & (rows["task"] == "generated_000")]["score"]
    expected = np.mean([1 - (np.arange(1, 51) < score).sum() / 50 for score in scores])
    assert with_humans.row("a3").views.human_rank == pytest.approx(expected)
    assert any("HumanRank is over the 1 tasks" in note for note in with_humans.notes)


def test_humans_do_not_speak_against_the_oracle() -> None:
    rows = table()
    made = board(pd.concat([rows, controls(rows), humans(rows).assign(score=-1e6)], ignore_index=True))
    assert next(control for control in made.controls if control.contestant == "oracle").holds


def test_normalised_from_the_controls() -> None:
    rows = table()
    made = board(pd.concat([rows, controls(rows)], ignore_index=True))
    own = rows[rows["contestant"] == "a6"]
    low = np.where(own["direction"] == "maximize", -9.0, -19.0)
    high = 99.0
    value = np.where(own["direction"] == "maximize", 1, -1) * own["score"]
    assert made.row("a6").views.normalized == pytest.approx(np.mean((value - low) / (high - low)))
    assert board(rows).row("a6").views.normalized is None


def test_normalised_as_the_log_says_clipped_and_failures_are_0() -> None:
    rows = table(normalized=0.5)
    own = rows["contestant"] == "a2"
    rows.loc[own & (rows["task"] == "generated_001"), "normalized"] = -3.0
    failed = own & (rows["task"] == "generated_002") & (rows["epoch"] == 1)
    rows.loc[failed, ["status", "score", "normalized"]] = ["missing", np.nan, np.nan]
    assert board(rows).row("a1").views.normalized == pytest.approx(0.5)
    assert board(rows).row("a2").views.normalized == pytest.approx((4 * 0.5 + 0 + 0.25) / 6)


def test_a_normalised_score_must_be_finite() -> None:
    rows = table(normalized=0.5)
    rows.loc[1, "normalized"] = np.inf
    with pytest.raises(BrokenTable, match="row 2, column 'normalized'"):
        board(rows)


def test_an_error_is_in_no_view() -> None:
    rows = table(normalized=0.5)
    gone = (rows["contestant"] == "a2") & (rows["epoch"] == 1)
    rows.loc[gone, ["status", "score", "normalized"]] = ["error", np.nan, np.nan]
    assert board(rows).row("a2").views.normalized == pytest.approx(0.5)


def test_aup_is_of_ratios_to_the_best() -> None:
    rows = results({"a": 0.0, "b": 0.0}, 3).assign(decimals=9)
    rows["score"] = [1.0, 2.0, 0.9, 0.3, 5.0, 0.0]  # minimised, maximised, minimised with a 0: no ratio
    made = board(rows)
    assert made.row("a").views.aup == pytest.approx(1.0)
    assert made.row("b").views.aup == pytest.approx((1 - np.log10(2) + 1 - np.log10(3)) / 2)
    assert any("over 2 of 3 tasks" in note for note in made.notes)


def test_a_failed_run_has_no_area() -> None:
    rows = results({"a": 0.0, "b": 0.0}, 2).assign(score=1.0)
    rows.loc[0, ["status", "score"]] = ["invalid", np.nan]
    assert board(rows).row("a").views.aup == pytest.approx(0.5)


def test_medals_on_the_human_leaderboard() -> None:
    rows = table()
    rows = rows[rows["task"] == "generated_000"]
    marks = {"a0": 60.0, "a1": 20.0, "a2": 10.0, "a3": 5.0, "a4": 0.5}
    rows["score"] = rows["contestant"].map(marks).fillna(50.0)
    made = board(pd.concat([rows, humans(rows)], ignore_index=True))
    won = {name: made.row(name).views for name in marks}
    assert [won[name].any_medal for name in marks] == [0, 1, 1, 1, 1]
    assert (won["a1"].bronze, won["a2"].silver, won["a3"].gold, won["a4"].gold) == (1, 1, 1, 1)


def test_medals_on_the_ladder_of_baselines_are_for_models() -> None:
    rows = pd.concat([table(), results({"react@gpt": 9.0, "react@tiny": -9.0}, 6, seed=5)], ignore_index=True)
    rows["model"] = rows["contestant"].where(rows["contestant"].str.contains("@"), "").str.partition("@")[2]
    made = board(rows)
    assert made.row("react@gpt").views.gold == 1
    assert made.row("react@tiny").views.any_medal == 0
    assert made.row("a6").views.any_medal is None
    assert any("the ladder of baselines on 6 tasks" in note for note in made.notes)
    few = rows[~rows["contestant"].isin(["a0", "a1", "a2"])]
    assert board(few).row("react@gpt").views.gold is None


def priced(costs: dict[str, float | None]) -> pd.DataFrame:
    rows = results(dict(zip(costs, np.linspace(0, 6, len(costs)), strict=True)), 8, noise=0.3)
    return rows.assign(cost_usd=rows["contestant"].map(costs).astype(float), seconds=2.0)


def test_the_best_for_their_price() -> None:
    made = board(priced({"weak": 1.0, "cheap": 0.1, "dear": 3.0, "good": 2.0}))
    found = prices(made.rows)
    assert found is not None
    assert found.unit == "US dollars a run"
    assert [point.contestant for point in found.points] == ["cheap", "weak", "good", "dear"]
    assert [point.contestant for point in found.points if point.best] == ["cheap", "good"]
    assert found.points[0].price == pytest.approx(0.1)


def test_of_two_at_one_price_the_better_is_best() -> None:
    found = prices(board(priced({"weak": 1.0, "good": 1.0})).rows)
    assert found is not None
    assert [(point.contestant, point.best) for point in found.points] == [("good", True), ("weak", False)]


def test_unknown_costs_are_named_and_time_stands_in() -> None:
    some = prices(board(priced({"a": 1.0, "b": None, "c": 2.0})).rows)
    assert some is not None
    assert some.left_out == ("b",)
    none = prices(board(priced({"a": 1.0, "b": None, "c": None})).rows)
    assert none is not None
    assert none.unit == "seconds a run"
    assert prices(board(priced({"a": None, "b": None}).assign(seconds=np.nan)).rows) is None


def test_what_is_free_has_a_place_on_the_axis() -> None:
    found = prices(board(priced({"free": 0.0, "b": 1.0, "c": 2.0})).rows)
    assert found is not None
    data = traces_of(pareto_chart(found))
    assert data[1]["x"] == [-1.0, 0.0, pytest.approx(np.log10(2), abs=1e-3)]
    assert data[1]["customdata"][0] == "0"


def test_every_form_shows_the_views(tmp_path: Path) -> None:
    rows = table(normalized=0.5, cost_usd=0.25)
    rows["contestant"] = rows["contestant"].replace("a5", "<script>$x_{")
    made = board(pd.concat([rows, humans(rows)], ignore_index=True))
    page = write_report(tmp_path / "a", made).read_text()
    assert 'id="chart-pareto"' in page
    assert "HumanRank: the share of a human leaderboard" in page
    assert "<script>$x_{" not in page
    text = (tmp_path / "a" / "leaderboard.md").read_text()
    assert "## Other views" in text
    assert "Nobody beats these in both rating and US dollars a run" in text
    frame = pd.read_csv(tmp_path / "a" / "leaderboard.csv")
    assert set(Views.__dataclass_fields__) <= set(frame.columns)
    assert frame["normalized"].eq(0.5).all()
    stored = json.loads((tmp_path / "a" / "leaderboard.json").read_text())
    assert stored["boards"]["Leaderboard"]["rows"][0]["views"]["normalized"] == 0.5
    assert (tmp_path / "a" / "pareto.png").stat().st_size > 10_000
    write_report(tmp_path / "b", made)
    assert_same_files(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("case", ["all failed", "one agent", "only errors"])
def test_odd_tables_have_views_or_none(case: str) -> None:
    rows = table(normalized=np.nan)
    if case == "one agent":
        assert board(rows[rows["contestant"] == "a1"]).row("a1").views.aup is not None
        return
    status = {"all failed": "invalid", "only errors": "error"}[case]
    made = board(rows.assign(status=status, score=np.nan))
    assert all(row.views == Views() for row in made.rows)
