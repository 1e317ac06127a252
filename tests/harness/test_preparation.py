"""Preparing in a real sandbox: what comes out, what is refused and how it is said, what is kept."""

import asyncio
import errno
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from harness import preparation
from harness.errors import MachineError
from harness.package import TaskPackage
from harness.places import cache_dir
from harness.preparation import PreparationFailed, answers_file, check_form, prepare, run_prepare
from harness.prepared import PreparedTask
from harness.sources.fetched import ChecksumError
from tests.harness.conftest import MakePackage
from tests.harness.packages import Kind, boats

pytestmark = pytest.mark.sandbox
PreparedOf = Callable[[Kind], PreparedTask]
REFUSED = "Read-only file system|Permission denied"
WRITE = """
    test = pd.DataFrame({"id": ["01", "2"], "length": ["3", "4"]})
    test.assign(speed=["5", "6"]).to_csv(public / "train.csv", index=False)
    test.to_csv(public / "test.csv", index=False)
    test[["id"]].assign(speed="5").to_csv(public / "sample_submission.csv", index=False)
    test[["id"]].assign(speed=["7", "8"]).to_csv(private / "test_answer.csv", index=False)
"""


def code(body: str, before: str = "") -> str:
    """A prepare.py that writes a good task, and does something else before or after it."""
    head = "import os, sys, time\nfrom pathlib import Path\nimport pandas as pd\n\n\n"
    return f"{head}def prepare(raw, public, private):\n    {before or 'pass'}\n{WRITE}\n    {body}\n"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of prepared tasks of this test's own; compiled byte code is shared."""
    shared = cache_dir("bytecode")
    monkeypatch.setenv("MLESMITH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "bytecode").symlink_to(shared)
    return tmp_path / "cache" / "prepared"


@pytest.mark.parametrize(
    ("kind", "sample", "best"),
    [("number", 1.725692, 0.0), ("label", 0.36, 1.0), ("probability", 0.5, 1.0), ("probabilities", 1.136761, 0.0)],
)
def test_a_task_is_prepared_and_its_ends_are_scored(
    kind: Kind, sample: float, best: float, prepared_task: PreparedOf
) -> None:
    task = prepared_task(kind)
    assert (len(task.train), len(task.test), len(task.sample), len(task.answers)) == (150, 50, 50, 50)
    assert task.sample_score == pytest.approx(sample, abs=1e-6)
    assert task.best_score == best
    assert (task.public / "description.md").read_text() == task.package.files["description.md"]
    assert {path.name for path in task.private.iterdir()} == {"test_answer.csv"}
    assert set(task.rules.ids) == set(task.answers["id"])
    assert len(task.rules.ids[0]) == 3  # an id such as 007 stays text


def test_tables_are_read_as_the_task_means_them(prepared_task: PreparedOf) -> None:
    number, label = prepared_task("number"), prepared_task("label")
    assert number.answers["speed"].dtype == float
    assert number.train["length"].dtype == float
    assert set(label.answers["rig"]) == {"cat", "ketch", "sloop"}
    assert label.rules.labels == ("cat", "ketch", "sloop")
    assert prepared_task("probabilities").rules.columns == ("p_cat", "p_ketch", "p_sloop")


def test_labels_and_ids_that_look_like_something_else_stay_text(prepared_task: PreparedOf, tmp_path: Path) -> None:
    task = PreparedTask(prepared_task("label").package, tmp_path, "")
    task.public.mkdir()
    (task.public / "train.csv").write_text("id,rig,length\n007,NA,\n1e3,None,NA\n,nan,2.5\n")
    assert task.train["id"].to_list() == ["007", "1e3", ""]
    assert task.train["rig"].to_list() == ["NA", "None", "nan"]
    assert task.train["length"].isna().to_list() == [True, True, False]


def test_normalized_runs_from_the_sample_to_the_best(prepared_task: PreparedOf) -> None:
    number = prepared_task("number")
    package, root = number.package, number.root
    low = PreparedTask(package, root, "", sample_score=2.0, best_score=0.0)
    high = PreparedTask(package, root, "", sample_score=0.5, best_score=1.0)
    assert [low.normalized(score) for score in (2, 0, 1, 4)] == [0, 1, 0.5, -1]
    assert [high.normalized(score) for score in (0.5, 1, 0.75, 0)] == [0, 1, 0.5, -1]
    assert PreparedTask(package, root, "", sample_score=1.0, best_score=1.0).normalized(3) == 0
    assert PreparedTask(package, root, "").normalized(3) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "defines no function prepare"),
        (
            "def prepare(raw, public, private):\n    pass",
            "prepare.py wrote no public/train.csv. .*no private/test_answer",
        ),
        (code("raise ValueError('no such column')"), "exit code 1:(.|\n)*ValueError: no such column"),
        (code("raise ValueError('\\x1b[2J')"), "ValueError: \ufffd.2J"),
        (code("os._exit(0)"), "Nothing was written to /workspace/out.tar"),
        (code("(public / 'x').symlink_to('/etc/passwd')"), "public/x is neither a regular file nor a folder"),
        (code("os.mkfifo(private / 'x')"), "private/x is neither a regular file nor a folder"),
        (code("(public / 'test.csv').write_bytes(b'id\\n\\xe9\\n')"), "public/test.csv is not a CSV file in UTF-8"),
        (code("(public / 'test.csv').write_text('key\\n1\\n')"), r"test.csv lacks the column 'id'; it has 'key'"),
        (code("(public / 'test.csv').write_text('id\\n')"), "public/test.csv has no rows"),
        (code("(raw / 'boats.csv').write_text('')"), REFUSED),
        (code("open(raw / '..' / 'task' / 'prepare.py', 'w')"), REFUSED),
        (code("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')"), "URLError"),
        (code("print('x' * 20_000_000)"), "printed more than 10 MB"),
    ],
)
def test_a_broken_prepare_is_named(text: str, words: str, make_package: MakePackage, tmp_path: Path) -> None:
    with pytest.raises(PreparationFailed, match=words) as found:
        asyncio.run(run_prepare(make_package(prepare_py=text), tmp_path / "out"))
    assert str(found.value).startswith("Preparing boats_number failed: ")


