"""`rate` and `agreement` on arrays and data frames: what is taken, what is refused, what a result carries."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leaderboards.board import battle_board, board
from leaderboards.errors import BadOption, Islands, LeaderboardError, PartOfWhole, TooFewCommon, UnboundedTies
from leaderboards.outcomes import BadScores, win_credits
from leaderboards.published import published
from leaderboards.ratings import Ties, rate_outcomes
from leaderboards.rows import Flag
from mlesmith import agreement, rate
from tests.leaderboards.tables import results
from tests.leaderboards.test_battles import battles
from tests.leaderboards.test_intervals import drawn

NAN, FAILED = np.nan, -np.inf
SKILL = np.linspace(0, 3, 9)


def scores(seed: int, tasks: int = 40) -> np.ndarray:
    return np.round(SKILL + np.random.default_rng(seed).gumbel(size=(tasks, 9)), 3)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "one dimension": (lambda: rate([1.0, 2.0]), r"shape \(2,\); expected are tasks by contestants"),
    "nothing": (lambda: rate([]), r"shape \(0,\)"),
    "no contestant": (lambda: rate(np.zeros((3, 0))), r"shape \(3, 0\)"),
    "words": (lambda: rate([["good", 1.0]]), "no table of numbers: could not convert string to float: 'good'"),
    "ragged": (lambda: rate([[1.0, 2.0], [1.0]]), "no table of numbers"),
    "plus infinity": (lambda: rate([[1, 2], [1, np.inf]], ["a", "b"], ["t", "u"]), r"score of b on u is \+infinity"),
    "a name twice": (lambda: rate([[1, 2, 3]], ["a", "b", "a"]), "contestant is named twice: a"),
    "a task twice": (lambda: rate([[1, 2], [2, 1]], tasks=["t", "t"]), "task is named twice: t"),
    "a column twice": (lambda: rate(pd.DataFrame([[1, 2]], columns=["a", "a"])), "contestant is named twice: a"),
    "too few names": (lambda: rate([[1, 2]], ["a"]), "1 tasks .rows. and 1 contestants"),
    "too many clusters": (lambda: rate([[1, 2]], clusters=["x", "y"]), "2 clusters for 1 tasks"),
    "directions in words": (lambda: rate([[1, 2]], higher_is_better=["minimize"]), "True or False; found are str"),
    "too many directions": (lambda: rate([[1, 2]], higher_is_better=[True, False]), r"1 tasks, .* shape \(2,\)"),
    "agreement of words": (lambda: agreement("left.csv", "right.csv"), "no table of numbers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_meant_is_refused(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(BadScores, match=words):
        call()


WHOLE = "rounds is a whole number of at least 1, for example 1000; found is "
OPTIONS: dict[str, tuple[dict[str, object], str]] = {
    "no rounds": ({"rounds": 0}, f"{WHOLE}0"),
    "rounds below 0": ({"rounds": -3}, f"{WHOLE}-3"),
    "half a round": ({"rounds": 2.5}, f"{WHOLE}2.5"),
    "rounds in words": ({"rounds": "many"}, f"{WHOLE}many"),
    "percent": ({"confidence": 95}, "confidence lies between 0 and 1, for example 0.95; found is 95"),
    "percent in words": ({"confidence": "95 %"}, "found is 95 %"),
    "certainty": ({"confidence": 1.0}, "found is 1.0"),
    "no confidence": ({"confidence": NAN}, "found is nan"),
}
BOARDS: dict[str, Callable[..., object]] = {
    "rate": lambda **options: rate(scores(1), **options),
    "rate, nobody rated": lambda **options: rate([[NAN, NAN]], **options),
    "board": lambda **options: board(results({"a": 0.0, "b": 1.0}, 4), **options),
    "board, nobody rated": lambda **options: board(results({"a": 0.0}, 4), **options),
    "battle_board": lambda **options: battle_board(battles(40, 3), **options),
    "rate_outcomes": lambda **options: rate_outcomes(drawn([0.0, 0.5], 9, seed=1), **options),
    "agreement": lambda **options: agreement(scores(1), scores(2), **options),
    "agreement, published": lambda **options: agreement(published("mle-smith/smith"), scores(2), **options),
}


@pytest.mark.parametrize("board_of", BOARDS)
@pytest.mark.parametrize("name", OPTIONS)
def test_every_board_refuses_options_that_can_not_be_meant(name: str, board_of: str) -> None:
    options, words = OPTIONS[name]
    with pytest.raises(BadOption, match=re.escape(words)):
        BOARDS[board_of](**options)


@pytest.mark.parametrize("decimals", [1.5, -1, 13, NAN, np.inf, -np.inf, "2"], ids=str)
def test_decimals_that_can_not_be_meant_are_refused(decimals: Any) -> None:
    with pytest.raises(BadOption, match=f"decimals is a whole number from 0 to 12, or None; found is {decimals}"):
        rate([[1, 2]], decimals=decimals)


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    told = rate(scores(1), decimals=np.int64(2), rounds=np.int32(9), confidence=np.float32(0.5))  # type: ignore[arg-type]
    assert (told.parameters.rounds, told.parameters.confidence) == (9, 0.5)
    assert rate(scores(1), decimals=2.0).rows == rate(scores(1), decimals=2).rows  # type: ignore[arg-type]


def test_other_refusals_have_their_own_class() -> None:
    with pytest.raises(LeaderboardError, match="'half' or 'davidson'; found is 'third'"):
        rate([[1, 2]], ties="third")
    with pytest.raises(UnboundedTies):
        rate([[1, 1], [1, 1]], ties=Ties.DAVIDSON)
    with pytest.raises(Islands, match=r"\{a, b\}; \{c, d\}"):
        rate([[1, 2, NAN, NAN], [NAN, NAN, 2, 1]], list("abcd"))
    with pytest.raises(TooFewCommon, match="Missing on the right: agent4"):
        agreement(scores(1), scores(2)[:, :3])
    with pytest.raises(KeyError, match="'x' is on no row of 'Mine'; there are agent2, agent1"):
        rate([[1, 2]], title="Mine").row("x")


FLAGGED = {
    "one agent": ([[1.0], [2.0]], [[Flag.UNPLAYED]], "nobody is rated"),
    "never run": ([[NAN, NAN]], [[Flag.UNPLAYED], [Flag.UNPLAYED]], "nobody is rated"),
    "one task": ([[1.0, 2.0, 3.0]], [[Flag.BOUNDED]] * 3, "one dataset, so there are no intervals"),
    "all ties": ([[1.0, 1.0]] * 4, [[Flag.NO_INTERVAL]] * 2, "Every dataset says the same"),
    "seven of one mind": ([[1.0, 2.0, 3.0]] * 7, [[Flag.BOUNDED]] * 3, "Every dataset says the same"),
    "all failed": ([[FAILED, FAILED]] * 4, [[Flag.NO_INTERVAL]] * 2, "Every dataset says the same"),
    "a hermit": ([[1.0, 2.0, NAN], [2.0, 1.0, NAN], [NAN, NAN, 1.0]], [[], [], [Flag.UNPLAYED]], ""),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_what_says_little_is_rated_and_flagged(name: str) -> None:
    values, flags, note = FLAGGED[name]
    made = rate(values)
    names = [f"agent{i + 1}" for i in range(len(flags))]
    assert [list(made.row(contestant).flags) for contestant in names] == flags
    assert note in " ".join(made.notes)
    for row in made.rows:
        assert (row.rating is None) == (Flag.UNPLAYED in row.flags)
        if Flag.NO_INTERVAL in row.flags:
            assert (row.rating, row.low, row.high) == (pytest.approx(1000), None, None)


@pytest.mark.parametrize(("shift", "end"), [(9.0, "high"), (-9.0, "low")], ids=["undefeated", "winless"])
def test_an_undefeated_or_winless_agent_is_bounded_and_open(shift: float, end: str) -> None:
    values = scores(3)
    values[:, 4] += shift
    row = rate(values).row("agent5")
    assert row.flags == (Flag.BOUNDED,)
    assert row.win_rate == (1.0 if shift > 0 else 0.0)
    assert getattr(row, end) is None
    assert row.low is not None or row.high is not None
    others = [other for other in rate(values).rows if other.contestant != "agent5"]
    assert all(other.flags == () for other in others)


def test_failed_and_not_run_are_two_things() -> None:
    values = scores(4)
    values[:10, 8] = NAN
    skipped = rate(values).row("agent9")
    values[:10, 8] = FAILED
    failed = rate(values).row("agent9")
    assert (skipped.runs, skipped.valid_rate) == (30, 1.0)
    assert (failed.runs, failed.valid_rate) == (40, 0.75)
    assert (failed.rating or 0) < (skipped.rating or 0) - 50


def test_a_frame_an_array_and_lists_are_one_table() -> None:
    values = scores(5)
    frame = pd.DataFrame(values, columns=[f"agent{i + 1}" for i in range(9)])
    expected = rate(values).to_dict()
    assert rate(values.tolist()).to_dict() == expected
    assert rate(frame).to_dict() == expected
    assert rate(frame.astype(object)).to_dict() == expected
    assert rate(values[:, :, None]).to_dict() == expected


def test_directions_turn_the_tasks_that_they_name() -> None:
    values = scores(6)
    higher = np.arange(40) % 2 == 0
    turned = np.where(higher[:, None], values, -values)
    assert rate(turned, higher_is_better=higher).to_dict()["rows"] == rate(values).to_dict()["rows"]


def test_unnamed_tasks_of_two_tables_are_not_the_same_tasks() -> None:
    found = agreement(scores(1), scores(2))
    assert (found.left, found.right) == ("left", "right")
    assert found.corrected is not None
    assert not any("share" in note for note in found.notes)
    with pytest.raises(PartOfWhole, match=r"share .*task1 of"):
        agreement(scores(1), pd.DataFrame(scores(1)))


def test_rows_that_are_only_counted_name_no_tasks() -> None:
    """Filtered, glued or as they came: row 3 of one table is not row 3 of another."""
    left, right = (pd.DataFrame(scores(seed), columns=list("abcdefghi")) for seed in (1, 2))
    found = agreement(left[left["a"] > 0], right[right["a"] > 0])
    assert not any("share" in note for note in found.notes)
    twice = pd.concat([left[left["a"] > 0], right[right["a"] > 0]])
    assert twice.index.duplicated().any()
    assert rate(twice).task_count == len(twice)
    assert agreement(left[left["a"] > 0], left[left["a"] <= 0]).left == "left"
    with pytest.raises(PartOfWhole):
        agreement(left[left["a"] > 0], left[left["a"] > 0])


@pytest.mark.parametrize(
    "named",
    [
        pd.RangeIndex(40, name="task"),
        pd.Index(range(3, 43), name="task"),
        pd.Index([f"{i}" for i in range(40)]),
        pd.MultiIndex.from_product([["x", "y"], range(20)]),
    ],
    ids=["a range with a name", "numbers with a name", "texts", "two levels"],
)
def test_an_index_of_names_names_the_tasks(named: pd.Index) -> None:
    left, right = (pd.DataFrame(scores(seed)).set_index(named) for seed in (1, 2))
    made = rate(left)
    assert made.ratings is not None
    assert made.ratings.outcomes.tasks == tuple(map(str, named))
    with pytest.raises(PartOfWhole):
        agreement(left, right)


def test_columns_name_the_contestants_even_if_they_are_numbers() -> None:
    """A contestant is the same in two tables by its label alone, so whoever is left out, nobody is mistaken."""
    left, right = (pd.DataFrame(scores(seed)) for seed in (1, 2))
    points = agreement(left[[0, 2, 3, 5, 6, 8]], right[[8, 6, 5, 4, 3, 2]]).points
    assert {point.contestant for point in points} == set("23568")


def test_agreement_takes_what_rate_takes() -> None:
    boards = agreement(rate(scores(1), title="left"), rate(scores(2), title="right"))
    assert agreement(scores(1), scores(2)) == boards
    frames = [pd.DataFrame(scores(seed), columns=[f"agent{i + 1}" for i in range(9)]) for seed in (1, 2)]
    assert agreement(frames[0], frames[1][frames[1].columns[::-1]]).r.value == pytest.approx(boards.r.value)


def test_results_are_frozen_and_carry_what_made_them() -> None:
    made = rate(scores(1), confidence=0.9, rounds=50, seed=3, ties="davidson", decimals=1)
    told = made.parameters
    assert (told.confidence, told.rounds, told.seed, told.ties, told.clusters) == (0.9, 50, 3, Ties.DAVIDSON, 40)
    assert (told.nu or 0) > 0
    found = agreement(scores(1), scores(2), confidence=0.9, rounds=50, seed=3)
    assert (found.confidence, found.rounds, found.seed) == (0.9, 50, 3)
    for result in (made, told, made.rows[0], found, found.r, found.noise):
        with pytest.raises(FrozenInstanceError):
            result.seed = 1  # type: ignore[union-attr, misc]
    narrow, wide = (rate(scores(1), confidence=level).rows[0] for level in (0.5, 0.99))
    assert (narrow.high or 0) < (wide.high or 0)


def test_credits_counted_in_pieces_are_those_counted_at_once() -> None:
    """More tasks than one piece holds, plain ones among ties, failures and holes."""
    values = np.round(np.random.default_rng(0).gumbel(size=(9000, 6, 1)), 2)
    values[::7, 2], values[::11, 3], values[::11, 4] = NAN, FAILED, FAILED
    rows = [win_credits(values[t : t + 1])[0] for t in range(0, 9000, 301)]
    np.testing.assert_array_equal(win_credits(values)[::301], rows)
    two = win_credits(np.repeat(values, 2, axis=2))
    np.testing.assert_allclose(win_credits(values), two, atol=1e-12)


def test_the_front_door_opens_at_once() -> None:
    """50 ms of processor time, and nothing of the data stack, until something is asked for."""
    program = (
        "import sys, time; begun = time.process_time(); import mlesmith; spent = time.process_time() - begun; "
        "print(spent, sorted({'numpy', 'pandas', 'inspect_ai', 'leaderboards'} & set(sys.modules)), dir(mlesmith))"
    )
    said = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split(" ", 1)
        for _ in range(3)
    ]
    assert min(float(spent) for spent, _ in said) < 0.05
    assert said[0][1].strip() == "[] ['agreement', 'generate', 'load_task', 'rate', 'verify']"
