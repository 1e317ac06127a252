"""`file:`: what is a table and where it comes from; what is none, and how that is said."""

import gzip
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import UserError
from harness.sources import SourceError, resolve
from harness.sources.fetched import ChecksumError, slug
from harness.sources.table_like import NotATable

TEXT = "height,weight\n1,2\n3,4\n"
PARQUET = pd.DataFrame({"height": [1, 3], "weight": [2, 4]})


def parquet(path: Path) -> None:
    PARQUET.to_parquet(path)


TABLES: dict[str, Callable[[Path], object]] = {
    "plants.csv": lambda path: path.write_text(TEXT),
    "plants.tsv": lambda path: path.write_text(TEXT.replace(",", "\t")),
    "plants.data": lambda path: path.write_text(TEXT.replace(",", ";")),
    "marked.csv": lambda path: path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode()),
    "blank_first.csv": lambda path: path.write_text("\n\n" + TEXT),
    "broker.csv": lambda path: path.write_text("<DATE>,<OPEN>\n1,2\n"),
    "plants.csv.gz": lambda path: path.write_bytes(gzip.compress(TEXT.encode())),
    "plants.parquet": parquet,
    "two words & more.csv": lambda path: path.write_text(TEXT),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_found_and_never_copied(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    TABLES[name](path)
    fetched = resolve(f"file:{path}")
    assert fetched.path == path.resolve()
    assert fetched.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert fetched.pinned_uri == f"file:{path.resolve()}"
    assert (fetched.licence, fetched.documentation) == ("unknown", "")
    assert resolve(fetched.pinned_uri, sha256=fetched.sha256).path == fetched.path


@pytest.mark.parametrize("form", ["{}", "file:{}", "file://{}"], ids=["path", "uri", "two slashes"])
def test_a_path_may_be_written_in_several_ways(form: str, tmp_path: Path) -> None:
    path = tmp_path / "plants.csv"
    path.write_text(TEXT)
    assert resolve(form.format(path)).path == path.resolve()


def test_a_relative_path_and_an_escaped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "my plants.csv"
    path.write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    for uri in ("my plants.csv", "file:my plants.csv", "file:./my plants.csv", "file:my%20plants.csv"):
        assert resolve(uri).path == path.resolve()


def test_a_name_with_a_colon_is_a_file_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run:3.csv").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    assert resolve("run:3.csv").path.name == "run:3.csv"


def test_a_tilde_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plants.csv").write_text(TEXT)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve("file:~/plants.csv").path == (tmp_path / "plants.csv").resolve()


@pytest.mark.parametrize("name", ["plants.md", "plants.names", "README.md", "README"])
def test_the_text_beside_it_is_its_documentation(name: str, tmp_path: Path) -> None:
    (tmp_path / "plants.csv").write_text(TEXT)
    (tmp_path / name).write_text("height in cm")
    assert resolve(str(tmp_path / "plants.csv")).documentation == "height in cm"


def test_a_text_of_its_own_name_comes_before_a_readme_and_a_table_is_not_its_own_text(tmp_path: Path) -> None:
    (tmp_path / "plants.txt").write_text(TEXT)
    (tmp_path / "README.md").write_text("of everything here")
    assert resolve(str(tmp_path / "plants.txt")).documentation == "of everything here"
    (tmp_path / "plants.names").write_text("of the plants")
    assert resolve(str(tmp_path / "plants.txt")).documentation == "of the plants"


@dataclass(frozen=True)
class NoTable:
    """A file that is no table, and a word that its message must have."""

    name: str
    content: bytes
    word: str


NO_TABLES = [
    NoTable("empty.csv", b"", "is empty"),
    NoTable("header.csv", b"height,weight\n\n\n", "no rows"),
    NoTable("one.csv", b"height\n1\n2\n", "one column"),
    NoTable("prose.txt", b"Once upon a time\nthere was a file\n", "one column"),
    NoTable("binary.csv", b"a,b\n\0\1\2,3\n", "holds binary"),
    NoTable("picture.csv", b"\x89PNG\r\n\x1a\n....", "a picture"),
    NoTable("book.csv", b"PK\x03\x04....", "ending .zip or .xlsx"),
    NoTable("old.csv", b"\xd0\xcf\x11\xe0....", "ending .xls"),
    NoTable("paper.pdf", b"%PDF-1.7\n", "PDF"),
    NoTable("columns.csv", b"PAR1....", "ending .parquet"),
    NoTable("page.csv", b"<!DOCTYPE html>\n<html>, </html>\n", "web page"),
    NoTable("records.csv", b'{"a": 1, "b": 2}\n{"a": 2, "b": 3}\n', "JSON"),
    NoTable("twice.csv.gz", gzip.compress(gzip.compress(TEXT.encode())), "or twice"),
    NoTable("unsaid.csv", gzip.compress(TEXT.encode()), "does not say"),
    NoTable("cut.csv.gz", gzip.compress(os.urandom(400))[:60], "can't be read"),
    NoTable("false.csv.gz", TEXT.encode(), "can't be read"),
    NoTable("false.parquet", TEXT.encode(), "no readable Parquet"),
]


@pytest.mark.parametrize("case", NO_TABLES, ids=lambda case: case.name)
def test_what_is_no_table_is_refused_with_its_reason(case: NoTable, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)
    with pytest.raises(NotATable) as refusal:
        resolve(str(path))
    assert case.word in str(refusal.value)
    assert case.name in str(refusal.value)


@pytest.mark.parametrize(("columns", "rows"), [(1, 3), (3, 0)])
def test_a_parquet_file_without_features_or_rows_is_refused(columns: int, rows: int, tmp_path: Path) -> None:
    pd.DataFrame({f"c{place}": range(rows) for place in range(columns)}).to_parquet(tmp_path / "thin.parquet")
    with pytest.raises(NotATable, match=f"{columns} columns and {rows} rows"):
        resolve(str(tmp_path / "thin.parquet"))


def test_a_missing_file_lists_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "plants.csv").write_text(TEXT)
    with pytest.raises(SourceError, match=r"no file .*plant\.csv.*plants\.csv"):
        resolve(f"file:{tmp_path / 'plant.csv'}")