def test_only_the_raw_data_is_seen(make_package: MakePackage, tmp_path: Path) -> None:
    """prepare.py sees its own file as raw data, and neither the rest of the package nor the harness's host side."""
    look = (
        "import importlib.util as u; "
        "(public / 'seen.txt').write_text(repr((sorted(os.listdir(raw)), sorted(os.listdir('/task')), "
        "u.find_spec('harness.grading'), os.getuid() == 0)))"
    )
    asyncio.run(run_prepare(make_package(prepare_py=code(look)), tmp_path / "out"))
    seen = (tmp_path / "out" / "public" / "seen.txt").read_text()
    assert seen == "(['boats.csv'], ['prepare.py'], None, False)"


def test_hard_links_are_packed_as_files(make_package: MakePackage, tmp_path: Path) -> None:
    asyncio.run(
        run_prepare(make_package(prepare_py=code("os.link(public / 'test.csv', public / 'b')")), tmp_path / "o")
    )
    assert (tmp_path / "o" / "public" / "b").read_bytes() == (tmp_path / "o" / "public" / "test.csv").read_bytes()


def test_a_run_can_be_varied(make_package: MakePackage, tmp_path: Path) -> None:
    look = "(public / 'seen.txt').write_text(f\"{os.environ['TZ']} {os.environ['PYTHONHASHSEED']} {os.getcwd()}\")"
    varied = (("TZ", "Asia/Tokyo"), ("PYTHONHASHSEED", "5"))
    package = make_package(prepare_py=code(look))
    asyncio.run(run_prepare(package, tmp_path / "out", environment=varied, cwd="/tmp"))
    assert (tmp_path / "out" / "public" / "seen.txt").read_text() == "Asia/Tokyo 5 /tmp"


