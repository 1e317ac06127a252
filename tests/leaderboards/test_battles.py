"""Pairwise battles: read with every fault in its place, coded, and rated like everything else."""

import time
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pytest

from leaderboards.agreement import agreement
from leaderboards.battle_noise import battle_influence, rerate_battles
from leaderboards.battles import Battles, holds_battles, read_battles
from leaderboards.board import battle_board, board, rate
from leaderboards.errors import BrokenTable, EmptyResults, Islands, NoSuchTable
from leaderboards.intervals import influence, rerate
from leaderboards.outcomes import outcomes_from_scores
from leaderboards.ratings import Ties, fit_outcomes, rate_outcomes
from leaderboards.report import write_report
from tests.leaderboards.reports import assert_same_files
from tests.leaderboards.tables import results


def battles(number: int = 2000, contestants: int = 5, *, seed: int = 0, spread: float = 1.0) -> pd.DataFrame:
    """Battles of contestants m0 (weakest) to the strongest; about a quarter are ties."""
    rng = np.random.default_rng(seed)
    strengths = np.linspace(-spread, spread, contestants)
    a = rng.integers(0, contestants, number)
    b = (a + rng.integers(1, contestants, number)) % contestants
    half = (strengths[a] - strengths[b]) / 2
    weights = np.stack([np.exp(half), np.full(number, 0.6), np.exp(-half)])
    drawn = (rng.random(number) * weights.sum(axis=0) > np.cumsum(weights, axis=0)).sum(axis=0)
    return pd.DataFrame(
        {
            "model_a": [f"m{i}" for i in a],
            "model_b": [f"m{i}" for i in b],
            "winner": np.array(["model_a", "tie", "model_b"])[drawn],
            "language": "English",
        }
    )


def test_four_players() -> None:
    """statistics.md, section 5."""
    rows = [
        (one, other)
        for one, other, times in [
            ("A", "B", 2),
            ("B", "A", 3),
            ("A", "D", 1),
            ("D", "A", 4),
            ("B", "C", 5),
            ("C", "B", 3),
            ("C", "D", 1),
            ("D", "C", 3),
        ]
        for _ in range(times)
    ]
    table = pd.DataFrame(rows, columns=["model_a", "model_b"]).assign(winner="model_a")
    made = battle_board(table)
    found = [(made.row(name).rating or 0) - 1000 for name in "ABCD"]
    assert found == pytest.approx([-77.57285302133, 7.36608116535, -72.23239109766, 142.43916295365], abs=1e-8)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_files_give_the_frame_back(tmp_path: Path, suffix: str) -> None:
    table = battles(300)
    path = tmp_path / f"battles.{suffix}"
    if suffix == "parquet":
        table.to_parquet(path, row_group_size=50)
    else:
        table.to_csv(path, index=False)
    assert holds_battles(path)
    read, expected = read_battles(path), read_battles(table)
    assert read.contestants == expected.contestants == ("m0", "m1", "m2", "m3", "m4")
    for name in ("first", "second", "result"):
        np.testing.assert_array_equal(getattr(read, name), getattr(expected, name))
    assert read.contestants[read.first[7]] == table["model_a"][7]


def test_an_address_is_read_too() -> None:
    with fsspec.open("memory://arena/battles.csv", "wb") as file:
        file.write(battles(50).to_csv(index=False).encode())
    assert len(read_battles("memory://arena/battles.csv").first) == 50


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("model_a", "", "row 2, column 'model_a': is empty"),
        ("model_b", None, "row 2, column 'model_b': is empty"),
        ("winner", "model_c", "row 2, column 'winner': 'model_c' is none of model_a, model_b, tie"),
        ("winner", None, "row 2, column 'winner': is empty"),
        ("model_b", "itself", "row 2, column 'model_b': 'm1' fights itself"),
    ],
)
@pytest.mark.parametrize("form", ["frame", "csv", "parquet"])
def test_a_broken_cell_is_named(form: str, column: str, value: str | None, words: str, tmp_path: Path) -> None:
    table = battles(20)
    table.loc[1, ["model_a", "model_b"]] = ["m1", "m2"]
    table[column] = table[column].astype(object)
    table.loc[1, column] = "m1" if value == "itself" else value
    source: pd.DataFrame | Path = table
    if form != "frame":
        source = tmp_path / f"x.{form}"
        table.to_csv(source, index=False) if form == "csv" else table.to_parquet(source)
    with pytest.raises(BrokenTable) as found:
        read_battles(source)
    assert words in str(found.value)
    assert "breaks the form of a table of battles" in str(found.value)
    assert form == "frame" or str(source) in str(found.value)


