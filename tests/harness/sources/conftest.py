"""A package index of the test's own (a folder that pip looks in, and nowhere else), and a cache of its own."""

import io
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.places import cache_dir

PLANTS = "height,weight\n1,2\n3,4\n"


@dataclass(frozen=True)
class Index:
    """A folder of wheels and source archives."""

    folder: Path

    def wheel(self, name: str, version: str, files: dict[str, str], licence: str = "License: MIT") -> Path:
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{licence}\n"
        home = f"{name}-{version}.dist-info"
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        path = self.folder / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in {
                **files,
                f"{home}/METADATA": about,
                f"{home}/WHEEL": tags,
                f"{home}/RECORD": "",
            }.items():
                archive.writestr(member, text)
        return path

    def source(self, name: str, version: str, files: dict[str, str]) -> Path:
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense-Expression: Apache-2.0\n"
        path = self.folder / f"{name}-{version}.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for member, text in {**files, "PKG-INFO": about}.items():
                entry = tarfile.TarInfo(f"{name}-{version}/{member}")
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
        return path


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of sources of this test's own; compiled byte code is shared."""
    shared = cache_dir("bytecode")
    home = tmp_path / "cache"
    home.mkdir()
    monkeypatch.setenv("MLESMITH_CACHE", str(home))
    (home / "bytecode").symlink_to(shared)
    return home


@pytest.fixture
def index(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """An index that pip alone looks in, whatever this machine's own settings are."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(folder), "CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    return Index(folder)
