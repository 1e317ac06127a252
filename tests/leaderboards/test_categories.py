"""Boards for each category: own ratings, ratings pooled towards the overall board, and what is too thin."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from leaderboards.board import Board, board
from leaderboards.categories import DIMENSIONS, Category, CategoryRow
from leaderboards.report import write_report
from leaderboards.rows import Flag
from tests.leaderboards.reports import assert_same_files, assert_tables_keep_their_columns
from tests.leaderboards.tables import results

AGENTS = {f"a{i}": 0.3 * i for i in range(8)}


def table(counts: dict[str, int], agents: dict[str, float] | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Tasks of several modalities, each its own dataset."""
    parts = [
        results(agents or AGENTS, tasks, seed=seed + place, collection=name).assign(modality=name)
        for place, (name, tasks) in enumerate(counts.items())
    ]
    return pd.concat(parts, ignore_index=True)


def categories(made: Board, by: str = "modality") -> dict[str, Category]:
    found = next(dimension for dimension in made.categories if dimension.by == by)
    return {category.name: category for category in found.categories}


def test_only_what_is_asked_for() -> None:
    rows = table({"text": 4, "tabular": 8})
    assert board(rows).categories == ()
    made = board(rows, by=DIMENSIONS)
    assert [dimension.by for dimension in made.categories] == ["modality", "metric", "dataset"]
    with pytest.raises(KeyError):
        board(rows, by=("colour",))


def test_the_largest_category_is_first_and_thin_ones_say_so() -> None:
    made = board(table({"text": 4, "tabular": 40, "image": 4}), by=("modality",))
    found = made.categories[0].categories
    assert [(one.name, one.tasks, one.datasets, one.thin) for one in found] == [
        ("tabular", 40, 40, False),
        ("image", 4, 4, True),
        ("text", 4, 4, True),
    ]
    big, small = found[0], found[2]
    row = big.rows[0]
    assert big.shown(row.contestant) == (row.rating, row.low, row.high)
    row = small.rows[0]
    assert small.shown(row.contestant) == (row.pooled, row.pooled_low, row.pooled_high)


def test_the_own_rating_is_that_of_the_tasks_alone() -> None:
    rows = table({"text": 12, "tabular": 30})
    made = board(rows, by=("modality",))
    alone = board(rows[rows["modality"] == "text"])
    for row in categories(made)["text"].rows:
        expected = alone.row(row.contestant)
        assert (row.rating, row.low, row.high) == pytest.approx(
            (expected.rating, expected.low, expected.high), abs=1e-6
        )


def test_the_pooled_rating_is_the_formula_of_the_docstring() -> None:
    rows = table({"text": 6, "tabular": 30})
    made = board(rows, by=("modality",))
    assert made.ratings is not None
    size, share = 8, 6 / 36
    names = made.ratings.outcomes.contestants
    overall = made.ratings.elo
    text = {row.contestant: row for row in categories(made)["text"].rows}
    own = np.array([text[name].rating for name in names], dtype=float)
    gap = own - overall
    variance = np.diag(made.ratings.influence.covariance)
    noise = variance * (1 / share - 1)
    tau2 = max(0.0, (gap @ gap - noise.sum()) / (size - 1))
    shrunk = (size - 3) / (size - 1) * noise / (noise + tau2)
    pooled = overall + (1 - shrunk) * gap
    half = stats.t.ppf(0.975, 35) * np.sqrt(variance + noise * (1 - shrunk) + 2 / (size - 3) * (shrunk * gap) ** 2)
    assert [text[name].pooled for name in names] == pytest.approx(list(pooled))
    assert [text[name].pooled_high for name in names] == pytest.approx(list(pooled + half))
    assert categories(made)["text"].spread == pytest.approx(np.sqrt(tau2))