def test_many_faults_are_counted_not_listed() -> None:
    with pytest.raises(BrokenTable, match="column 'winner': 17 more of this kind"):
        read_battles(battles(20).assign(winner="A"))


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (battles(5).drop(columns="winner"), BrokenTable, "column 'winner' is missing; there are model_a, model_b"),
        (pd.concat([battles(5), battles(5)[["model_a"]]], axis=1), BrokenTable, "column 'model_a' is there twice"),
        (battles(5).iloc[:0], EmptyResults, "holds no results"),
    ],
    ids=["missing", "twice", "empty"],
)
def test_a_table_that_is_none(table: pd.DataFrame, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_battles(table)


@pytest.mark.parametrize(
    "name", ["none.parquet", "broken.parquet", "notes.txt", "memory://none/x.csv", "nosuch://x.csv"]
)
def test_no_table_at_the_place(name: str, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "notes.txt").write_text("x")
    place = name if "://" in name else str(tmp_path / name)
    with pytest.raises(NoSuchTable, match=name):
        read_battles(place)


def test_a_torn_row_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "torn.csv"
    path.write_text("model_a,model_b,winner\na,b,model_a\na,b\n")
    with pytest.raises(NoSuchTable, match=r"torn\.csv can't be read as a table"):
        read_battles(path)


def test_blanks_and_kinds_of_ties() -> None:
    winners = ["model_a", "tie (bothbad)", "both_bad", "tie"]
    table = pd.DataFrame({"model_a": ["a", " a ", "b", "b"], "model_b": ["b", "b", "a", "a"], "winner": winners})
    made = battle_board(table)
    assert [row.contestant for row in made.rows] == ["a", "b"]
    assert made.tie_share == 0.75
    assert (made.row("a").wins, made.row("a").ties, made.row("a").battles) == (1, 3, 4)


def as_scores(table: pd.DataFrame) -> np.ndarray:
    """[N, K] the same battles as tasks that two contestants ran."""
    names = sorted({*table["model_a"], *table["model_b"]})
    values = np.full((len(table), len(names)), np.nan)
    for index, (a, b, winner) in enumerate(zip(table["model_a"], table["model_b"], table["winner"], strict=True)):
        values[index, names.index(a)] = {"model_a": 1.0, "tie": 0.5, "model_b": 0.0}[winner]
        values[index, names.index(b)] = {"model_a": 0.0, "tie": 0.5, "model_b": 1.0}[winner]
    return values


@pytest.mark.parametrize("undefeated", [False, True], ids=["", "with an undefeated one"])
@pytest.mark.parametrize("ties", list(Ties))
def test_battles_are_tasks_that_two_ran(ties: Ties, undefeated: bool) -> None:
    """The closed forms without a task table equal the general code on one, ratings and intervals."""
    table = battles(400)
    if undefeated:
        table.loc[table["model_a"] == "m4", "winner"] = "model_a"
        table.loc[table["model_b"] == "m4", "winner"] = "model_b"
    values = as_scores(table)
    names = sorted({*table["model_a"], *table["model_b"]})
    outcomes = outcomes_from_scores(values, names, [f"t{i}" for i in range(len(values))])
    slow, fast = fit_outcomes(outcomes, ties), fit_outcomes(read_battles(table), ties)
    np.testing.assert_allclose(fast.elo, slow.elo, atol=1e-7)
    assert bool(fast.prior) == undefeated
    found, expected = battle_influence(read_battles(table), fast), influence(outcomes, slow)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("ties", list(Ties))
def test_a_cluster_of_one_battle_is_a_battle(ties: Ties) -> None:
    table = battles(400)
    alone = rate_outcomes(read_battles(table), ties=ties)
    named = rate_outcomes(read_battles(table.assign(cluster=np.arange(len(table)))), ties=ties)
    np.testing.assert_allclose(alone.high, named.high, atol=1e-7)
    copied = pd.concat([table, table], ignore_index=True)
    doubled = rate_outcomes(read_battles(copied.assign(cluster=np.tile(np.arange(400), 2))), ties=ties)
    np.testing.assert_allclose(doubled.high, alone.high, atol=1e-6)
    assert (rate_outcomes(read_battles(copied), ties=ties).high - doubled.elo < 0.8 * (alone.high - alone.elo)).all()


@pytest.mark.parametrize("clustered", [False, True], ids=["alone", "clustered"])
@pytest.mark.parametrize("ties", list(Ties))
def test_rounds_spread_as_the_sandwich_says(ties: Ties, clustered: bool) -> None:
    table = battles(1500)
    read = read_battles(table.assign(cluster=np.arange(len(table)) // 2) if clustered else table)
    made = rate_outcomes(read, ties=ties)
    moved = rerate_battles(read, made.fit, 2000, seed=1)
    np.testing.assert_allclose(moved.std(axis=0), np.sqrt(np.diag(made.influence.covariance)), rtol=0.08)
    np.testing.assert_allclose(moved.mean(axis=0), made.elo - 1000, atol=1.5)


def test_a_round_is_the_maximum_under_its_weights() -> None:
    """Weights drawn for whole kinds of battles give the ratings of some weighted table: refit it and compare."""
    read = read_battles(battles(300))
    fit = fit_outcomes(read)
    again = rerate(
        outcomes_from_scores(as_scores(battles(300)), list(read.contestants), [f"t{i}" for i in range(300)]),
        fit,
        np.ones((1, 300)),
    )
    np.testing.assert_allclose(again[0], fit.elo - 1000, atol=1e-4)
    assert rerate_battles(read, fit, 3, seed=2).mean(axis=1) == pytest.approx([0, 0, 0], abs=1e-9)
    np.testing.assert_array_equal(rerate_battles(read, fit, 3, seed=2), rerate_battles(read, fit, 3, seed=2))


def test_the_order_of_rows_and_of_sides_changes_nothing() -> None:
    table = battles(300)
    turned = table.rename(columns={"model_a": "model_b", "model_b": "model_a"}).assign(
        winner=table["winner"].replace({"model_a": "model_b", "model_b": "model_a"})
    )
    expected = battle_board(table).to_dict()
    assert battle_board(table.sample(frac=1, random_state=3)).to_dict() == expected
    assert battle_board(turned).to_dict() == expected


def test_islands_are_named() -> None:
    apart = battles(20).assign(model_a=lambda t: "x" + t["model_a"], model_b=lambda t: "x" + t["model_b"])
    with pytest.raises(Islands, match="2 groups"):
        battle_board(pd.concat([battles(40), apart], ignore_index=True))


@pytest.mark.parametrize(
    ("winner", "flag", "note"),
    [("model_a", "bounded by the prior", "phantom battle"), ("tie", "no interval", "Every battle says the same")],
)
def test_only_wins_and_only_ties(winner: str, flag: str, note: str) -> None:
    table = pd.DataFrame({"model_a": ["a"] * 5, "model_b": ["b"] * 5, "winner": winner})
    made = battle_board(table)
    assert all(flag in row.flags for row in made.rows)
    assert any(note in text for text in made.notes)


def test_a_battle_of_two_is_its_share() -> None:
    table = pd.DataFrame({"model_a": ["a"] * 4, "model_b": ["b"] * 4, "winner": ["model_a"] * 3 + ["model_b"]})
    made = battle_board(table)
    assert (made.row("a").rating or 0) - (made.row("b").rating or 0) == pytest.approx(400 * np.log10(3))


def test_a_board_of_battles_has_a_page(tmp_path: Path) -> None:
    made = battle_board(battles(500), title="Arena")
    page = write_report(tmp_path / "a", made, title="Arena").read_text()
    assert "500 battles" in page
    assert "clustered by battle" in page
    assert "0 tasks" not in page
    assert "no language model" not in page
    assert (tmp_path / "a" / "leaderboard.md").read_text().count("500 battles; ") == 1
    write_report(tmp_path / "b", battle_board(battles(500), title="Arena"), title="Arena")
    assert_same_files(tmp_path / "a", tmp_path / "b")


def test_battles_against_results() -> None:
    """An agreement of an arena with a table of results of the same contestants has its noise and its ceiling."""
    names = {f"m{i}": 0.8 * i for i in range(9)}
    left = battle_board(battles(6000, 9, spread=1.4), title="arena")
    right = board(results(names, 40, seed=4), title="tasks")
    found = agreement(left, right)
    assert found.r.value > 0.9
    assert found.noise is not None
    assert (found.noise.left_clusters, found.noise.right_clusters) == (6000, 40)
    assert found.corrected is not None
    assert found.corrected.r.low is not None


def test_integer_codes_are_enough() -> None:
    read = read_battles(battles(100))
    again = Battles(read.contestants, read.first, read.second, read.result)
    assert battle_board(again).to_dict() == battle_board(read).to_dict()
    some = read.among(("m3", "m1"))
    assert some.contestants == ("m3", "m1")
    assert some.pairs.battles[0, 1] == read.pairs.battles[3, 1]


def test_three_ways_to_the_same_ratings() -> None:
    table = battles(200)
    by_scores = rate(as_scores(table), sorted({*table["model_a"], *table["model_b"]}))
    made = battle_board(table)
    for row in made.rows:
        assert row.rating == pytest.approx(by_scores.row(row.contestant).rating, abs=1e-6)
        assert row.win_rate == pytest.approx(by_scores.row(row.contestant).win_rate)


@pytest.mark.slow
def test_a_million_battles_are_read_and_rated_in_seconds() -> None:
    table = battles(1_000_000, 60)
    begun = time.process_time()
    made = battle_board(table, rounds=50)
    assert time.process_time() - begun < 10
    assert made.cells == 1_000_000
