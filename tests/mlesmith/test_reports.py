"""What `leaderboard` finds in its places beside the board: collections and their agreement, logs, yield."""

from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import read_eval_log, write_eval_log

from generation.outcomes import AnotherVersion
from generation.pipeline import generate
from generation.records import STORED_AS
from generation.report import report
from harness.logs.files import LogListing
from leaderboards.results import read_table
from mlesmith.reports import report_of, report_on
from mlesmith.sides import logs_of
from mlesmith.viewing import BadViewer, checked_viewer, links_of
from mlesmith.yields import yield_in
from tests.generation.pipeline.scripted import Script, fault, follow
from tests.generation.pipeline.scripted import table as dataset
from tests.harness.logs.made import sample, written
from tests.leaderboards.tables import results

STRENGTHS = {"linear": 0.0, "forest": 1.0, "blend": 1.1, "boosting": 0.8, "tree": -0.5}


def stored(folder: Path, *collections: str, strengths: dict[str, float] | None = None) -> str:
    """A results table with some collections of tasks."""
    parts = [results(strengths or STRENGTHS, 12, seed=seed, collection=name) for seed, name in enumerate(collections)]
    place = folder / "results.parquet"
    pd.concat(parts, ignore_index=True).to_parquet(place)
    return str(place)


def test_curated_and_generated_tasks_are_compared(tmp_path: Path) -> None:
    found = report_of([stored(tmp_path, "curated", "generated", "imported")])
    assert list(found.boards) == ["All tasks", "Curated tasks", "Generated tasks", "Imported tasks"]
    assert found.main.task_count == 36
    assert found.main.categories
    assert found.agreement is not None
    assert (found.agreement.left, found.agreement.right) == ("Curated tasks", "Generated tasks")
    assert (found.unsaid, found.generation, found.links) == ("", None, None)


def test_a_collection_may_come_first(tmp_path: Path) -> None:
    """As in the quickstart; the rest is the same, and the main board is the one with categories."""
    table = read_table(stored(tmp_path, "curated", "generated"))
    usual, found = report_on(table), report_on(table, first="generated")
    assert list(found.boards) == ["Generated tasks", "Curated tasks", "All tasks"]
    assert found.agreement == usual.agreement
    for name, one in usual.boards.items():
        assert found.boards[name].rows == one.rows
    assert [name for name, one in found.boards.items() if one.categories] == ["Generated tasks"]
    assert [name for name, one in usual.boards.items() if one.categories] == ["All tasks"]
    assert list(report_on(table, first="nowhere").boards) == list(usual.boards)


def test_one_collection_is_one_board(tmp_path: Path) -> None:
    found = report_of([stored(tmp_path, "curated")])
    assert list(found.boards) == ["Leaderboard"]
    assert (found.agreement, found.unsaid) == (None, "")


def test_too_few_contestants_to_compare_are_said(tmp_path: Path) -> None:
    found = report_of([stored(tmp_path, "curated", "generated", strengths={"linear": 0.0, "forest": 1.0})])
    assert found.agreement is None
    assert "2 rated contestants in common" in found.unsaid
    assert len(found.boards) == 3


def test_a_collection_that_nobody_shares_has_no_board_of_its_own(tmp_path: Path) -> None:
    table = pd.concat(
        [
            results({"linear": 0.0, "forest": 1.0}, 6, collection="curated"),
            results({"linear": 0.0, "forest": 1.0}, 6, seed=1, collection="generated"),
        ],
        ignore_index=True,
    )
    islands = pd.concat(
        [
            results({"linear": 0.0, "forest": 1.0}, 1, collection="split"),
            results({"blend": 0.0, "tree": 1.0}, 1, collection="split").assign(task="other"),
            results({"forest": 0.0, "tree": 1.0}, 3, collection="joined"),
        ],
        ignore_index=True,
    )
    pd.concat([table, islands], ignore_index=True).to_parquet(tmp_path / "results.parquet")
    found = report_of([str(tmp_path / "results.parquet")])
    assert list(found.boards) == ["All tasks", "Curated tasks", "Generated tasks", "Joined tasks"]


VIEWERS = {
    "http://127.0.0.1:7575": True,
    "https://logs.example.org/view": True,
    "view": True,
    "../view/": True,
    "javascript:alert(1)": False,
    "JavaScript:alert(1)": False,
    "data:text/html,x": False,
    "file:///etc/passwd": False,
}


@pytest.mark.parametrize("address", VIEWERS)
def test_a_viewer_is_a_web_page(address: str) -> None:
    if VIEWERS[address]:
        assert checked_viewer(address) == address
    else:
        with pytest.raises(BadViewer, match="no web address"):
            checked_viewer(address)