def test_raw_data_that_only_its_owner_may_read(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package()
    (tmp_path / "boats.csv").chmod(stat.S_IRUSR)
    asyncio.run(run_prepare(package, tmp_path / "out"))
    assert (tmp_path / "out" / "public" / "train.csv").is_file()


def test_changed_raw_data_is_refused(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package()
    boats(seed=6).to_csv(tmp_path / "boats.csv", index=False)
    with pytest.raises(ChecksumError, match="has changed"):
        asyncio.run(run_prepare(package, tmp_path / "out"))


COUNTED = code("(public / 'stamp.txt').write_text(str(time.time_ns()))")


def stamp(task: PreparedTask) -> str:
    return (task.public / "stamp.txt").read_text()


def test_prepared_once_until_something_changes(make_package: MakePackage, own_cache: Path, tmp_path: Path) -> None:
    package = make_package(prepare_py=COUNTED)
    first = asyncio.run(prepare(package))
    made = stamp(first)
    (tmp_path / "boats.csv").rename(tmp_path / "gone.csv")  # the cache needs no source
    again = asyncio.run(prepare(package))
    assert (again.root, again.data_hash, again.sample_score) == (first.root, first.data_hash, first.sample_score)
    assert stamp(again) == made
    (tmp_path / "gone.csv").rename(tmp_path / "boats.csv")
    fresh = asyncio.run(prepare(package, refresh=True))
    assert fresh.root == first.root
    assert stamp(fresh) != made
    other = asyncio.run(prepare(TaskPackage(package.card, {**package.files, "description.md": "# Other\n"})))
    assert other.root != first.root
    assert (other.public / "description.md").read_text() == "# Other\n"
    assert [path.name for path in own_cache.iterdir() if path.is_dir() and "." in path.name] == []


def test_a_broken_entry_is_made_anew_with_the_same_hash(make_package: MakePackage, own_cache: Path) -> None:
    package = make_package()
    first = asyncio.run(prepare(package))
    (first.root / "prepared.json").write_text("{broken")
    (own_cache / f"{first.root.name}.killed" / "public").mkdir(parents=True)
    again = asyncio.run(prepare(package))
    assert (again.data_hash, again.sample_score, again.best_score) == (first.data_hash, 1.7256923248366147, 0.0)
    assert [path for path in own_cache.iterdir() if path.is_dir()] == [again.root]


def test_two_at_once_prepare_once(make_package: MakePackage, own_cache: Path) -> None:
    package = make_package(prepare_py=COUNTED)

    async def both() -> list[PreparedTask]:
        return list(await asyncio.gather(prepare(package), prepare(package)))

    first, second = asyncio.run(both())
    assert stamp(first) == stamp(second)
    assert first.data_hash == second.data_hash


def test_a_failure_leaves_nothing_and_does_not_stick(make_package: MakePackage, own_cache: Path) -> None:
    for _ in range(2):
        with pytest.raises(PreparationFailed, match="ValueError"):
            asyncio.run(prepare(make_package(prepare_py=code("raise ValueError"))))
    assert [path.suffix for path in own_cache.iterdir() if path.suffix != ".lock"] == []


def test_a_full_disk_is_told_as_such_and_nothing_half_written_stays(
    make_package: MakePackage, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*words: object) -> None:
        (Path(str(words[2])) / "half").write_text("some")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(preparation, "copy_tree_out", full)
    with pytest.raises(MachineError, match=r"there is no space left.*MLESMITH_CACHE"):
        asyncio.run(prepare(make_package(prepare_py=code("pass"))))
    assert [path.suffix for path in own_cache.iterdir() if path.suffix != ".lock"] == []


def test_a_broken_grader_leaves_the_scores_open(make_package: MakePackage, own_cache: Path) -> None:
    task = asyncio.run(prepare(make_package(metric_py="x = 1\n")))
    assert (task.sample_score, task.best_score) == (None, None)
    assert not (task.root / "scores.json").exists()


def test_what_is_kept_can_be_read_by_a_sandbox(prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    for path in [task.root, *task.root.rglob("*")]:
        wanted = 0o755 if path.is_dir() else 0o644
        if path.name not in {"scores.json"}:
            assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert set(json.loads((task.root / "scores.json").read_text())) == {"sample", "best"}


@pytest.mark.parametrize("kind", ["number", "label", "probability", "probabilities"])
def test_the_answers_as_a_submission(kind: Kind, prepared_task: PreparedOf, tmp_path: Path) -> None:
    task = prepared_task(kind)
    (tmp_path / "best.csv").write_bytes(answers_file(task))
    best = pd.read_csv(tmp_path / "best.csv", dtype=str)
    assert list(best.columns) == list(task.sample.columns)
    if kind == "probability":
        assert ((best["rig"] == "1.0") == (task.answers["rig"] == "sloop")).all()
    if kind == "probabilities":
        assert (best[list(task.rules.columns)].astype(float).sum(axis=1) == 1).all()


def test_every_missing_table_is_named(prepared_task: PreparedOf, tmp_path: Path) -> None:
    with pytest.raises(PreparationFailed) as found:
        check_form(prepared_task("number").package, tmp_path)
    for name in ("public/train.csv", "public/test.csv", "public/sample_submission.csv", "private/test_answer.csv"):
        assert name in str(found.value)


def test_sets_have_the_same_order_in_each_run(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package(prepare_py=code("(public / 'seen.txt').write_text(os.environ['PYTHONHASHSEED'])"))
    asyncio.run(run_prepare(package, tmp_path / "out"))
    assert (tmp_path / "out" / "public" / "seen.txt").read_text() == "0"
