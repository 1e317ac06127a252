"""Formats that are no plain table: each becomes one, with its cells as they stand."""

import bz2
import gzip
import io
import json
import lzma
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from harness.sources import SourceError, resolve
from harness.sources.unpacking import TooLarge, limit_of

TEXT = "height,weight\n1,2.50\n3,4\n"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: bytes(pa.compress(data, "zstd", asbytes=True)),
}


def cells(path: Path) -> list[list[str]]:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return [list(table.columns), *table.to_numpy().tolist()]


EXPECTED = [["height", "weight"], ["1", "2.50"], ["3", "4"]]


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("name", ["plants.csv", "plants.tsv"])
def test_a_packed_text_is_unpacked(name: str, ending: str, tmp_path: Path, own_cache: Path) -> None:
    text = TEXT.replace(",", "\t") if name.endswith("tsv") else TEXT
    path = tmp_path / f"{name}.{ending}"
    path.write_bytes(PACKED[ending](text.encode()))
    fetched = resolve(str(path))
    assert pd.read_csv(fetched.path, sep=None, engine="python").to_dict("list") == {
        "height": [1, 3],
        "weight": [2.5, 4],
    }
    assert (fetched.path == path.resolve()) == (ending == "gz")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(SourceError, match=r"damaged|can't be read"):
        resolve(str(path))


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst"])
def test_a_bomb_is_not_unpacked(ending: str, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.sources.unpacking.FREE", 1 << 20)
    monkeypatch.setattr("harness.sources.unpacking.RATIO", 3)
    path = tmp_path / f"plants.csv.{ending}"
    path.write_bytes(PACKED[ending](TEXT.encode() + b"1,2\n" * 500_000))
    with pytest.raises(TooLarge, match="1 MB"):
        resolve(str(path))
    assert not [path for path in (own_cache / "sources").rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, 10_000, 1 << 20, 1 << 30])
def test_a_bound_grows_with_what_is_packed_and_ends(size: int) -> None:
    assert 256 << 20 <= limit_of(size) <= limit_of(size + 1) <= 4 << 30


def test_an_archive_that_lies_about_a_size_is_counted(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.sources.unpacking.FREE", 1000)
    monkeypatch.setattr("harness.sources.unpacking.RATIO", 3)
    path = tmp_path / "plants.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plants.csv", TEXT + "1,2\n" * 5000)
    said = len(TEXT) + 20_000
    path.write_bytes(path.read_bytes().replace(said.to_bytes(4, "little"), (900).to_bytes(4, "little")))
    with pytest.raises(SourceError, match=r"unpacks to more|damaged"):
        resolve(str(path))


RECORDS = {
    "lines.jsonl": '{"height": 1, "weight": 2.50}\n\n{"height": 3, "weight": 4}\n',
    "list.json": '[{"height": 1, "weight": 2.50}, {"height": 3, "weight": 4}]',
    "entry.json": '{"version": 2, "plants": [{"height": 1, "weight": 2.50}, {"height": 3, "weight": 4}]}',
    "columns.json": '{"height": [1, 3], "weight": [2.50, 4]}',
    "split.json": '{"columns": ["height", "weight"], "data": [[1, 2.50], [3, 4]]}',
    "marked.json": '\ufeff[{"height": 1, "weight": 2.50}, {"height": 3, "weight": 4}]',
}


@pytest.mark.sandbox
@pytest.mark.parametrize("name", RECORDS)
def test_records_in_json(name: str, tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / name).write_text(RECORDS[name])
    assert cells(resolve(str(tmp_path / name)).path) == EXPECTED


