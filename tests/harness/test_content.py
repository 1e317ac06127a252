"""Content hashes see values, not bytes."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.content import content_hash, file_hash, table_hash

TABLE = "id,x,word\n007,1.25,a b\n8,-3,\n123456789012,1e-7,NA\n"


def hash_of(text: str, folder: Path, name: str = "t.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return file_hash(path)


@pytest.mark.parametrize(
    "same",
    [
        "id,x,word\n8,-3,\n007,1.25,a b\n123456789012,1e-7,NA\n",
        "id,x,word\r\n007,1.2500,a b\r\n8,-3.0,\r\n123456789012,0.0000001,NA\r\n",
        "id,x,word\n007,1.2500001,a b\n8,-3,\n123456789012,1.0000000002e-07,NA\n",
        '"id","x","word"\n007, 1.25 ,a b\n8,-3,""\n123456789012,1e-7,NA\n',
    ],
    ids=["order", "writing", "last digits", "quotes"],
)
def test_equal_content(same: str, tmp_path: Path) -> None:
    assert hash_of(same, tmp_path) == hash_of(TABLE, tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        TABLE.replace("1.25", "1.25001"),
        TABLE.replace("a b", "a c"),
        TABLE.replace("x,word", "word,x"),
        TABLE.replace("NA", ""),
        TABLE.replace("123456789012", "123456789013"),
        TABLE + "8,-3,\n",
        TABLE.replace("id,x", "id,z"),
    ],
    ids=["value", "word", "columns", "missing", "long id", "row twice", "name"],
)
def test_other_content(other: str, tmp_path: Path) -> None:
    assert hash_of(other, tmp_path) != hash_of(TABLE, tmp_path)


@given(st.lists(st.tuples(st.integers(), st.floats(allow_nan=False), st.text(max_size=5)), min_size=1), st.randoms())
def test_rows_in_any_order(rows: list[tuple[int, float, str]], random: object) -> None:
    frame = pd.DataFrame([list(map(str, row)) for row in rows], columns=["a", "b", "c"])
    shuffled = frame.sample(frac=1, random_state=len(rows))
    assert table_hash(frame) == table_hash(shuffled)
    assert table_hash(frame) != table_hash(pd.concat([frame, frame.iloc[:1]]))


def test_forms_of_tables_agree(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TABLE.encode(), mtime=1))
    frame = pd.DataFrame({"x": [1.5, 2.0, np.nan], "w": ["a", "b", None]})
    frame.to_parquet(tmp_path / "p.parquet")
    frame.iloc[::-1].to_parquet(tmp_path / "q.parquet", compression="gzip")
    assert file_hash(tmp_path / "t.csv.gz") == hash_of(TABLE, tmp_path)
    assert hash_of(TABLE.replace(",", "\t"), tmp_path, "t.tsv") == hash_of(TABLE, tmp_path)
    assert file_hash(tmp_path / "p.parquet") == file_hash(tmp_path / "q.parquet")
    assert file_hash(tmp_path / "p.parquet") == hash_of("x,w\n1.5,a\n2,b\n,\n", tmp_path)


def test_what_is_no_table_counts_by_its_bytes(tmp_path: Path) -> None:
    assert hash_of("a,b\n1\n2,3,4\n", tmp_path) != hash_of("a,b\n2,3,4\n1\n", tmp_path)
    assert hash_of("", tmp_path) != hash_of("\n", tmp_path)
    assert hash_of("x y", tmp_path, "n.md") != hash_of("x  y", tmp_path, "n.md")


def test_a_folder_counts_by_names_and_content(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, name in ((one, "a.csv"), (two, "b.csv")):
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / name).write_text(TABLE)
    assert content_hash(one) != content_hash(two)
    (two / "deep" / "b.csv").rename(two / "deep" / "a.csv")
    assert content_hash(one) == content_hash(two)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    assert hash_of("a,a\n1,2\n", tmp_path) != hash_of("a,a\n2,1\n", tmp_path)
