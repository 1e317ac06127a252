"""Published boards: whole and true to their sources, joined by explicit aliases, and what is missing is reckoned."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leaderboards.agreement import agreement
from leaderboards.board import Board, board
from leaderboards.coefficients import cronbach, intraclass
from leaderboards.errors import PartOfWhole, TooFewCommon, UnknownReference, in_short
from leaderboards.matching import REFERENCE, aliases, canonical, match, model_of
from leaderboards.missing import MissingRuns, missing_runs, price_of
from leaderboards.published import PublishedBoard, published, published_names
from leaderboards.report import write_report
from leaderboards.report.charts import agreement_chart
from tests.leaderboards.reports import layout_of
from tests.leaderboards.tables import results

SMITH = published("mle-smith/smith")


@pytest.mark.parametrize("name", published_names())
def test_every_board_says_where_it_is_from(name: str) -> None:
    made = published(name)
    assert made.source.startswith("https://")
    assert made.date[:3] == "202"
    assert made.notes
    assert made.unit
    assert len(set(made.contestants)) == len(made.contestants) == len(made.values)
    assert np.isfinite(made.values).all()
    assert all("/" in part for part in made.tasks)


@pytest.mark.parametrize("column", ["dojo", "smith", "combined"])
def test_the_papers_columns_sum_to_8000(column: str) -> None:
    assert sum(published(f"mle-smith/{column}").values) == pytest.approx(8000, abs=0.35)


def test_mle_bench_is_a_weighted_mean_of_its_splits() -> None:
    """22 low, 38 medium and 15 high competitions make 75: a check of every row against a slip of columns."""
    low, medium, high, every = (published(f"mle-bench/{name}").values for name in ("low", "medium", "high", "all"))
    mean = (22 * np.array(low) + 38 * np.array(medium) + 15 * np.array(high)) / 75
    assert len(every) == 26
    np.testing.assert_allclose(mean, every, atol=0.75)


def test_an_unknown_board_lists_those_there_are() -> None:
    with pytest.raises(UnknownReference, match="mle-bench/low"):
        published("mle-bench/lower")


PRINTED = pd.read_csv(REFERENCE / "mle_smith_agreement.csv", index_col="columns")


def test_the_printed_figures_are_there_for_every_pair_and_for_all_three() -> None:
    assert list(PRINTED.index) == ["dojo smith", "dojo combined", "smith combined", "dojo smith combined"]
    assert PRINTED.notna().sum(axis=1).tolist() == [7, 7, 7, 2]


def test_the_three_columns_of_the_paper() -> None:
    columns = np.column_stack([published(f"mle-smith/{name}").values for name in ("dojo", "smith", "combined")])
    printed = PRINTED.loc["dojo smith combined", ["cronbach_alpha", "icc"]]
    assert [round(cronbach(columns), 3), round(intraclass(columns), 3)] == printed.tolist()


@pytest.mark.parametrize("turned", [False, True], ids=["as printed", "sides exchanged"])
@pytest.mark.parametrize("pair", PRINTED.index[:3])
def test_the_papers_table_to_three_decimals(pair: str, turned: bool) -> None:
    names = pair.split()[::-1] if turned else pair.split()
    found = agreement(*(published(f"mle-smith/{name}") for name in names), part_of_whole=True)
    shown = {
        "pearson": found.r.value,
        "r_squared": found.r_squared,
        "spearman": found.spearman,
        "kendall": found.kendall,
        "ccc": found.ccc.value,
        "top3": found.top3,
        "top5": found.top5,
    }
    assert {name: round(float(value or 0), 3) for name, value in shown.items()} == PRINTED.loc[
        pair, list(shown)
    ].to_dict()


def test_what_two_sides_share_is_named() -> None:
    combined = published("mle-smith/combined")
    with pytest.raises(PartOfWhole, match=r"share tasks \(mle-smith/smith\)"):
        agreement(combined, SMITH)
    found = agreement(combined, SMITH, part_of_whole=True)
    assert any("share tasks (mle-smith/smith), so this is no evidence" in note for note in found.notes)
    assert in_short([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"


def test_columns_of_one_table_that_share_tasks_are_refused() -> None:
    for left, right in (("mle-bench/low", "mle-bench/all"), ("mle-dojo/lite", "mle-dojo/lite_aup")):
        with pytest.raises(PartOfWhole):
            agreement(published(left), published(right))


def test_two_splits_of_mle_bench() -> None:
    found = agreement(published("mle-bench/low"), published("mle-bench/high"))
    low, high = (np.array(published(f"mle-bench/{name}").values) for name in ("low", "high"))
    assert found.r.value == pytest.approx(np.corrcoef(low, high)[0, 1])
    assert found.left_unit == found.right_unit == "medals, %"
    assert 0 < found.ccc.value < 1
    best = found.points[0]
    assert (best.left, best.right) == pytest.approx((90.91, 71.11))
    assert any("783b15af" in note for note in found.notes)


def test_different_units_have_no_ccc(tmp_path: Path) -> None:
    found = agreement(published("mle-dojo/tabular"), published("mle-dojo/nlp_hrank"))
    assert found.r.value == pytest.approx(
        np.corrcoef(published("mle-dojo/tabular").values, published("mle-dojo/nlp_hrank").values)[0, 1]
    )
    stored = found.to_dict()
    assert stored["ccc"] == {"value": None, "low": None, "high": None}
    assert stored["scale"] is stored["icc"] is stored["cronbach_alpha"] is stored["bland_altman"] is None
    assert all(part.ccc != part.ccc for part in found.leave_one_out)
    assert any("there is no CCC" in note for note in found.notes)
    layout = layout_of(agreement_chart(found))
    assert layout["shapes"] == []
    assert layout["xaxis"]["range"] != layout["yaxis"]["range"]
    page = write_report(tmp_path, board(results({"a": 0.0, "b": 1.0}, 6)), agreement=found).read_text()
    assert "nan" not in (tmp_path / "agreement.md").read_text()
    assert ">nan<" not in page


def test_aliases_name_each_name_once() -> None:
    with (REFERENCE / "aliases.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    seen = [(row["kind"], row["alias"]) for row in rows]
    assert len(set(seen)) == len(seen)
    assert {row["kind"] for row in rows} == {"model", "agent"}
    own = {(row["kind"], row["name"]) for row in rows}
    assert not own & set(seen)
    assert aliases("model")["GPT-4o"] == "gpt-4o"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GPT-4o", "gpt-4o"),
        ("AIDE@openai/gpt-4o", "aide@gpt-4o"),
        ("AIDE[steps=20]@openai/gpt-4o", "aide[steps=20]@gpt-4o"),
        ("boosting", "boosting"),
        ("openai/gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("gpt4o", "gpt4o"),
        ("react@nobody/GPT-4o", "react@nobody/GPT-4o"),
    ],
)
def test_only_the_table_joins_names(name: str, key: str) -> None:
    assert canonical(name) == key
    assert model_of(name) == key.rpartition("@")[2]


def test_models_are_joined_where_one_side_names_no_agents() -> None:
    found = match(["react@openai/gpt-4o", "react@openai/o3-mini", "aide@openai/o3-mini"], ["GPT-4o", "o3-mini", "x"])
    assert (found.names, found.left, found.right) == (("gpt-4o",), ("react@openai/gpt-4o",), ("GPT-4o",))
    assert found.only_left == ("aide@openai/o3-mini", "react@openai/o3-mini")
    assert found.only_right == ("o3-mini", "x")


def test_agents_are_told_apart_where_both_sides_name_them() -> None:
    found = match(["AIDE@o3-mini", "MLAB@o3-mini"], ["aide@openai/o3-mini", "react@openai/o3-mini"])
    assert (found.names, found.left, found.right) == (("aide@o3-mini",), ("AIDE@o3-mini",), ("aide@openai/o3-mini",))


MODELS = {
    "GPT-4o": "openai/gpt-4o",
    "GPT-4o-mini": "openai/gpt-4o-mini",
    "o3-mini": "openai/o3-mini",
    "o4-mini": "openai/o4-mini",
    "Gemini-2.5-Pro": "google/gemini-2.5-pro",
    "Gemini-2.5-Flash": "google/gemini-2.5-flash",
}


def side(models: list[str], **more: object) -> Board:
    rows = results({f"react@{MODELS[name]}": 0.5 * i for i, name in enumerate(models)}, 24)
    rows["model"] = rows["contestant"].str.partition("@")[2]
    return board(rows.assign(**more), title="mine")


def test_own_runs_against_a_published_board() -> None:
    found = agreement(side(list(MODELS)), SMITH)
    assert {point.contestant for point in found.points} == {canonical(model) for model in MODELS.values()}
    figures = dict(zip(SMITH.contestants, SMITH.values, strict=True))
    own = [figures[name] for name in MODELS]
    point = next(point for point in found.points if point.contestant == "gpt-4o")
    assert point.right == pytest.approx(1000 + figures["GPT-4o"] - np.mean(own))
    assert any("DeepSeek-Chat, DeepSeek-Reasoner" in note for note in found.notes)


def test_too_few_lists_what_is_missing_and_its_cost() -> None:
    mine = side(["GPT-4o", "o3-mini", "GPT-4o-mini"], input_tokens=100_000, output_tokens=10_000)
    with pytest.raises(TooFewCommon) as found:
        agreement(mine, SMITH)
    said = str(found.value)
    assert "3 rated contestants in common (gpt-4o, gpt-4o-mini, o3-mini)" in said
    price = price_of("o4-mini")
    assert price is not None
    cost = 24 * (100_000 * price.read + 10_000 * price.written)
    assert f"o4-mini (24 runs, about ${cost:.2f})" in said
    assert "Missing on the right: none" in said


def test_without_tokens_or_prices_the_cost_is_not_known() -> None:
    mine = side(["GPT-4o", "o3-mini", "GPT-4o-mini"])
    assert missing_runs(["o4-mini"], SMITH, mine) == (MissingRuns("o4-mini", 24, None),)
    priced = side(["GPT-4o", "o3-mini"], input_tokens=1000, output_tokens=10)
    assert missing_runs(["nobody-knows-it"], SMITH, priced) == (MissingRuns("nobody-knows-it", 24, None),)
    assert str(MissingRuns("x", 1, None)) == "x (1 run, cost not known)"
    assert missing_runs(["react@openai/gpt-4o"], priced, SMITH) == (MissingRuns("react@openai/gpt-4o", None, None),)


def test_known_costs_come_before_prices_and_baselines_cost_nothing() -> None:
    rows = pd.concat(
        [
            results({"react@openai/gpt-4o": 0.0}, 6).assign(model="openai/gpt-4o", cost_usd=0.5),
            results({"linear": 1.0}, 6),
        ],
        ignore_index=True,
    )
    left, right = board(rows), board(results({"other": 0.0, "more": 1.0}, 10, collection="x"))
    assert missing_runs(["react@openai/gpt-4o", "linear"], left, right) == (
        MissingRuns("react@openai/gpt-4o", 10, 5.0),
        MissingRuns("linear", 10, 0.0),
    )


@pytest.mark.parametrize("model", ["gpt-4o", "openai/gpt-4o", "litellm/openai/gpt-4o", "GPT-4o"])
def test_a_price_is_found_under_every_name(model: str) -> None:
    price = price_of(model)
    assert price is not None
    assert 0 < price.read < price.written < 1e-3
    assert price_of(f"{model}-of-nobody") is None


def test_a_board_of_ones_own() -> None:
    mine = PublishedBoard("ours", SMITH.contestants, SMITH.values, ("ours",))
    assert agreement(mine, SMITH).ccc.value == pytest.approx(1)
