"""What `leaderboard` finds in its places beside the board: collections and their agreement, logs, yield."""

from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import read_eval_log, write_eval_log

from generation.pipeline import generate
from leaderboards.results import read_table
from mlesmith.reports import report_of
from mlesmith.viewing import BadViewer, checked_viewer, links_of, log_files
from mlesmith.yields import yield_in
from tests.generation.pipeline.scripted import Script, fault, follow
from tests.generation.pipeline.scripted import table as dataset
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
        found = links_of(read_table(table), places)
        assert found is not None
        assert (found.folder, found.logs["linear"], found.logs["forest"]) == (folder, (logs[0],), (logs[1],)), places


def test_the_yield_is_read_from_the_logs_of_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [[fault("designer", "execution.headroom")] for _ in range(9)]
    follow(Script(targets=("score", "weight"), found={"score": failing}), monkeypatch)
    told = generate([dataset(tmp_path)], out=tmp_path / "tasks", log_dir=tmp_path / "logs")
    found = yield_in([str(tmp_path / "logs"), "results.parquet"])
    assert found is not None
    assert found.facts["verified without reviews"] == told.verified == 1
    assert [row[found.rejected.columns.index("formulation")] for row in found.rejected.rows] == [
        row.formulation for row in told.rejected
    ]
    assert {row[0] for row in found.checks.rows} == {row.check for row in told.checks}
    assert yield_in([str(tmp_path / "tasks")]) is None
    log = read_eval_log(str(log_files([str(tmp_path / "logs")])[0]))
    log.eval.task = "suite"
    (tmp_path / "other").mkdir()
    write_eval_log(log, str(tmp_path / "other" / "generate.eval"))
    assert yield_in([str(tmp_path / "other")]) is None
