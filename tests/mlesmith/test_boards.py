"""`leaderboard` and `agreement` as a user meets them, in this process."""

import json
from pathlib import Path

import fsspec
import pandas as pd
import pytest

from tests.leaderboards.tables import results
from tests.leaderboards.test_battles import battles
from tests.mlesmith.conftest import Run


@pytest.mark.parametrize("form", ["csv", "parquet", "memory"])
def test_battles_are_rated(run: Run, form: str) -> None:
    place = "memory://here/battles.parquet" if form == "memory" else f"battles.{form}"
    with fsspec.open(place, "wb") as file:
        battles(400).to_csv(file, index=False) if form == "csv" else battles(400).to_parquet(file)
    code, out, _ = run("leaderboard", place, "--out", "board", "--json")
    assert code == 0
    board = json.loads(out)
    assert (board["cells"], len(board["rows"])) == (400, 5)
    assert Path("board/index.html").is_file()
    code, out, err = run("leaderboard", place, "--out", "board")
    assert (code, "m4" in out, "Traceback" in err) == (0, True, False)


def test_ties_by_davidson(run: Run) -> None:
    battles(400).to_parquet("battles.parquet")
    spreads = {}
    for ties in ("half", "davidson"):
        _, out, _ = run("leaderboard", "battles.parquet", "--ties", ties, "--out", "board", "--json")
        board = json.loads(out)
        assert board["parameters"]["ties"] == ties
        spreads[ties] = board["rows"][0]["rating"] - board["rows"][-1]["rating"]
    assert spreads["davidson"] > spreads["half"]
    assert "an outcome of its own (Davidson 1970), with ν = " in Path("board/index.html").read_text()


def test_the_papers_agreement_to_three_decimals(run: Run) -> None:
    code, out, _ = run("agreement", "reference:mle-smith/smith", "reference:mle-smith/dojo", "--json")
    assert code == 0
    found = json.loads(out)
    shown = {name: found[name] for name in ("r_squared", "spearman", "kendall", "top3", "top5")}
    shown |= {name: found[name]["value"] for name in ("r", "ccc")}
    assert {name: round(value, 3) for name, value in shown.items()} == {
        "r": 0.982, "r_squared": 0.964, "spearman": 0.952, "kendall": 0.857, "ccc": 0.958, "top3": 1.0, "top5": 0.8,
    }  # fmt: skip
    assert "CCC" in run("agreement", "reference:mle-smith/smith", "reference:mle-smith/dojo")[1]


def test_part_of_whole_is_asked_for_and_labelled(run: Run) -> None:
    sides = ("agreement", "reference:mle-smith/combined", "reference:mle-smith/dojo")
    code, _, err = run(*sides)
    assert (code, "--part-of-whole" in err) == (2, True)
    code, _, err = run(*sides, "--part-of-whole")
    assert (code, "no evidence of agreement" in " ".join(err.split())) == (0, True)


MISTAKES = {
    "too few in common": (
        ["agreement", "reference:mle-dojo/lite", "reference:mle-smith/smith"],
        "Missing on the right",
    ),
    "an unknown board": (["agreement", "reference:nobody/x", "reference:mle-smith/smith"], "mle-bench/low"),
    "battles beside logs": (["leaderboard", "battles.csv", "logs"], "battles.csv holds pairwise battles"),
    "an unknown rule of ties": (["leaderboard", "battles.csv", "--ties", "third"], "half"),
    "a broken battle": (["leaderboard", "broken.csv"], "row 1, column 'winner': 'nobody' is none of"),
    "only ties by davidson": (["leaderboard", "ties.csv", "--ties", "davidson"], "--ties half"),
    "a viewer that runs something": (["leaderboard", "x.csv", "--viewer", "javascript:alert(1)"], "is no web address"),
    "no such table": (["leaderboard", "none.parquet"], "There is no results table at none.parquet"),
    "no such address": (["leaderboard", "memory://none/none.parquet"], "no results table at memory://none/none"),
    "a collection of battles": (["agreement", "battles.csv::x", "battles.csv"], "column 'contestant' is missing"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_message_and_code_two(run: Run, name: str) -> None:
    battles(50).to_csv("battles.csv", index=False)
    battles(50).assign(winner="nobody").to_csv("broken.csv", index=False)
    battles(50).assign(winner="tie").to_csv("ties.csv", index=False)
    Path("logs").mkdir()
    words, part = MISTAKES[name]
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert part in err
    assert "Traceback" not in err


def test_battles_agree_with_results(run: Run) -> None:
    battles(4000, 9).to_parquet("battles.parquet")
    results({f"m{i}": 0.8 * i for i in range(9)}, 30).to_csv("tasks.csv", index=False)
    code, out, _ = run("agreement", "battles.parquet", "tasks.csv", "--json")
    assert code == 0
    assert json.loads(out)["r"]["value"] > 0.8


def test_the_table_is_read_from_memory(run: Run) -> None:
    table = results({"linear": 0.0, "forest": 1.0, "blend": 1.1}, 8)
    with fsspec.open("memory://tables/results.csv.gz", "wb", compression="gzip") as file:
        file.write(table.to_csv(index=False).encode())
    code, out, _ = run("leaderboard", "memory://tables/results.csv.gz", "--out", "board", "--json")
    assert code == 0
    assert {row["contestant"] for row in json.loads(out)["rows"]} == {"linear", "forest", "blend"}
    assert pd.read_csv("board/leaderboard.csv")["contestant"].nunique() == 3


def test_the_page_has_the_agreement_of_curated_and_generated_tasks(run: Run) -> None:
    strengths = {"linear": 0.0, "forest": 1.0, "blend": 1.1, "boosting": 0.5, "tree": -1.0}
    for count in (5, 4):
        chosen = dict(list(strengths.items())[:count])
        parts = [results(chosen, 9, seed=i, collection=name) for i, name in enumerate(("curated", "generated"))]
        pd.concat(parts, ignore_index=True).assign(log="a.eval").to_parquet("results.parquet")
        code, out, _ = run("leaderboard", "results.parquet", "--out", f"{count}", "--viewer", "view", "--json")
        assert code == 0
        found = json.loads(out)["agreement"]
        page = Path(f"{count}/index.html").read_text()
        assert (found is not None) == (count == 5)
        assert Path(f"{count}/bland_altman.svg").is_file() == (count == 5)
        assert ("compared: The two boards have 4 rated contestants in common" in page) == (count == 4)
        assert 'href="view/#/logs/a.eval' in page
    _, out, _ = run("leaderboard", "results.parquet", "--out", "said")
    assert "All tasks" not in out
    assert (Path("said") / "tasks.csv").is_file()


def test_categories_stand_beside_the_board(run: Run) -> None:
    parts = [results({"linear": 0.0, "forest": 1.0, "blend": 1.1}, 8, seed=i, collection=f"c{i}") for i in (1, 2)]
    table = pd.concat([part.assign(difficulty=f"level{i}") for i, part in enumerate(parts)], ignore_index=True)
    table.to_parquet("results.parquet")
    code, out, _ = run("leaderboard", "results.parquet", "--out", "board", "--json")
    assert code == 0
    assert {one["by"] for one in json.loads(out)["categories"]} == {"difficulty", "metric", "dataset"}
    assert set(pd.read_csv("board/categories.csv")["category"]) >= {"level0", "level1", "rmse"}