def test_logs_are_named_from_the_folder_that_holds_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("logs/a/one.eval", "logs/b/deep/two.eval"):
        Path(name).parent.mkdir(parents=True)
        Path(name).touch()
    table = results({"linear": 0.0, "forest": 1.0}, 2)
    table["log"] = ["one.eval" if name == "linear" else "two.eval" for name in table["contestant"]]
    for places, folder, logs in (
        (["logs/a", "logs/b"], "logs", ("a/one.eval", "b/deep/two.eval")),
        (["logs"], "logs", ("a/one.eval", "b/deep/two.eval")),
        (["logs/a/one.eval", "logs/b"], "logs", ("a/one.eval", "b/deep/two.eval")),
        ([str(tmp_path / "logs" / "a"), "logs/b"], str(tmp_path / "logs"), ("a/one.eval", "b/deep/two.eval")),
        (["logs/b/deep"], "logs/b/deep", ("one.eval", "two.eval")),
        (["results.parquet"], "", ("one.eval", "two.eval")),
    ):
        found = links_of(read_table(table), logs_of(places))
        assert found is not None
        assert (found.folder, found.logs["linear"], found.logs["forest"]) == (folder, (logs[0],), (logs[1],)), places


def test_logs_lie_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the working directory, behind links, in a folder that is called like a log."""
    for name in ("here/logs/one.eval", "other/logs/two.eval", "other/called.json/two.eval"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path / "here")
    Path("linked").symlink_to(tmp_path / "other" / "logs")
    Path("three.eval").symlink_to(tmp_path / "other" / "logs" / "two.eval")
    table = results({"linear": 0.0, "forest": 1.0}, 2)
    table["log"] = ["one.eval" if name == "linear" else "two.eval" for name in table["contestant"]]
    whole, parts = str(tmp_path), ("here/logs/one.eval", "other/logs/two.eval")
    for places, folder, logs in (
        (["results.csv", "../other/logs"], "../other/logs", ("one.eval", "two.eval")),
        (["logs", "../other/logs"], whole, parts),
        (["../here/logs", "../other/logs"], "..", parts),
        (["logs", "linked"], whole, parts),
        (["linked"], "linked", ("one.eval", "two.eval")),
        (["three.eval", "logs"], ".", ("logs/one.eval", "two.eval")),
        (["../other/called.json"], "../other/called.json", ("one.eval", "two.eval")),
    ):
        found = links_of(read_table(table), logs_of(places))
        assert found is not None
        assert (found.folder, found.logs["linear"], found.logs["forest"]) == (folder, (logs[0],), (logs[1],)), places


def test_nobody_looks_at_a_whole_disk(tmp_path: Path) -> None:
    table = results({"linear": 0.0, "forest": 1.0}, 2).assign(log="one.eval")
    found = links_of(read_table(table), LogListing((str(tmp_path), "/opt"), ()))
    assert found is not None
    assert (found.folder, found.logs["linear"]) == ("", ("one.eval",))


@pytest.mark.parametrize("place", ["memory://far/logs", "memory://far/logs/one.eval"])
def test_an_address_of_logs_is_a_folder(place: str) -> None:
    written("memory://far/logs/one.eval", [sample("linear", "t1", 0.5)])
    table = results({"linear": 0.0, "forest": 1.0}, 2).assign(log="one.eval")
    found = links_of(read_table(table), logs_of([place]))
    assert found is not None
    assert found.folder == "memory://far/logs"


def test_the_yield_is_read_from_the_logs_of_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [[fault("designer", "execution.headroom")] for _ in range(9)]
    follow(Script(targets=("score", "weight"), found={"score": failing}), monkeypatch)
    told = generate([dataset(tmp_path)], out=tmp_path / "tasks", log_dir=tmp_path / "logs")
    found, note = yield_in(logs_of([str(tmp_path / "logs"), "results.parquet"]))
    assert found is not None
    assert not note
    assert found.facts["verified without reviews"] == told.verified == 1
    assert [row[found.rejected.columns.index("formulation")] for row in found.rejected.rows] == [
        row.formulation for row in told.rejected
    ]
    assert {row[0] for row in found.checks.rows} == {row.check for row in told.checks}
    assert yield_in(logs_of([str(tmp_path / "tasks")])) == (None, "")
    log = read_eval_log(logs_of([str(tmp_path / "logs")]).files[0].name)
    log.eval.task = "suite"
    (tmp_path / "other").mkdir()
    write_eval_log(log, str(tmp_path / "other" / "generate.eval"))
    assert yield_in(logs_of([str(tmp_path / "other")])) == (None, "")


def test_a_log_of_generation_by_another_version_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(targets=("score",)), monkeypatch)
    generate([dataset(tmp_path)], out=tmp_path / "tasks", log_dir=tmp_path / "logs")
    (file,) = logs_of([str(tmp_path / "logs")]).files
    log = read_eval_log(file.name)
    assert log.samples
    log.samples[0].store[STORED_AS]["of_another_version"] = 1
    write_eval_log(log, file.name)
    with pytest.raises(
        AnotherVersion, match=r"generate.*\.eval was written by another version.*of_another_version"
    ) as said:
        report(tmp_path / "logs")
    assert said.value.exit_code == 2
    for name in ("linear", "forest"):
        written(tmp_path / "logs" / f"{name}.eval", [sample(name, "t1", 0.5)])
    found = report_of([str(tmp_path / "logs")])
    assert found.generation is None
    assert any("yield of generation is not shown" in note and "another version" in note for note in found.main.notes)
