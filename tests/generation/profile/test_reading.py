"""Reading: what is detected is what a generated prepare.py will use."""

import gzip
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from generation.profile.reading import Reading, detect, read_text
from generation.profile.source import UnreadableTable, profile_source

ROWS = [("größe", "a b", "c"), ("1,5", "x", "NA"), ("2", "", "?")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_separator_and_encoding(tmp_path: Path, separator: str, encoding: str, packed: bool) -> None:
    path = tmp_path / ("t.csv.gz" if packed else "t.csv")
    data = pd.DataFrame(ROWS[1:], columns=list(ROWS[0])).to_csv(sep=separator, index=False).encode(encoding)
    path.write_bytes(gzip.compress(data) if packed else data)
    reading = detect(path)
    assert reading == Reading("csv", separator, encoding)
    table = read_text(path, reading)
    assert [tuple(table.columns), *map(tuple, table.to_numpy())] == ROWS


def test_nothing_is_taken_for_missing_and_no_column_for_an_index(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\nNA,1\nnull,2\n", encoding="utf-8")
    assert read_text(path, detect(path)).to_numpy().tolist() == [["NA", "1"], ["null", "2"]]


def test_white_space_in_names_is_tidied(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('"TOTAL  VALUE ","two\nlines",c\n1,2,3\n4,5,6\n', encoding="utf-8")
    reading = detect(path)
    assert reading.tidy
    assert list(read_text(path, reading).columns) == ["TOTAL VALUE", "two lines", "c"]


def test_parquet_cells_become_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": [1.5, None], "b": ["x", None]}).to_parquet(path)
    assert read_text(path, detect(path)).to_numpy().tolist() == [["1.5", "x"], ["", ""]]


def test_rows_that_are_wider_than_the_header_are_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2,3\n4,5,6\n", encoding="utf-8")
    with pytest.raises(ValueError, match="more cells than its header"):
        read_text(path, detect(path))


@pytest.mark.parametrize(("inner", "swallows"), [("1,2,3\n" * 9, True), ("free, text, of\nmany lines\n" * 9, False)])
def test_a_quotation_mark_that_swallows_rows(inner: str, swallows: bool, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'a,b,c\n1,2,"x\n{inner}"\n1,2,3\n', encoding="utf-8")
    if swallows:
        with pytest.raises(ValueError, match=r"row 1 .*'c' is not closed and swallows at least 8 rows"):
            read_text(path, detect(path))
    else:
        assert len(read_text(path, detect(path))) == 2


def test_names_of_parquet_leave_the_index_out(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a  b": [1], "c": [2]}, index=pd.Index(["x"], name="d  e")).to_parquet(path)
    assert detect(path).tidy
    assert list(read_text(path, detect(path)).columns) == ["a b", "c"]


def test_broken_files_are_refused_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n1,2,3,4\n", encoding="utf-8")
    fetched = SimpleNamespace(path=path, documentation="", cluster="t")
    with pytest.raises(UnreadableTable, match="line 3"):
        profile_source(fetched)  # type: ignore[arg-type]
