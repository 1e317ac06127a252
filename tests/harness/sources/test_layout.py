"""Exports that are more than a table: what is set right and said, and what stays as it stands."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from harness.sources import resolution, resolve
from harness.sources.tables import opened

BODY = "".join(f"p{number},{number},{number * 7 % 10}.5\n" for number in range(40))
PLAIN = "name,height,weight\n" + BODY


@dataclass(frozen=True)
class Export:
    """A file as it was exported; the table in it, and a word of the note; no note where it is to stay as it is."""

    name: str
    text: str
    note: str = ""
    table: str = PLAIN
    encoding: str = "utf-8"


SEMI = PLAIN.replace(",", ";")
EXPORTS = [
    Export("plain", PLAIN),
    Export("titles", "Garden report\nall plants\n" + PLAIN, "2 lines above the header were left out: 'Garden report"),
    Export("padded titles", "Garden report,,\n,,\n" + PLAIN, "lines above the header"),
    Export("blank titles", "\n\nGarden report\n\n" + PLAIN, "1 lines above the header"),
    Export("total", PLAIN + "Total,780,200\n", "1 lines below the table were left out: 'Total 780 200'"),
    Export("total and source", PLAIN + ",,\nTOTAL:,780,\nSource: a garden\n", "3 lines below"),
    Export("grand total behind blanks", PLAIN + ",Grand Total,200\n", "1 lines below"),
    Export("titles and total", "Report\n" + PLAIN + "Summe,780,200\n", "1 lines below"),
    Export("names of R", PLAIN.replace("name,", "", 1), "called 'row'", PLAIN.replace("name", "row", 1)),
    Export("decimal commas", SEMI.replace(".", ","), "decimal commas were made points in 1 columns"),
    Export("white space", PLAIN.replace(",", "   "), "parted by white space"),
    Export(
        "white space in columns",
        "".join(" ".join(f"{c:<9}" for c in line.split(",")) + "\n" for line in PLAIN.splitlines()),
        "white space",
    ),
    Export("utf-16", PLAIN, "UTF-16", encoding="utf-16"),
    Export(
        "a total among others",
        PLAIN + "Total,1,2.5\n" + BODY + "Total,1,2.5\n",
        "",
        PLAIN + "Total,1,2.5\n" + BODY + "Total,1,2.5\n",
    ),
    Export("no header", BODY, "", BODY),
    Export("lists in quotes", "a,b\n" + '"1,2",x\n"3,4",y\n' * 20, "", "a,b\n" + '"1,2",x\n"3,4",y\n' * 20),
    Export("thousands", "a,b\n" + '"1,234",x\n"12,345",y\n' * 20, "", "a,b\n" + '"1,234",x\n"12,345",y\n' * 20),
]


@pytest.mark.parametrize("case", EXPORTS, ids=lambda case: case.name)
def test_an_export_becomes_the_table_in_it(case: Export, tmp_path: Path, own_cache: Path) -> None:
    path = tmp_path / "plants.csv"
    path.write_bytes(case.text.encode(case.encoding))
    fetched = resolve(str(path))
    if not case.note:
        assert (fetched.path, fetched.notes) == (path.resolve(), ())
        assert path.read_text() == case.table
        return
    assert any(case.note in note for note in fetched.notes), fetched.notes
    assert fetched.path.read_text() == case.table
    assert resolve(fetched.pinned_uri, sha256=fetched.sha256).path == fetched.path


def test_european_numbers(tmp_path: Path, own_cache: Path) -> None:
    rows = [("1.234,50", "1.234", "2020.5", "01.02.2020", "12", "1,234") for _ in range(5)]
    rows += [("-7,5", "12", "3.5", "03.04.2021", "", "n/a")]
    text = "price;count;point;day;whole;three\n" + "".join(";".join(row) + "\n" for row in rows)
    (tmp_path / "prices.csv").write_text(text)
    fetched = resolve(str(tmp_path / "prices.csv"))
    table = pd.read_csv(fetched.path, dtype=str, keep_default_na=False)
    assert table.iloc[0].tolist() == ["1234.50", "1234", "2020.5", "01.02.2020", "12", "1.234"]
    assert table.iloc[5].tolist() == ["-7.5", "12", "3.5", "03.04.2021", "", "n/a"]


def test_lines_of_two_encodings(tmp_path: Path, own_cache: Path) -> None:
    lines = ["name,size", "Größe,1", "naïve,2", "plain,3"]
    encoded = [line.encode("cp1252" if place == 2 else "utf-8") for place, line in enumerate(lines)]
    (tmp_path / "mixed.csv").write_bytes(b"\n".join(encoded) + b"\n")
    fetched = resolve(str(tmp_path / "mixed.csv"))
    assert fetched.path.read_text().splitlines() == lines
    assert "1 of its lines are UTF-8 and 1 are Windows-1252" in fetched.notes[0]


def test_a_content_is_looked_at_once(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plants.csv"
    path.write_text("Report of plants\n" + PLAIN)
    first = resolve(str(path))
    assert first.path.read_text() == PLAIN
    looks: list[object] = []
    monkeypatch.setattr(resolution, "opened", lambda fetched: looks.append(fetched) or opened(fetched))
    assert (resolve(str(path)), looks) == (first, [])
    first.path.unlink()
    again = resolve(str(path))
    assert (again.path.read_text(), len(looks)) == (PLAIN, 1), "a table that is gone is made again"
    path.write_text("Another report\n" + PLAIN + "9,9,9\n")
    assert resolve(str(path)).sha256 != first.sha256
    assert len(looks) == 2, "another content is looked at"


def test_a_packed_export_too(tmp_path: Path, own_cache: Path) -> None:
    import gzip

    (tmp_path / "plants.csv.gz").write_bytes(gzip.compress(("Report\n" + PLAIN + "Total,780,200\n").encode()))
    assert resolve(str(tmp_path / "plants.csv.gz")).path.read_text() == PLAIN