def drawn(spread: float, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """60 tabular tasks of one truth and 8 of text where each agent's strength differs by `spread`; and the latter."""
    rng = np.random.default_rng(seed)
    truth = np.linspace(0, 2, 8)
    other = truth + rng.normal(0, spread, 8)
    parts = []
    for name, strengths, tasks in (("tabular", truth, 60), ("text", other, 8)):
        scores = strengths + rng.gumbel(0, 1, (tasks, 8))
        part = results(AGENTS, tasks, collection=name).assign(modality=name, direction="maximize", decimals=9)
        parts.append(part.assign(score=scores.ravel()))
    return pd.concat(parts, ignore_index=True), 400 / np.log(10) * (other - other.mean())


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_pooling_is_nearer_the_truth_and_covers_it(spread: float) -> None:
    """Gumbel noise makes Bradley-Terry exact, so the truth in Elo is known."""
    own_error, pooled_error, covered = [], [], []
    for seed in range(25):
        rows, truth = drawn(spread, seed)
        text = categories(board(rows, rounds=2, by=("modality",)))["text"]
        own = np.array([row.rating for row in text.rows], dtype=float) - 1000
        pooled = np.array([row.pooled for row in text.rows], dtype=float) - 1000
        low = np.array([row.pooled_low for row in text.rows], dtype=float) - 1000
        high = np.array([row.pooled_high for row in text.rows], dtype=float) - 1000
        own_error.append(((own - truth) ** 2).mean())
        pooled_error.append(((pooled - truth) ** 2).mean())
        covered.append(((low <= truth) & (truth <= high)).mean())
    assert np.mean(pooled_error) < 0.8 * np.mean(own_error)
    assert np.mean(covered) > 0.9


def test_three_contestants_are_not_shrunk() -> None:
    made = board(table({"text": 6, "tabular": 30}, {"a": 0.0, "b": 0.4, "c": 0.8}), by=("modality",))
    for row in categories(made)["text"].rows:
        assert row.pooled == pytest.approx(row.rating)


def test_who_did_not_play_has_no_rating_and_the_rest_keeps_its_level() -> None:
    rows = table({"text": 6, "tabular": 30})
    rows = rows[(rows["modality"] != "text") | (rows["contestant"] != "a7")]
    made = board(rows, by=("modality",))
    text = {row.contestant: row for row in categories(made)["text"].rows}
    assert text["a7"] == CategoryRow("a7", None, None, None, None, None, None, (Flag.UNPLAYED,))
    others = [name for name in AGENTS if name != "a7"]
    level = np.mean([made.row(name).rating for name in others])
    assert np.mean([text[name].rating for name in others]) == pytest.approx(level)


def test_an_undefeated_contestant_of_a_category_is_flagged() -> None:
    rows = table({"text": 5, "tabular": 30})
    best = (rows["contestant"] == "a7") & (rows["modality"] == "text")
    rows.loc[best, "score"] = np.where(rows.loc[best, "direction"] == "maximize", 99.0, -99.0)
    text = {row.contestant: row for row in categories(board(rows, by=("modality",)))["text"].rows}
    assert text["a7"].flags == (Flag.BOUNDED,)
    assert text["a7"].low is None
    assert text["a7"].pooled_low is not None


@pytest.mark.parametrize("case", ["islands", "one agent", "one dataset"])
def test_categories_that_say_nothing(case: str) -> None:
    rows = table({"text": 6, "tabular": 30})
    text = rows["modality"] == "text"
    low = rows["contestant"].isin(["a0", "a1", "a2"])
    if case == "islands":
        early = rows["task"].isin(["text_000", "text_001", "text_002"])
        rows = rows[~text | (low == early)]
        made = categories(board(rows, by=("modality",)))["text"]
        assert "2 groups" in made.note
    if case == "one agent":
        assert board(rows[~text | (rows["contestant"] == "a0")], by=("modality",)).categories == ()
        return
    if case == "one dataset":
        made = categories(board(rows.assign(cluster="one"), by=("modality",)))["text"]
        assert made.note == ""
        assert {row.pooled for row in made.rows} == {row.low for row in made.rows} == {None}
        return
    assert all(row.rating is None and row.pooled is None for row in made.rows)


def test_unnamed_categories_stay_out_and_one_is_none() -> None:
    rows = table({"text": 6, "tabular": 30})
    assert board(rows.assign(modality="text"), by=("modality",)).categories == ()
    rows.loc[rows["modality"] == "tabular", "modality"] = ""
    assert board(rows, by=("modality",)).categories == ()


def test_difficulty_is_a_column_of_the_table() -> None:
    rows = table({"text": 6, "tabular": 6})
    rows["difficulty"] = rows["modality"].map({"text": "hard", "tabular": "easy"})
    assert set(categories(board(rows, by=("difficulty",)), "difficulty")) == {"easy", "hard"}


def test_davidson_holds_in_the_categories_too() -> None:
    rows = table({"text": 12, "tabular": 30}).assign(decimals=0)
    made = board(rows, by=("modality",), ties="davidson")
    alone = board(rows[rows["modality"] == "text"], ties="davidson")
    row = categories(made)["text"].rows[0]
    assert row.rating == pytest.approx(alone.row(row.contestant).rating, abs=1e-6)


def test_every_form_shows_them(tmp_path: Path) -> None:
    names = {f"kind <{i}> | x": 2 for i in range(13)}
    made = board(table({**names, "tabular": 25}), by=("modality",))
    page = write_report(tmp_path / "a", made).read_text()
    assert "kind &lt;0&gt; | x †" in page
    assert "2 more are in categories.csv" in page
    assert 'href="#categories"' in page
    frame = pd.read_csv(tmp_path / "a" / "categories.csv")
    assert len(frame) == 14 * 8
    assert set(frame["board"]) == {"Leaderboard"}
    assert frame.loc[frame["category"] == "tabular", "thin"].tolist() == [False] * 8
    text = (tmp_path / "a" / "leaderboard.md").read_text()
    assert "## By modality" in text
    assert_tables_keep_their_columns(text)
    stored = json.loads((tmp_path / "a" / "leaderboard.json").read_text())["boards"]["Leaderboard"]["categories"]
    assert stored[0]["categories"][0]["name"] == "tabular"
    write_report(tmp_path / "b", made)
    assert_same_files(tmp_path / "a", tmp_path / "b")


def test_a_board_without_categories_writes_none(tmp_path: Path) -> None:
    page = write_report(tmp_path, board(table({"text": 6}))).read_text()
    assert "categories" not in page
    assert not (tmp_path / "categories.csv").exists()