@pytest.mark.parametrize("uri", ["ftp:plants.csv", "https://example.org/plants.csv", "kagle:titanic"])
def test_an_unknown_scheme_lists_the_known_ones(uri: str) -> None:
    with pytest.raises(SourceError, match=r"no kind of source.*file:.*pypi:"):
        resolve(uri)


def test_other_data_than_the_expected_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plants.csv"
    path.write_text(TEXT)
    expected = resolve(str(path)).sha256
    path.write_text(TEXT + "5,6\n")
    with pytest.raises(ChecksumError, match=expected):
        resolve(str(path), sha256=expected)


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plants.csv")
    with pytest.raises(SourceError, match="no regular file"):
        resolve(str(tmp_path / "plants.csv"))


@pytest.mark.parametrize(
    "path", ["file:" + "x" * 5000, "file:~nobody_of_that_name/a.csv"], ids=["long", "no such user"]
)
def test_a_path_that_cannot_be_followed_is_the_users_mistake(path: str) -> None:
    with pytest.raises(SourceError, match="can't be read"):
        resolve(path)


def test_every_refusal_has_the_exit_code_of_a_users_mistake() -> None:
    assert all(issubclass(kind, UserError) and kind.exit_code == 2 for kind in (SourceError, NotATable, ChecksumError))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ToyotaCorolla.csv.gz", "toyota_corolla"),
        ("abalone.data.txt", "abalone"),
        ("concrete.pkl.compress", "concrete"),
        ("SuperStore-2020 (1).CSV", "super_store_2020_1"),
        (".csv", "data"),
    ],
)
def test_a_cluster_is_named_after_the_file(name: str, expected: str) -> None:
    assert slug(name) == expected
