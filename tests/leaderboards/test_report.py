"""Reports: what is in them, what may not be, and that the same input gives the same bytes."""

import base64
import gzip
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from leaderboards.agreement import Agreement, agreement
from leaderboards.board import Board, board
from leaderboards.report import GenerationSummary, Listing, LogLinks, log_links, write_report
from leaderboards.report.bland_altman import bland_altman_chart
from leaderboards.report.charts import agreement_chart, ratings_chart, shortened
from leaderboards.report.labels import MOST_NAMED, SIDES, label_sides
from leaderboards.report.page import Contents, render_page
from leaderboards.report.pairs import furthest_rows, seen_chart, surprise_chart
from leaderboards.report.words import coefficient, count, span
from leaderboards.results import read_table
from tests.leaderboards.reports import (
    assert_same_files,
    assert_tables_keep_their_columns,
    layout_of,
    pairs_of,
    traces_of,
)
from tests.leaderboards.tables import HOSTILE, STRENGTHS, ended, results, two_collections

FIGURES = ("leaderboard", "agreement", "bland_altman", "pairs", "pareto")
HOUSE = Path(__file__).parents[2]
NAMES = {**STRENGTHS, HOSTILE: 0.4, "a|b $x_1$": 0.2}
GENERATION = GenerationSummary(
    {"datasets": 9, "tasks verified": 12},
    Listing.of(pd.DataFrame({"check": ["data.id_signal"], "passed": [14], "figure": [np.nan]})),
    Listing.of([{"formulation": "quakes_depth", "reason": "<b>too weak</b>"}, {"formulation": "x"}]),
)
VIEWER = "http://127.0.0.1:7575"
LINKS = LogLinks(
    VIEWER, "logs", {"blend": ("run/b 1.eval",)}, {("blend", "curated_000", "1-A"): ("run/b 1.eval", "aB1")}
)
EXTERNAL = re.compile(r"(?:https?|wss?|ftp)://(?!127\.0\.0\.1:7575/#/)")


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text outside of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._raw = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._raw = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._raw = False

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.words.append(data)


@pytest.fixture(scope="module")
def boards() -> dict[str, Board]:
    sides = {
        name: ended(table, (table["contestant"] == "linear") & (table["task"] == f"{name}_003"), "error")
        for name, table in two_collections(NAMES).items()
    }
    every = pd.concat(sides.values(), ignore_index=True)
    return {"All": board(every), **{name: board(table, title=name) for name, table in sides.items()}}


@pytest.fixture(scope="module")
def compared(boards: dict[str, Board]) -> Agreement:
    return agreement(boards["curated"], boards["generated"])


@pytest.fixture(scope="module")
def page(boards: dict[str, Board], compared: Agreement) -> str:
    return render_page(Contents("Everything", boards, compared, generation=GENERATION, links=LINKS))


def test_every_form_is_written(boards: dict[str, Board], compared: Agreement, tmp_path: Path) -> None:
    path = write_report(tmp_path / "new" / "out", boards, agreement=compared, generation=GENERATION)
    assert path == tmp_path / "new" / "out" / "index.html"
    names = {file.name for file in path.parent.iterdir()}
    both = {f"{name}.{suffix}" for name in ("leaderboard", "agreement") for suffix in ("json", "md")}
    figures = {f"{name}.{suffix}" for name in FIGURES for suffix in ("png", "svg")}
    assert names == {"index.html", "leaderboard.csv", "tasks.csv", "pairs.csv", *both, *figures}
    tasks = pd.read_csv(path.parent / "tasks.csv")
    assert tasks["discrimination"].between(-1, 1).all()
    pairs = pd.read_csv(path.parent / "pairs.csv")
    assert len(pairs) == 7 * 6
    assert pairs["battles"].sum() == 2 * sum(row.battles for row in boards["All"].rows) / 2
    table = pd.read_csv(path.parent / "leaderboard.csv")
    assert table.groupby("board").size().to_dict() == {"All": 7, "curated": 7, "generated": 7}
    stored = json.loads((path.parent / "leaderboard.json").read_text())
    assert stored["boards"]["All"]["rows"][0]["contestant"] == boards["All"].rows[0].contestant
    assert json.loads((path.parent / "agreement.json").read_text())["r"]["value"] == pytest.approx(compared.r.value)


