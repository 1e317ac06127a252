"""Boards from results tables: who is rated, what is flagged, what does not change them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboards.board import board, rate
from leaderboards.enough import enough
from leaderboards.errors import Islands
from leaderboards.rows import Flag, Views
from tests.leaderboards.reports import pairs_of
from tests.leaderboards.tables import STRENGTHS, controls, ended, results


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return results(STRENGTHS, tasks=16, seed=3)


def test_a_board_is_ordered_centred_and_has_intervals(table: pd.DataFrame) -> None:
    made = board(table)
    ratings = [row.rating or 0.0 for row in made.rows]
    assert ratings == sorted(ratings, reverse=True)
    assert np.mean(ratings) == pytest.approx(1000)
    assert [row.rank for row in made.rows] == [1, 2, 3, 4, 5]
    assert made.rows[-1].contestant == "constant"
    for row in made.rows:
        assert row.low is not None
        assert row.high is not None
        assert row.low < (row.rating or 0) < row.high
        assert (row.rank_low or 9) <= (row.rank or 0) <= (row.rank_high or 0)
        assert row.battles == 16 * 4
        assert row.win_rate == pytest.approx((row.wins + row.ties / 2) / row.battles)
    assert made.parameters.clusters == 16
    assert made.cells == 80


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    table = pd.concat([results(STRENGTHS, tasks=6), controls(results(STRENGTHS, tasks=6))], ignore_index=True)
    assert board(table.sample(frac=1, random_state=seed)).to_dict() == board(table).to_dict()


def test_the_first_name_has_no_advantage(table: pd.DataFrame) -> None:
    """Renaming contestants so that their order turns around moves no rating."""
    renamed = table.assign(contestant=table["contestant"].map(lambda name: f"{'zyxwv'[len(name) % 5]}{name}"))
    before = {row.contestant: row.rating for row in board(table).rows}
    after = {row.contestant[1:]: row.rating for row in board(renamed).rows}
    assert after == pytest.approx(before, abs=1e-7)


def test_controls_prove_the_grader_and_are_not_rated(table: pd.DataFrame) -> None:
    made = board(pd.concat([table, controls(table)], ignore_index=True))
    assert tuple(replace(row, views=Views()) for row in made.rows) == tuple(
        replace(row, views=Views()) for row in board(table).rows
    )
    assert [(row.contestant, row.holds) for row in made.controls] == [
        ("nothing", True),
        ("oracle", True),
        ("sample_submission", True),
    ]


def test_controls_that_never_ran_prove_nothing(table: pd.DataFrame) -> None:
    proof = controls(table)
    made = board(pd.concat([table, ended(proof, proof["task"].notna(), "error")], ignore_index=True))
    assert [(row.holds, row.cells, row.errors) for row in made.controls] == [(False, 0, 16)] * 3


def test_controls_alone_are_a_board_without_contestants(table: pd.DataFrame) -> None:
    made = board(controls(table))
    assert (made.rows, made.tasks, made.cells) == ((), (), 0)
    assert all(row.holds for row in made.controls)


def test_a_control_that_fails_names_the_task(table: pd.DataFrame) -> None:
    proof = controls(table)
    first = proof["task"] == "generated_000"
    proof = proof.assign(score=proof["score"].mask(first & (proof["contestant"] == "oracle"), 50.0))
    proof = ended(proof, (proof["task"] == "generated_001") & (proof["contestant"] == "sample_submission"), "invalid")
    late = (proof["contestant"] == "nothing") & first
    proof = proof.assign(status=proof["status"].mask(late, "graded"), score=proof["score"].mask(late, 5.0))
    made = {row.contestant: row for row in board(pd.concat([table, proof], ignore_index=True)).controls}
    assert made["oracle"].against == ("generated_000",)
    assert made["sample_submission"].against == ("generated_001",)
    assert made["nothing"].against == ("generated_000",)
    assert not any(row.holds for row in made.values())


def test_errors_are_counted_apart(table: pd.DataFrame) -> None:
    broken = ended(table, (table["contestant"] == "linear") & (table["task"] < "generated_004"), "error")
    made = board(broken)
    row = made.row("linear")
    assert (row.errors, row.runs, row.valid_rate, row.battles) == (4, 12, 1.0, 48)
    assert made.errors == 4


def test_failures_count_as_losses_in_valid_rate_and_wins(table: pd.DataFrame) -> None:
    broken = ended(table, (table["contestant"] == "blend") & (table["task"] < "generated_004"), "missing")
    assert board(broken).row("blend").valid_rate == 0.75
    assert (board(broken).row("blend").rating or 0) < (board(table).row("blend").rating or 0)


def test_an_undefeated_agent_is_flagged_and_open_above(table: pd.DataFrame) -> None:
    giant = results({"giant": 50.0}, tasks=16)
    dwarf = results({"dwarf": -50.0}, tasks=16)
    made = board(pd.concat([table, giant, dwarf], ignore_index=True))
    top, bottom = made.row("giant"), made.row("dwarf")
    assert top.flags == bottom.flags == (Flag.BOUNDED,)
    assert (top.high, bottom.low) == (None, None)
    assert None not in (top.low, bottom.high)
    assert made.row("linear").flags == ()
    assert made.parameters.prior == 1
    assert "dwarf, giant" in made.notes[0]


def test_all_ties_have_equal_ratings_and_no_interval(table: pd.DataFrame) -> None:
    made = board(table.assign(score=1.0))
    assert [row.rating for row in made.rows] == pytest.approx([1000.0] * 5)
    assert {row.flags for row in made.rows} == {(Flag.NO_INTERVAL,)}
    assert {row.rank for row in made.rows} == {1}
    assert {(row.rank_low, row.rank_high) for row in made.rows} == {(1, 5)}
    assert made.tie_share == 1
    assert {(row.wins, row.ties, row.win_rate) for row in made.rows} == {(0, 64, 0.5)}
    assert made.separation.best_beats_constant == 0


def test_all_failed_is_all_ties(table: pd.DataFrame) -> None:
    made = board(ended(table, table["score"].notna(), "missing"))
    assert [row.rating for row in made.rows] == pytest.approx([1000.0] * 5)
    assert made.separation.best_beats_constant is None
    assert made.tasks[0].best is None
    assert made.tasks[0].failed == 1


def test_one_agent_is_not_rated(table: pd.DataFrame) -> None:
    made = board(table[table["contestant"] == "linear"])
    assert made.rows[0].rating is None
    assert made.rows[0].flags == (Flag.UNPLAYED,)
    assert "nobody is rated" in made.notes[0]
    json.dumps(made.to_dict(), allow_nan=False)


def test_only_errors_is_not_rated(table: pd.DataFrame) -> None:
    made = board(ended(table, table["score"].notna(), "error"))
    assert {row.rating for row in made.rows} == {None}
    assert (made.errors, made.cells, made.tasks) == (80, 0, ())


def test_a_contestant_without_a_battle_is_no_island(table: pd.DataFrame) -> None:
    alone = results({"hermit": 0.0}, tasks=1, collection="elsewhere")
    row = board(pd.concat([table, alone], ignore_index=True)).row("hermit")
    assert (row.rating, row.flags) == (None, (Flag.UNPLAYED,))


def test_islands_are_named(table: pd.DataFrame) -> None:
    others = results({"x": 0.0, "y": 1.0}, tasks=4, collection="elsewhere")
    with pytest.raises(Islands, match=r"\{blend, boosting, constant, forest, linear\}; \{x, y\}"):
        board(pd.concat([table, others], ignore_index=True))


def test_two_versions_of_a_task_are_no_battle(table: pd.DataFrame) -> None:
    newer = table[table["contestant"] == "linear"].assign(task_version="2-A")
    made = board(pd.concat([table[table["contestant"] != "linear"], newer], ignore_index=True))
    assert made.row("linear").flags == (Flag.UNPLAYED,)
    assert "several versions" in made.notes[0]


def test_baselines_alone_are_titled_so(table: pd.DataFrame) -> None:
    assert board(table, title="Mine").heading == "Mine (no language model)"
    with_model = table.assign(
        model=table["contestant"].map(lambda name: "openai/x" if name == "blend" else "none/none")
    )
    assert board(with_model, title="Mine").heading == "Mine"


def test_a_task_says_what_it_tells(table: pd.DataFrame) -> None:
    task = board(table.assign(score=table["score"].round(3))).tasks[0]
    scores = table[table["task"] == task.task].set_index("contestant")["score"].round(3)
    assert task.direction == "minimize"
    assert (task.best, task.worst) == (scores.min(), scores.max())
    assert task.best_by == (scores.idxmin(),)
    assert task.constant == scores["constant"]
    assert task.beat_constant == (scores.drop("constant") < scores["constant"]).mean()
    assert task.median == pytest.approx(scores.median())
    assert (task.tied, task.failed) == (0, 0)


def test_separation_counts_tasks(table: pd.DataFrame) -> None:
    flat = table["task"].isin(["generated_000", "generated_001"])
    made = board(table.assign(score=table["score"].mask(flat, 1.0)))
    beaten = np.mean([(task.beat_constant or 0) > 0 for task in made.tasks])
    assert made.separation.some_tied == pytest.approx(2 / 16)
    assert made.separation.best_beats_constant == pytest.approx(beaten)


def test_rating_plain_scores_equals_rating_a_table(table: pd.DataFrame) -> None:
    wide = table.pivot_table(index="task", columns="contestant", values="score")
    lower = [index % 2 == 1 for index in range(16)]
    made = rate(wide, higher_is_better=lower, decimals=5)
    ratings = {row.contestant: row.rating for row in made.rows}
    assert ratings == pytest.approx({row.contestant: row.rating for row in board(table).rows})


def test_a_board_is_plain_json_and_a_frame(table: pd.DataFrame) -> None:
    made = board(table)
    text = json.dumps(made.to_dict(), allow_nan=False)
    assert json.loads(text)["rows"][0]["contestant"] == made.rows[0].contestant
    assert list(made.to_frame()["contestant"]) == [row.contestant for row in made.rows]


def test_equal_ratings_are_ordered_by_name_wherever_they_are_listed() -> None:
    """Twins have the same scores; what their ratings differ by is rounding, and of 40 boards it turns some over."""
    names = list("dbcaDBCA")
    turned = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores = rng.gumbel(size=(rng.integers(5, 30), 4))
        made = rate(np.hstack([scores, scores]), names, rounds=1)
        assert made.ratings is not None
        listed = [row.contestant for row in made.rows]
        ratings = {row.contestant: round(row.rating or 0.0, 6) for row in made.rows}
        assert listed == sorted(names, key=lambda name: (-ratings[name], name))
        for row in made.rows:
            assert row.rank == 1 + sum(other > ratings[row.contestant] for other in ratings.values())
        assert [one.what[0] for one in enough(made.ratings, 50.0, rounds=2).contestants] == listed
        turned += listed != [names[one] for one in np.argsort(-made.ratings.elo, kind="stable")]
        pairs = pairs_of(made)
        found = pairs.furthest(100)
        keys = [(-round(pairs.difference[pair], 9), *(pairs.contestants[one] for one in pair)) for pair in found]
        assert keys == sorted(keys)
    assert turned
