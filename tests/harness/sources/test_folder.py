"""`file:` for a folder or an archive: which table is meant, what explains it, and when to ask."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from harness.sources import SourceError, resolve
from harness.sources.choosing import Candidates, choose

PLANTS = "height,weight\n1,2\n3,4\n"
MORE = "weight,height\n20,10\n"
TREES = "age,size\n5,6\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def packed(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "garden.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


FORMS: dict[str, Callable[[Path, dict[str, str]], Path]] = {"folder": write, "archive": packed}


@dataclass(frozen=True)
class Choice:
    """Files, what is named of them, and the heights in the table that is chosen."""

    name: str
    files: dict[str, str]
    heights: list[int]
    named: str = ""
    note: str = ""


BESIDE = {
    "README.md": "of plants",
    "LICENSE": "MIT License",
    "codebook.txt": "height: in cm",
    "sample_submission.csv": "a,b\n1,2\n",
}
CHOICES = [
    Choice("one table", {"plants.csv": PLANTS, **BESIDE}, [1, 3]),
    Choice("named", {"plants.csv": PLANTS, "trees.csv": TREES}, [1, 3], "plants.csv"),
    Choice("named below", {"raw/plants.csv": PLANTS, "raw/trees.csv": TREES}, [1, 3], "raw/plants.csv"),
    Choice("named alone", {"raw/plants.csv": PLANTS, "raw/trees.csv": TREES}, [1, 3], "plants.csv"),
    Choice("parts", {"p_2.csv": MORE, "p_1.csv": PLANTS}, [1, 3, 10], note="2 parts were joined"),
    Choice("far larger", {"plants.csv": PLANTS * 9, "trees.csv": TREES}, [], note="by far the largest"),
    Choice("records", {"plants.jsonl": '{"height": 1, "w": 2}\n{"height": 3, "w": 4}\n'}, [1, 3]),
    Choice("text alone", {"plants.txt": PLANTS, "README.txt": "of plants, and more"}, [1, 3]),
]


@pytest.mark.sandbox
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CHOICES, ids=lambda case: case.name)
def test_the_table_of_several_files(case: Choice, form: str, tmp_path: Path, own_cache: Path) -> None:
    place = FORMS[form](tmp_path / "garden" if form == "folder" else tmp_path, case.files)
    fetched = resolve(f"file:{place}" + (f"#{case.named}" if case.named else ""))
    if case.heights:
        assert pd.read_csv(fetched.path)["height"].tolist() == case.heights
    assert any(case.note in note for note in fetched.notes) or not case.note
    again = resolve(fetched.pinned_uri, sha256=fetched.sha256)
    assert again.path.read_bytes() == fetched.path.read_bytes()


def test_train_and_test_are_joined_where_their_columns_agree(tmp_path: Path, own_cache: Path) -> None:
    same = write(tmp_path / "same", {"train.csv": PLANTS, "test.csv": MORE})
    fetched = resolve(str(same))
    assert pd.read_csv(fetched.path)["height"].tolist() == [1, 3, 10]
    parts = json.loads((fetched.path.parent / "parts.json").read_text())
    assert [(part["file"], part["rows"]) for part in parts] == [("train.csv", 2), ("test.csv", 1)]
    without = write(tmp_path / "without", {"train.csv": PLANTS, "test.csv": "height\n7\n", **BESIDE})
    fetched = resolve(str(without))
    assert (fetched.path.name, fetched.notes) == ("train.csv", ("train.csv was taken; test.csv has other columns",))


@pytest.mark.parametrize(
    ("files", "named", "said"),
    [
        (
            {"plants.csv": PLANTS, "trees.csv": TREES},
            "",
            r"2 tables, and none stands out.*plants\.csv, trees\.csv.*#plants",
        ),
        ({"plants.csv": PLANTS}, "plant.csv", r"no file 'plant\.csv'.*plants\.csv"),
        ({"README.md": "nothing", "picture.png": "x"}, "", "holds no table.*README"),
        ({}, "", "holds no table.*nothing"),
        ({"p1.csv": PLANTS, "p2.csv": TREES}, "", "no parts of one table.*age"),
    ],
)
def test_a_guess_is_asked_about(files: dict[str, str], named: str, said: str, tmp_path: Path, own_cache: Path) -> None:
    place = tmp_path / "garden"
    place.mkdir()
    with pytest.raises(SourceError, match=said):
        resolve(f"file:{write(place, files)}" + (f"#{named}" if named else ""))


def test_parts_in_parquet_with_other_types_and_orders(tmp_path: Path, own_cache: Path) -> None:
    pd.DataFrame({"a": [1], "b": ["x"]}).to_parquet(tmp_path / "part-0.parquet")
    pd.DataFrame({"b": ["y"], "a": [1.5]}).to_parquet(tmp_path / "part-1.parquet")
    table = pd.read_parquet(resolve(str(tmp_path)).path)
    assert table.to_dict("list") == {"a": [1.0, 1.5], "b": ["x", "y"]}


def test_what_lies_beside_explains_the_table(tmp_path: Path, own_cache: Path) -> None:
    folder = write(tmp_path / "garden", {"plants.csv": PLANTS, "notes.md": "of a garden", **BESIDE})
    (folder / "CITATION.cff").write_text("title: Plants\nyear: 2020")
    fetched = resolve(str(folder))
    assert fetched.licence == "MIT"
    assert fetched.citation == "title: Plants year: 2020"
    for words in ("of plants", "height: in cm", "of a garden"):
        assert words in fetched.documentation
    alone = resolve(str(folder / "plants.csv"))
    assert (alone.licence, "of a garden" in alone.documentation) == ("MIT", False)


def test_choosing_reads_nothing_and_depends_on_no_order() -> None:
    sizes = {f"data/train-{part:05}-of-00003.parquet": 10 for part in (2, 0, 1)}
    for order in (sorted(sizes), sorted(sizes, reverse=True)):
        found = choose(Candidates("x", {name: sizes[name] for name in order}))
        assert found.names == tuple(sorted(sizes))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, own_cache: Path) -> None:
    write(tmp_path, {"secret.csv": PLANTS})
    folder = write(tmp_path / "garden", {"README.md": "nothing"})
    (folder / "plants.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceError, match=r"links to .*out of the folder"):
        resolve(f"file:{folder}#plants.csv")
    with pytest.raises(SourceError, match="holds no table"):
        resolve(f"file:{folder}")
    assert resolve(f"file:{folder / 'plants.csv'}").path == (tmp_path / "secret.csv").resolve()
