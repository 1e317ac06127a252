"""`kaggle:` against a server on the loopback, which its real client reaches as a proxy to its own test address."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import MachineError
from harness.sources import SourceError, resolve
from tests.harness.sources.services import Answer, Asked, Service, ranged, serving

PLANTS = b"height,weight\n1,2\n3,4\n"
TREES = b"height,weight\n" + b"5,6\n" * 200_000
FILES = {"plants.csv": PLANTS, "sub/trees.csv": TREES, "sample_submission.csv": b"id,x\n1,2\n"}
JSON = {"Content-Type": "application/json"}
KEY = "squirrel-key"


class Kaggle:
    """Answers for one dataset, garden/plants, whose newest version is 3; `cuts` downloads break off."""

    def __init__(self) -> None:
        self.cuts = 0

    def __call__(self, asked: Asked) -> Answer:
        name = asked.path.rpartition("/")[2].partition("?")[0]
        if asked.path.startswith("/storage/"):
            return self.stored(asked)
        words = json.loads(asked.body or b"{}")
        if not asked.headers.get("authorization", "").startswith("Basic "):
            return Answer(b'{"code": 401, "message": "Unauthenticated"}', 401, JSON)
        if (words.get("ownerSlug"), words.get("datasetSlug")) != ("garden", "plants"):
            return Answer(b'{"code": 404, "message": "not found"}', 404, JSON)
        return {"GetDataset": self.about, "ListDatasetFiles": self.files, "DownloadDataset": self.download}[name](words)

    def about(self, _words: dict[str, object]) -> Answer:
        about = {
            "title": "Plants of a garden",
            "subtitle": "height in cm",
            "description": "All of them.",
            "licenseName": "CC0: Public Domain",
            "creatorName": "A. Gardener",
            "currentVersionNumber": 3,
        }
        return Answer(json.dumps(about).encode(), headers=JSON)

    def files(self, _words: dict[str, object]) -> Answer:
        listed = [{"name": name, "totalBytes": len(content)} for name, content in FILES.items()]
        return Answer(json.dumps({"datasetFiles": listed}).encode(), headers=JSON)

    def download(self, words: dict[str, object]) -> Answer:
        name = str(words["fileName"])
        packed = ".zip" if name == "sub/trees.csv" else ""
        return Answer(status=302, headers={"Location": f"http://localhost/storage/{name}{packed}?signed=1"})

    def stored(self, asked: Asked) -> Answer:
        name = asked.path.removeprefix("/storage/").partition("?")[0]
        content = FILES[name.removesuffix(".zip")]
        if name.endswith(".zip"):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr(zipfile.ZipInfo(Path(name).stem), content)
            content = out.getvalue()
        cut = 1_200_000 if self.cuts and len(content) > 1_200_000 else 5 if self.cuts else None
        self.cuts -= cut is not None
        return ranged(asked, content, {"Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT"}, cut)


@pytest.fixture
def kaggle(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Kaggle, Service]]:
    answering = Kaggle()
    for name in ("KAGGLE_API_TOKEN", "no_proxy", "NO_PROXY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "LOCALHOST")
    monkeypatch.setenv("KAGGLE_USERNAME", "gardener")
    monkeypatch.setenv("KAGGLE_KEY", KEY)
    with serving(answering) as service:
        monkeypatch.setenv("http_proxy", service.url)
        extended = pytest.importorskip("kaggle.api.kaggle_api_extended")
        monkeypatch.setattr(extended.KaggleApi, "args", ["--local"])
        yield answering, service


def test_a_file_at_the_newest_version(kaggle: tuple[Kaggle, Service]) -> None:
    fetched = resolve("kaggle:garden/plants/plants.csv")
    assert fetched.path.read_bytes() == PLANTS
    assert fetched.pinned_uri == "kaggle:garden/plants@3/plants.csv"
    assert (fetched.licence, fetched.cluster) == ("CC0-1.0", "plants")
    assert fetched.citation.startswith("A. Gardener: Plants of a garden. Kaggle")
    assert "height in cm" in fetched.documentation


def test_the_pinned_one_is_kept_and_asks_nobody(kaggle: tuple[Kaggle, Service]) -> None:
    first = resolve("kaggle:garden/plants")
    assert first.path.read_bytes() == TREES
    assert any("trees.csv was taken" in note for note in first.notes)
    asked = len(kaggle[1].asked)
    assert resolve(first.pinned_uri, sha256=first.sha256).path == first.path
    assert len(kaggle[1].asked) == asked


def test_a_version_that_is_named_is_asked_for(kaggle: tuple[Kaggle, Service]) -> None:
    assert resolve("kaggle:garden/plants@2/plants.csv").pinned_uri == "kaggle:garden/plants@2/plants.csv"
    versions = [json.loads(one.body).get("datasetVersionNumber") for one in kaggle[1].asked if "Download" in one.path]
    assert versions == [2]


@pytest.mark.parametrize("name", ["plants.csv"])
def test_a_download_that_breaks_off_is_made_whole(name: str, kaggle: tuple[Kaggle, Service]) -> None:
    kaggle[0].cuts = 1
    assert resolve(f"kaggle:garden/plants/{name}").path.read_bytes() == FILES[name]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("kaggle:garden/trees", "no such dataset"),
        ("kaggle:garden/plants/plantz.csv", r"no file 'plantz\.csv'.*plants\.csv"),
        ("kaggle:plants", "not of the form"),
    ],
)
def test_what_is_not_there(uri: str, said: str, kaggle: tuple[Kaggle, Service]) -> None:
    with pytest.raises(SourceError, match=said):
        resolve(uri)


def test_a_missing_key_is_named_and_a_wrong_one_is_never_shown(
    kaggle: tuple[Kaggle, Service], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as without:
        without.delenv("KAGGLE_KEY")
        with pytest.raises(SourceError, match="KAGGLE_API_TOKEN"):
            resolve("kaggle:garden/plants")
    monkeypatch.setattr(Kaggle, "__call__", lambda _self, _asked: Answer(b"{}", 403, JSON))
    with pytest.raises(SourceError, match="HTTP 403") as refusal:
        resolve("kaggle:garden/plants")
    assert KEY not in str(refusal.value)
    assert capsys.readouterr().out == ""


def test_a_service_that_is_not_there(kaggle: tuple[Kaggle, Service], monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Kaggle()) as gone:
        monkeypatch.setenv("http_proxy", gone.url)
    with pytest.raises(MachineError, match="Kaggle can't be reached"):
        resolve("kaggle:garden/plants")
