"""What users have instead of a clean table: one clear message with its exit code, or a table that was read right.

All through the command line, in this process; never a traceback, never a half-written package.
"""

import json
import os
import resource
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlesmith import cli
from tests.mlesmith.conftest import Run

pytestmark = pytest.mark.usefixtures("own_cache")

ROWS = 60
BODY = [(f"p{number}", str(number * 37 % 101), f"{number * 7 % 10}.5") for number in range(ROWS)]
TABLE = "name,height,weight\n" + "".join(",".join(row) + "\n" for row in BODY)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder apart from the cache, with something outside it."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def written() -> list[Path]:
    """What of packages is there, whole or half."""
    return [path for path in Path("tasks").rglob("*") if path.is_file()] if Path("tasks").is_dir() else []


def shown(run: Run, source: str) -> dict[str, dict[str, object]]:
    """The columns of a source as `show` tells them."""
    said = run("show", source, "--json")
    assert said.code == 0, said.err
    return {column["name"]: column for column in json.loads(said.out)["columns"]}


@dataclass(frozen=True)
class Refused:
    """A file that is refused at once, and words that its message has."""

    name: str
    file: str
    content: bytes
    words: tuple[str, ...]


REFUSED = [
    Refused("empty", "e.csv", b"", ("e.csv is empty", "expected")),
    Refused("blank", "b.csv", b"\n\n\n", ("no rows",)),
    Refused("one column", "one.csv", b"height\n1\n2\n3\n", ("one column", "at least one feature")),
    Refused("header alone", "h.csv", b"a,b\n", ("no rows",)),
    Refused("a row too wide", "w.csv", TABLE.encode() + b"a,1,2,3,4\n", ("line 62", "Mend the file")),
    Refused("an open quote", "q.csv", TABLE.encode() + b'"a,1,2\n' + TABLE.encode(), ("EOF inside string", "Mend")),
    Refused(
        "quotes that swallow rows",
        "s.csv",
        ("name,height,weight\n" + 'p,1,"2\n' + TABLE + 'x,1,2"\n' + TABLE).encode(),
        ("row 1", "'weight' is not closed", "swallows"),
    ),
    Refused("a picture", "p.csv", b"\x89PNG\r\n\x1a\n", ("a picture",)),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_is_no_table_is_refused(case: Refused, run: Run) -> None:
    Path(case.file).write_bytes(case.content)
    said = run("show", case.file)
    assert said.code == 2, said.err
    assert said.err.count("mlesmith:") == 1
    for word in (case.file, *case.words):
        assert word in said.err
    generated = run("generate", case.file)
    assert generated.code in {1, 2}
    assert not written()


NOTHING_TO_ASK = {
    "all columns constant": "a,b,c\n" + "1,x,2\n" * ROWS,
    "all ids": "id,uuid\n" + "".join(f"{n},{n * 7919:08x}-aa-{n:04x}\n" for n in range(ROWS)),
}


@pytest.mark.sandbox
@pytest.mark.parametrize("name", NOTHING_TO_ASK)
def test_a_table_of_which_nothing_can_be_asked(name: str, run: Run) -> None:
    Path("t.csv").write_text(NOTHING_TO_ASK[name])
    said = run("generate", "t.csv", "--json")
    assert said.code == 1, said.err
    report = json.loads(said.out)
    assert report["verified"] == 0
    assert "nothing to predict from anything" in report["datasets"][0]["reason"]
    assert not written()


@pytest.mark.sandbox
def test_twenty_rows(run: Run) -> None:
    Path("t.csv").write_text("\n".join(TABLE.splitlines()[:21]) + "\n")
    said = run("generate", "t.csv", "--json", "--formulations", "1")
    assert said.code == 1, said.err
    assert "has only 20 rows" in json.loads(said.out)["datasets"][0]["reason"]
    assert not written()


@pytest.mark.slow
def test_two_million_rows(run: Run) -> None:
    block = "".join(f"{number % 9973},{number % 7},{'xyz'[number % 3]}\n" for number in range(20_000))
    with Path("t.csv").open("w") as out:
        out.write("count,week,kind\n")
        out.writelines(block for _ in range(100))
    said = run("show", "t.csv", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert found["raw_rows"] == 2_000_000 > found["rows"]


@pytest.mark.slow
def test_ten_thousand_columns(run: Run) -> None:
    names = [f"c{place}" for place in range(10_000)]
    rows = [",".join(str((place * row) % 97) for place in range(10_000)) for row in range(1, 13)]
    Path("t.csv").write_text("\n".join([",".join(names), *rows]) + "\n")
    assert len(shown(run, "t.csv")) == 10_000


def test_mixed_encodings(run: Run) -> None:
    lines = [f"Größe {number},{number}" for number in range(ROWS)]
    encoded = [line.encode("cp1252" if place % 2 else "utf-8") for place, line in enumerate(lines)]
    Path("t.csv").write_bytes(b"name,size\n" + b"\n".join(encoded) + b"\n")
    said = run("show", "t.csv")
    assert "30 of its lines are UTF-8 and 30 are Windows-1252" in " ".join(said.out.split())
    assert "Größe" in said.out
    assert "Ã" not in said.out


def test_duplicate_column_names(run: Run) -> None:
    Path("t.csv").write_text(TABLE.replace("name,height,weight", "name,size,size"))
    assert list(shown(run, "t.csv")) == ["name", "size", "size.1"]


def test_a_byte_order_mark(run: Run) -> None:
    Path("t.csv").write_bytes(b"\xef\xbb\xbf" + TABLE.encode())
    assert list(shown(run, "t.csv")) == ["name", "height", "weight"]


def test_a_header_in_the_third_line_and_a_total_at_the_end(run: Run) -> None:
    Path("t.csv").write_text("Report of plants\n2020\n" + TABLE + "Total,2000,300\n")
    found = shown(run, "t.csv")
    assert list(found) == ["name", "height", "weight"]
    assert float(str(found["height"]["high"])) <= 100
    said = " ".join(run("show", "t.csv").out.split())
    assert "2 lines above the header were left out" in said
    assert "1 lines below the table were left out" in said


def test_decimal_commas_and_thousands_separators(run: Run) -> None:
    rows = "".join(f"p{n};1.{n * 37 % 900 + 100},5;{n % 9 + 1}.{n * 13 % 900 + 100}\n" for n in range(ROWS))
    Path("t.csv").write_text("name;price;count\n" + rows)
    found = shown(run, "t.csv")
    assert [found[name]["kind"] for name in ("price", "count")] == ["number", "count"]
    assert 1000 < float(str(found["price"]["low"])) < 2000
    assert 1000 <= float(str(found["count"]["low"])) < 10_000
    Path("us.csv").write_text("name,price\n" + "".join(f'p{n},"{n + 1},{n * 37 % 900 + 100}.5"\n' for n in range(ROWS)))
    assert float(str(shown(run, "us.csv")["price"]["low"])) > 1000


ODD = [
    'say "hi"',
    "two\nlines",
    "a/b\\c",
    "=SUM(A1:A9)",
    "größe",
    "价格",
    "-x",
    "  wide  ",
    "@cmd",
    "{x} %s",
    "{{ x }}",
    "TODO",
]


@pytest.mark.sandbox
@pytest.mark.slow
def test_odd_names_in_an_odd_export_become_a_task(run: Run) -> None:
    """Quotes, line breaks, slashes, formulas and letters of other scripts in names; titles above, a total below."""
    random = np.random.default_rng(1)
    table = pd.DataFrame({name: random.normal(50, 9, 400).round(1) for name in ODD})
    table["=target+1"] = (3 * table["größe"] + 2 * table["价格"] - table["-x"] + random.normal(0, 9, 400)).round(1)
    text = "Report of plants\nof 2020\n" + table.to_csv(index=False) + "Total" + "," * len(ODD) + "9\n"
    Path("odd names.csv").write_text(text)
    said = run("generate", "odd names.csv", "--json", "--formulations", "1")
    report = json.loads(said.out)
    assert report["verified"] == 1, (said.err, report["rejected"])
    (card,) = Path("tasks").rglob("task.toml")
    assert (card.parent / "verification.json").is_file()
    prepared = run("prepare", card.parent.name, "--json")
    assert json.loads(prepared.out)[0]["train"] + json.loads(prepared.out)[0]["test"] == 400


def test_an_unknown_scheme(run: Run) -> None:
    said = run("generate", "ftp://example.org/t.csv")
    assert (said.code, "Known: file:" in said.err) == (2, True)


@pytest.mark.sandbox
def test_a_wrong_checksum(run: Run, tmp_path: Path) -> None:
    from tests.harness.packages import make_package

    root = make_package(tmp_path, "number").write(tmp_path / "work" / "tasks" / "mine")
    card = root / "task.toml"
    source = Path(card.read_text().partition('uri = "file:')[2].partition('"')[0])
    source.write_text(source.read_text() + "\n")
    said = run("prepare", root.name)
    assert said.code == 2, said.err
    assert "has changed: its sha256 is" in said.err
    assert "generate the task anew" in said.err


def test_no_disk_space(run: Run, tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk; it holds for root, too."""
    Path("t.csv.xz").write_bytes(__import__("lzma").compress(TABLE.encode() * 5000))

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    done = subprocess.run(
        [sys.executable, "-m", "mlesmith", "show", "t.csv.xz"],
        capture_output=True,
        text=True,
        preexec_fn=limited,
        timeout=100,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "no space left" in done.stderr
    assert "MLESMITH_CACHE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in (tmp_path / "cache" / "sources").rglob("*") if path.is_file()]


def test_a_source_that_disappears_half_way(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.sources import resolution
    from harness.sources.tables import opened

    Path("t.csv").write_text(TABLE)

    def gone(fetched: object) -> object:
        Path("t.csv").unlink()
        return opened(fetched)  # type: ignore[arg-type]

    monkeypatch.setattr(resolution, "opened", gone)
    said = run("generate", "t.csv")
    assert said.code == 2, said.err
    assert "t.csv can't be read" in said.err
    assert "No such file" in said.err
    assert not written()


def test_a_folder_without_read_permission(run: Run, tmp_path: Path) -> None:
    """Root reads everything, so a child gives that up; it has imported all it needs before."""
    closed = Path("closed")
    closed.mkdir()
    (closed / "t.csv").write_text(TABLE)
    assert run("show", "closed/t.csv").code == 0
    assert run("show", "file:closed").code == 0
    closed.chmod(0)
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o755)
    try:
        for source in ("file:closed", "closed/t.csv"):
            code, said = as_another(lambda source=source: cli._run(["show", source]))  # type: ignore[misc]
            assert code == 2, said
            assert "permission denied" in said.lower()
            assert "Traceback" not in said
    finally:
        closed.chmod(0o755)


def as_another(call: Callable[[], int]) -> tuple[int, str]:
    """The result of a call in a child without root's rights, and what it said on standard error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 99
        sys.stderr = os.fdopen(writing, "w")
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            code = call()
        except Exception:  # noqa: BLE001 - the child must end here, and say why
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def test_a_link_out_of_the_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(TABLE)
    Path("folder").mkdir()
    Path("folder/t.csv").symlink_to(tmp_path / "secret.csv")
    for source, word in {"file:folder": "holds no table", "file:folder#t.csv": "out of the folder"}.items():
        said = run("generate", source)
        assert (said.code, word in said.err) == (2, True), said.err


def test_a_zip_bomb(run: Run, tmp_path: Path) -> None:
    with (
        zipfile.ZipFile("t.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("t.csv", "w") as out,
    ):
        out.write(b"a,b\n")
        for _ in range(300):
            out.write(b"1,2\n" * 262_144)
    said = run("generate", "t.zip")
    assert said.code == 2, said.err
    assert "unpacks to more than" in said.err
    assert not [path for path in (tmp_path / "cache" / "sources").rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["../../climb.csv", "/tmp/climb.csv", "..\\climb.csv"])
def test_an_archive_whose_paths_climb_out(name: str, run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile("t.zip", "w") as archive:
        archive.writestr(name, TABLE)
    said = run("generate", "t.zip")
    assert said.code == 2, said.err
    assert "climbs out of the archive" in said.err
    assert not [path for path in tmp_path.rglob("climb.csv")]


def test_several_tables_are_asked_about(run: Run) -> None:
    Path("folder").mkdir()
    for name in ("plants.csv", "trees.csv"):
        Path("folder", name).write_text(TABLE)
    said = run("generate", "file:folder")
    assert (said.code, "Name one:" in said.err, "#plants.csv" in said.err) == (2, True, True)
    assert list(shown(run, "file:folder#trees.csv")) == ["name", "height", "weight"]
