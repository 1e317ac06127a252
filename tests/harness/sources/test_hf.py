"""`hf:` against a server on the loopback that answers as the hub does; the client is the real one."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import MachineError
from harness.sources import SourceError, resolve
from tests.harness.sources.services import Answer, Asked, Service, ranged, serving

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ROWS = pd.DataFrame({"height": [1, 3], "weight": [2, 4]})
README = """---
license: cc-by-4.0
configs:
- config_name: wild
  data_files:
  - {split: train, path: wild/train-*.parquet}
  - {split: test, path: wild/test-*.parquet}
- config_name: tame
  data_files: tame.csv
---
# Plants
height in cm

@article{plants,
  title={Plants}
}
"""


def parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


FILES = {
    "README.md": README.encode(),
    "tame.csv": b"height,weight\n5,6\n7,8\n",
    "wild/train-00000-of-00002.parquet": parquet(ROWS),
    "wild/train-00001-of-00002.parquet": parquet(ROWS + 10),
    "wild/test-00000-of-00001.parquet": parquet(ROWS + 20),
}


class Hub:
    """Answers for one dataset, garden/plants; `cuts` names files whose first download breaks off."""

    def __init__(self) -> None:
        self.cuts: set[str] = set()

    def __call__(self, asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        if path.startswith("/api/datasets/garden/plants"):
            return self.about(path)
        name = path.removeprefix(f"/datasets/garden/plants/resolve/{COMMIT}/")
        if name not in FILES:
            return Answer(b"{}", 404, {"X-Error-Code": "RepoNotFound"})
        cut = 10 if name in self.cuts and asked.method == "GET" and "range" not in asked.headers else None
        self.cuts -= {name} if cut else set()
        return ranged(asked, FILES[name], {"X-Repo-Commit": COMMIT}, cut)

    def about(self, path: str) -> Answer:
        if "/revision/" in path and not path.endswith(("/main", "/v1", COMMIT)):
            return Answer(b"{}", 404, {"X-Error-Code": "RevisionNotFound"})
        card = {"license": "cc-by-4.0", "configs": CONFIGS}
        files = [{"rfilename": name, "size": len(content), "blobId": "0"} for name, content in FILES.items()]
        about = {"id": "garden/plants", "sha": COMMIT, "siblings": files, "cardData": card}
        return Answer(json.dumps(about).encode(), headers={"Content-Type": "application/json"})


CONFIGS = [
    {
        "config_name": "wild",
        "data_files": [
            {"split": "train", "path": "wild/train-*.parquet"},
            {"split": "test", "path": "wild/test-*.parquet"},
        ],
    },
    {"config_name": "tame", "data_files": "tame.csv"},
]


@pytest.fixture
def hub(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Hub, Service]]:
    answering = Hub()
    with serving(answering) as service:
        monkeypatch.setenv("HF_ENDPOINT", service.url)
        yield answering, service


@pytest.mark.parametrize(
    ("uri", "heights"),
    [
        ("hf:garden/plants#tame.csv", ["5", "7"]),
        ("hf:garden/plants@v1#tame", ["5", "7"]),
        ("hf:garden/plants#wild/test", ["21", "23"]),
        ("hf:garden/plants#wild/train", ["1", "3", "11", "13"]),
        ("hf:garden/plants#test", ["21", "23"]),
        ("hf:garden/plants", ["1", "3", "11", "13"]),
    ],
)
def test_a_path_a_split_and_the_first_configuration(uri: str, heights: list[str], hub: tuple[Hub, Service]) -> None:
    fetched = resolve(uri)
    table = pd.read_parquet(fetched.path) if fetched.path.suffix == ".parquet" else pd.read_csv(fetched.path)
    assert table["height"].astype(str).tolist() == heights
    assert fetched.pinned_uri == f"hf:garden/plants@{COMMIT}" + (f"#{uri.partition('#')[2]}" if "#" in uri else "")
    assert (fetched.licence, fetched.cluster) == ("CC-BY-4.0", "plants")
    assert "@article{plants" in fetched.citation
    assert fetched.documentation.startswith("# Plants")


def test_the_pinned_one_is_kept_and_asks_nobody(hub: tuple[Hub, Service]) -> None:
    first = resolve("hf:garden/plants#wild/train")
    asked = len(hub[1].asked)
    again = resolve(first.pinned_uri, sha256=first.sha256)
    assert (again.path, again.licence, again.documentation) == (first.path, first.licence, first.documentation)
    assert len(hub[1].asked) == asked


def test_a_download_that_breaks_off_is_made_whole(hub: tuple[Hub, Service]) -> None:
    hub[0].cuts = {"tame.csv"}
    assert resolve("hf:garden/plants#tame.csv").path.read_bytes() == FILES["tame.csv"]
    asked = [one.method for one in hub[1].asked if one.path.endswith("tame.csv")]
    assert asked == ["HEAD", "GET", "GET"]


def test_a_file_that_was_changed_in_the_cache_is_fetched_anew(hub: tuple[Hub, Service]) -> None:
    first = resolve("hf:garden/plants#tame.csv")
    first.path.write_text("height,weight\n0,0\n")
    assert resolve(first.pinned_uri).sha256 == first.sha256


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("hf:garden/trees", "no dataset garden/trees.*HF_TOKEN"),
        ("hf:garden/plants@v7", "no revision 'v7'"),
        ("hf:garden/plants#tome.csv", r"no file 'tome\.csv'.*tame\.csv"),
        ("hf:", "not of the form"),
    ],
)
def test_what_is_not_there(uri: str, said: str, hub: tuple[Hub, Service]) -> None:
    with pytest.raises(SourceError, match=said):
        resolve(uri)


def test_a_hub_that_is_not_there(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Hub()) as service:
        monkeypatch.setenv("HF_ENDPOINT", service.url)
    with pytest.raises(MachineError, match="can't be reached"):
        resolve("hf:garden/plants#tame.csv")


def test_a_missing_client_says_how_to_install_it(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.sources.clients.find_spec", lambda _name: None)
    for uri, extra in {"hf:a/b": "hf", "kaggle:a/b": "kaggle", "openml:31": "openml"}.items():
        with pytest.raises(SourceError, match=rf"pip install 'mlesmith\[{extra}\]'"):
            resolve(uri)