def test_a_name_is_no_formula(boards: dict[str, Board], tmp_path: Path) -> None:
    """Dollar signs and braces in a title or in the name of a set don't reach the mathematics of the figure."""
    write_report(tmp_path, {"cost $x_{": boards["All"], "$\\frac$": boards["curated"]}, title="a $x_{ b$")
    assert (tmp_path / "leaderboard.png").stat().st_size > 10_000


def test_the_same_input_gives_the_same_bytes(boards: dict[str, Board], compared: Agreement, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report(tmp_path / name, boards, agreement=compared, generation=GENERATION)
    assert_same_files(tmp_path / "a", tmp_path / "b")
    for file in (tmp_path / "a").iterdir():
        if file.suffix in {".png", ".svg"}:
            traces = (b"Software", b"tIME", b"Creation", b"dc:date", b"dc:creator")
            assert not any(chunk in file.read_bytes() for chunk in traces), file.name


def test_other_processes_give_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order of their sets and whatever their clock says."""
    program = (
        "import sys; from pathlib import Path; from leaderboards.board import board; "
        "from leaderboards.report import write_report; from tests.leaderboards.tables import results; "
        "write_report(Path(sys.argv[1]), board(results({'a': 0.0, 'b': 1.0, 'c': 1.5}, 6)))"
    )
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        subprocess.run([sys.executable, "-c", program, tmp_path / seed], env=surroundings, check=True, cwd=HOUSE)
    files = sorted(file.name for file in (tmp_path / "1").iterdir())
    assert {"leaderboard.svg", "pairs.svg", "index.html"} <= set(files)
    for name in files:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def test_names_are_no_markup_in_a_drawing(tmp_path: Path) -> None:
    """matplotlib writes every text as a comment beside its outlines."""
    names = {HOSTILE: 0.0, "--><script>alert(2)</script>": 1.0, "]]>&\"'": 0.5}
    write_report(tmp_path, board(results(names, 9)), title=f"{HOSTILE}--><script/>")
    drawings = list(tmp_path.glob("*.svg"))
    assert len(drawings) == 3
    for drawing in drawings:
        kinds = {str(element.tag).rpartition("}")[2] for element in ElementTree.parse(drawing).iter()}
        assert "path" in kinds
        assert "script" not in kinds


def test_the_page_asks_no_server(page: str) -> None:
    elements = Elements(page)
    for tag, attributes in elements.tags:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        for name in ("src", "href", "action", "srcset", "data"):
            followed = (VIEWER,) if (tag, name) == ("a", "href") else ()
            assert (attributes.get(name) or "#").startswith(("#", *followed)), (tag, attributes)
    assert EXTERNAL.findall(page) == []
    assert "@import" not in page
    policy = next(a["content"] for tag, a in elements.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert (policy or "").startswith("default-src 'none'")


def test_names_show_as_text(page: str, boards: dict[str, Board]) -> None:
    assert HOSTILE not in page
    assert "alert(1)" in page
    words = Elements(page).words
    assert HOSTILE in "".join(words)
    assert "<b>too weak</b>" in [word.strip() for word in words]
    pairs = pairs_of(boards["All"])
    for chart in (ratings_chart(boards), seen_chart(pairs), surprise_chart(pairs)):
        assert "<script" not in json.dumps(chart)


def test_a_contestant_cannot_leave_the_chart_data(page: str) -> None:
    found = re.search(r'<script type="application/json" id="charts">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    charts = json.loads(found[1])
    names = ("ratings", "agreement", "bland-altman", "pairs", "surprise", "pareto")
    assert set(charts) == {f"chart-{name}" for name in names}
    assert "<" not in found[1]


def test_the_library_unpacks_to_plotly(page: str) -> None:
    found = re.search(r'<script type="text/plain" id="library">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert b"plotly.js" in gzip.decompress(base64.b64decode(found[1]))[:200]
    assert len(page) < 2_500_000


def test_the_page_says_what_it_must(page: str) -> None:
    text = " ".join(" ".join(Elements(page).words).split())
    for words in (
        "no language model",
        "Too few to judge: 6 contestants (below 8)",
        "Noise ceiling of r",
        "same agents, other tasks",
        "Not rated: they prove that the grader does what it says",
        "As expected in 28 of 28 tasks",
        "2 infrastructure errors counted apart",
        "2 formulations rejected",
        "clustered by source dataset",
    ):
        assert words in text, words
    assert "data.id_signal" in "".join(Elements(page).words)  # it may be broken after its signs


def test_every_id_is_there_once_and_every_link_leads_somewhere(page: str) -> None:
    tags = Elements(page).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [str(a.get("href")) for tag, a in tags if tag == "a"]
    controlled = [str(a["aria-controls"]) for _, a in tags if "aria-controls" in a]
    assert {link[1:] for link in links if link.startswith("#")} | set(controlled) <= set(ids)
    log = f"{VIEWER}/#/logs/run/b%201.eval"
    assert {link for link in links if not link.startswith("#")} == {log, f"{log}/samples/sample_uuid/aB1"}


@pytest.mark.parametrize("case", ["one agent", "only errors", "undefeated"])
def test_odd_boards_have_a_page(case: str, tmp_path: Path) -> None:
    table = results({"linear": 0.0, "forest": 1.0, "blend": 1.2}, 6)
    if case == "one agent":
        table = table[table["contestant"] == "linear"]
    if case == "only errors":
        table = ended(table, table["score"].notna(), "error")
    if case == "undefeated":
        table = pd.concat([table, results({"giant": 50.0}, 6)], ignore_index=True)
    path = write_report(tmp_path, board(table))
    words = Elements(path.read_text()).words
    assert "linear" in words
    assert ("bounded by the prior" in words) == (case == "undefeated")
    assert ("no battle" in words) == (case != "undefeated")


def test_markdown_keeps_its_columns(boards: dict[str, Board], compared: Agreement, tmp_path: Path) -> None:
    write_report(tmp_path, boards, agreement=compared)
    for name in ("leaderboard.md", "agreement.md"):
        text = (tmp_path / name).read_text()
        assert "&lt;script&gt;" in text
        assert_tables_keep_their_columns(text)


def test_an_open_end_leaves_the_chart() -> None:
    table = pd.concat([results({"a": 0.0, "b": 0.3}, 9), results({"giant": 50.0}, 9)], ignore_index=True)
    made = board(table)
    whiskers = traces_of(ratings_chart({"x": made}))[0]["error_x"]
    assert whiskers["array"][0] > 1e4
    assert 0 < whiskers["arrayminus"][0] < 1e4


def test_the_scatter_has_the_identity_line_and_equal_axes(compared: Agreement) -> None:
    layout = layout_of(agreement_chart(compared))
    line = layout["shapes"][0]
    assert (line["x0"], line["x1"]) == (line["y0"], line["y1"])
    assert layout["xaxis"]["range"] == layout["yaxis"]["range"]


def test_labels_avoid_each_other() -> None:
    sides = label_sides([(0.5, 0.5), (0.51, 0.5)], ["first", "second"], 0, 1)
    assert sides[0] != sides[1]
    assert str(label_sides([(0.99, 0.5)], ["a long name here"], 0, 1)[0]).endswith("left")
    assert set(sides) <= set(SIDES)


def test_among_many_points_a_name_without_room_is_left_out() -> None:
    heap = [(0.5, 0.5)] * (MOST_NAMED + 1)
    assert None in label_sides(heap, ["a name"] * len(heap), 0, 1)
    assert None not in label_sides(heap[1:], ["a name"] * MOST_NAMED, 0, 1)
    apart = [(0.02 + 0.05 * i, 0.02 + 0.05 * i) for i in range(MOST_NAMED + 5)]
    assert None not in label_sides(apart, ["x"] * len(apart), 0, 1)


def test_the_bland_altman_plot_shows_every_difference(compared: Agreement) -> None:
    chart = bland_altman_chart(compared)
    assert chart is not None
    (trace,), layout = traces_of(chart), layout_of(chart)
    assert trace["y"] == [round(point.left - point.right, 3) for point in compared.points]
    limits = compared.bland_altman
    assert limits is not None
    assert [shape["y0"] for shape in layout["shapes"]] == [limits.bias, limits.low, limits.high]
    bottom, top = layout["yaxis"]["range"]
    assert bottom < min(*trace["y"], limits.low)
    assert top > max(*trace["y"], limits.high)


def test_what_is_expected_stands_beside_what_is_seen(boards: dict[str, Board]) -> None:
    """Bradley-Terry fits each one's sum of wins exactly, so differences cancel in every row."""
    pairs = pairs_of(boards["All"])
    np.testing.assert_allclose(np.nansum(pairs.difference * pairs.battles, axis=1), 0, atol=1e-6)
    assert pairs.contestants == tuple(row.contestant for row in boards["All"].rows)
    rows = furthest_rows(pairs)
    assert len(rows) == 5
    apart = [int(row[-1].replace("\u2212", "-")) for row in rows]
    assert apart == sorted(apart, reverse=True)
    assert apart[0] == round(100 * np.nanmax(pairs.difference))


def test_links_name_the_first_run_and_each_log_once() -> None:
    table = results({"a": 0.0, "b": 1.0}, 2, epochs=2)
    table = table.assign(log=["x.eval" if who == "a" else "" for who in table["contestant"]])
    table["sample_uuid"] = [f"{task}.{epoch}" for task, epoch in zip(table["task"], table["epoch"], strict=True)]
    found = log_links(read_table(table).frame, "view/", "logs", {"x.eval": "deep/x.eval"})
    assert found is not None
    assert found.of("a") == ["view/#/logs/deep/x.eval"]
    assert found.of("b") == []
    assert found.run("a", "generated_001", "1-A") == "view/#/logs/deep/x.eval/samples/sample_uuid/generated_001.1"
    assert found.run("b", "generated_001", "1-A") == ""
    assert found.command == "inspect view --log-dir logs"
    unnamed = log_links(read_table(table.drop(columns="sample_uuid")).frame, "view/", "logs", {})
    assert unnamed is not None
    assert unnamed.run("a", "generated_001", "1-A") == "view/#/logs/x.eval"
    assert log_links(read_table(table.drop(columns="log")).frame, VIEWER, "", {}) is None


def test_a_run_that_an_error_ended_is_not_linked_as_the_run_of_a_task() -> None:
    table = results({"a": 0.0, "b": 1.0}, 3, epochs=2).assign(log="good.eval")
    table["sample_uuid"] = [f"{task}.{epoch}" for task, epoch in zip(table["task"], table["epoch"], strict=True)]
    first = (table["epoch"] == 1) & (table["task"] < "generated_002")
    table = ended(table, first, "error")
    table["log"] = table["log"].mask(first, "bad.eval")
    table = ended(table, (table["contestant"] == "b") & (table["task"] == "generated_001"), "error")
    found = log_links(read_table(table).frame, "view", "logs", {})
    assert found is not None
    links = [found.run("a", f"generated_{task:03d}", "1-A").rpartition("logs/")[2] for task in range(3)]
    assert links == [f"good.eval/samples/sample_uuid/generated_00{one}" for one in ("0.2", "1.2", "2.1")]
    assert found.run("b", "generated_001", "1-A") == ""
    assert set(found.logs["a"]) == {"good.eval", "bad.eval"}, "errors can be read where all logs are named"


def test_long_names_keep_their_ends() -> None:
    names = [f"react@litellm/some-provider/some-model-{i}" for i in range(3)]
    short = [shortened(name) for name in names]
    assert len(set(short)) == 3
    assert {len(name) for name in short} == {30}
    assert shortened("boosting") == "boosting"


def test_words() -> None:
    assert (count(1, "task"), count(2, "task")) == ("1 task", "2 tasks")
    assert (span(None, 5.0), span(5.0, None), span(None, None), span(1.0, 2.0)) == ("≤ 5", "≥ 5", "–", "1 to 2")
    assert (coefficient(-0.5), coefficient(None), coefficient(float("nan"))) == ("−0.500", "–", "–")