@pytest.mark.sandbox
def test_cells_of_json_as_they_stand(tmp_path: Path, own_cache: Path) -> None:
    records = [
        {"a": None, "b": True, "c": {"d": 1, "e": {"f": "x"}}, "g": [1, "y"]},
        {"a": 1e400, "b": "1,5\nand", "c": {}, "h": 12345678901234567890},
    ]
    (tmp_path / "odd.json").write_text(json.dumps(records))
    assert cells(resolve(str(tmp_path / "odd.json")).path) == [
        ["a", "b", "c.d", "c.e.f", "g", "c", "h"],
        ["", "true", "1", "x", '["1", "y"]', "", ""],
        ["", "1,5\nand", "", "", "", "{}", "12345678901234567890"],
    ]


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.jsonl", '{"a": 1, "b": 2}\n{"a": 1, \n', "line 2 is no JSON"),
        ("deep.json", "[" * 100_000, "nested too deep|no JSON"),
        ("words.json", '["a", "b"]', "record 1 is 'a'"),
        ("one.json", '{"a": 1, "b": 2}', "one object"),
        ("two.json", '{"x": [{"a": 1, "b": 1}], "y": [{"a": 1, "b": 2}]}', "several lists of records.*x, y"),
        ("empty.json", "[]", "0 names"),
    ],
)
def test_json_without_records(name: str, content: str, said: str, tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(SourceError, match=said):
        resolve(str(tmp_path / name))


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


PLANTS: list[list[object]] = [["height", "weight"], [1, 2.5], [3, 4]]


@pytest.mark.sandbox
def test_a_workbook(tmp_path: Path, own_cache: Path) -> None:
    moment, day = pd.Timestamp("2020-01-02 03:04").to_pydatetime(), pd.Timestamp("2020-01-02").to_pydatetime()
    rows: list[list[object]] = [["Plants, 2020", None, None], ["a", "b", "c"], [1, True, day], [2.5, None, moment]]
    workbook(tmp_path / "odd.xlsx", {"about": [["Hello"]], "plants": [*rows, [3, "=1+1", day], ["4", "x", day]]})
    fetched = resolve(str(tmp_path / "odd.xlsx"))
    assert cells(fetched.path) == [
        ["a", "b", "c"],
        ["1", "True", "2020-01-02"],
        ["2.5", "", "2020-01-02 03:04:00"],
        ["3", "", "2020-01-02"],
        ["4", "x", "2020-01-02"],
    ]
    assert fetched.notes == ("1 lines above the header were left out: 'Plants, 2020'",)


@pytest.mark.sandbox
def test_the_sheet_of_a_workbook_is_named(tmp_path: Path, own_cache: Path) -> None:
    workbook(tmp_path / "two.xlsx", {"plants": PLANTS, "old trees": [["age", "size"], [5, 6]]})
    with pytest.raises(SourceError, match=r"several tables.*#NAME.*plants, old trees"):
        resolve(str(tmp_path / "two.xlsx"))
    fetched = resolve(f"file:{tmp_path / 'two.xlsx'}#old trees")
    assert cells(fetched.path) == [["age", "size"], ["5", "6"]]
    assert fetched.pinned_uri.endswith("two.xlsx#old trees")
    with pytest.raises(SourceError, match=r"no sheet named 'tree'.*plants"):
        resolve(f"file:{tmp_path / 'two.xlsx'}#tree")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(tmp_path / "two.xlsx", "in/two.xlsx")
    assert cells(resolve(f"file:{tmp_path / 'packed.zip'}#in/two.xlsx#old trees").path) == [["age", "size"], ["5", "6"]]


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
 <table:table table:name="plants">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""
ODS_ROW = "<table:table-row>{cells}</table:table-row>"
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


@pytest.mark.sandbox
def test_an_open_document(tmp_path: Path, own_cache: Path) -> None:
    rows = "".join(ODS_ROW.format(cells="".join(map(ODS_CELL.format, row))) for row in EXPECTED)
    with zipfile.ZipFile(tmp_path / "plants.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=rows))
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", f'<?xml version="1.0"?>{manifest}')
    assert cells(resolve(str(tmp_path / "plants.ods")).path) == EXPECTED


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["false.xlsx", "false.xls", "false.ods"])
def test_a_broken_workbook(name: str, tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(SourceError, match="no readable workbook"):
        resolve(str(tmp_path / name))


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["plants.rda", "plants.RData", "plants.rds"])
def test_a_frame_of_r(name: str, tmp_path: Path, own_cache: Path) -> None:
    import rdata

    frame = pd.DataFrame({"height": [1, 2], "leaf": pd.Categorical(["green", "red"]), "weight": [2.5, None]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name.endswith(".rds"):
            rdata.write_rds(tmp_path / name, frame)
        else:
            rdata.write_rda(tmp_path / name, {"plants": frame, "about": "a garden"})
    table = pd.read_parquet(resolve(str(tmp_path / name)).path)
    assert list(table.columns) == ["height", "leaf", "weight"]
    assert table["leaf"].tolist() == ["green", "red"]
    assert table["weight"].isna().tolist() == [False, True]


def test_days_and_moments_of_r_become_text() -> None:
    from harness.sandboxes.inside.opening.r_objects import days, moments

    assert list(days([0.0, 18262.0, float("nan")], {}))[:2] == ["1970-01-01", "2020-01-01"]  # type: ignore[call-overload]
    assert list(moments([1577934245.0], {})) == ["2020-01-02T03:04:05"]  # type: ignore[call-overload]
    assert pd.isna(next(iter(days([float("nan")], {}))))  # type: ignore[call-overload]


@pytest.mark.sandbox
def test_which_object_of_r_is_named(tmp_path: Path, own_cache: Path) -> None:
    import rdata

    two = {name: pd.DataFrame({"a": [1.0], name: [2.0]}) for name in ("plants", "trees")}
    rdata.write_rda(tmp_path / "two.rda", two)
    with pytest.raises(SourceError, match=r"several tables.*plants, trees"):
        resolve(str(tmp_path / "two.rda"))
    assert list(pd.read_parquet(resolve(f"file:{tmp_path / 'two.rda'}#trees").path).columns) == ["a", "trees"]
    (tmp_path / "no.rda").write_bytes(b"RDX3\nnothing")
    with pytest.raises(SourceError, match="gave no table when it was read in a sandbox"):
        resolve(str(tmp_path / "no.rda"))


@pytest.mark.sandbox
@pytest.mark.network
@pytest.mark.slow
def test_a_frame_of_r_from_the_public_index(own_cache: Path) -> None:
    fetched = resolve("pypi:rdata==1.1.0#rdata/tests/data/test_dataframe.rda")
    table = pd.read_parquet(fetched.path)
    assert table.to_dict("list") == {"class": ["a", "b", "b"], "value": [1, 2, 3]}


def test_lists_in_parquet_become_text(tmp_path: Path, own_cache: Path) -> None:
    pd.DataFrame({"a": [1, 2], "b": [[1, 2], None], "c": [{"x": "é"}, {"x": None}]}).to_parquet(tmp_path / "n.parquet")
    fetched = resolve(str(tmp_path / "n.parquet"))
    table = pd.read_parquet(fetched.path)
    assert table["b"].tolist()[0] == "[1, 2]"
    assert table["c"].tolist() == ['{"x": "é"}', '{"x": null}']
    assert "2 columns hold lists" in fetched.notes[0]


def test_an_unpacked_archive_leaves_only_what_was_asked_for(tmp_path: Path, own_cache: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a/plants.csv", TEXT)
        archive.writestr("__MACOSX/._plants.csv", "junk")
    (tmp_path / "plants.zip").write_bytes(made.getvalue())
    assert cells(resolve(str(tmp_path / "plants.zip")).path) == EXPECTED
    assert [path.name for path in (own_cache / "sources").rglob("*") if path.is_file()] == ["plants.csv"]
