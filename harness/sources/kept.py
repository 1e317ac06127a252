"""What a download leaves in the cache: the files, and beside them where they are from, their licence and their text."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.places import cache_dir, whole_file
from harness.sources.fetched import Fetched, digest
from harness.sources.joining import combined

RECORD = "source.json"


class Kept(BaseModel):
    """The record beside the data; `files` maps the names of the table's files, in their order, to their sha256."""

    model_config = ConfigDict(extra="forbid")

    pinned_uri: str
    files: dict[str, str]
    licence: str
    citation: str
    cluster: str
    documentation: str
    notes: tuple[str, ...] = ()


def folder_of(scheme: str, *parts: str) -> Path:
    """The folder of the cache for what these words name."""
    said = "+".join("".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in part) for part in parts)
    return cache_dir("sources", scheme, f"{said[:80]}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}")


def lock_of(folder: Path) -> FileLock:
    """One download at a time."""
    return FileLock(f"{folder}.lock")


def find(folder: Path, uri: str, inside: str = "") -> Fetched | None:
    """What is kept in a folder; None where nothing is, or where a file is not as it was, which is then removed."""
    try:
        record = Kept.model_validate_json((folder / RECORD).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    damaged = [
        path for name, sha256 in record.files.items() if not (path := folder / name).is_file() or digest(path) != sha256
    ]
    for path in [*damaged, *([folder / RECORD] if damaged else [])]:
        path.unlink(missing_ok=True)
    return None if damaged else _fetched(folder, record, uri, inside)


def keep(folder: Path, files: Sequence[str], about: Mapping[str, object], uri: str, inside: str = "") -> Fetched:
    """Write the record of files that are there, and give them."""
    record = Kept.model_validate({"files": {name: digest(folder / name) for name in files}, **about})
    with whole_file(folder / RECORD) as draft:
        draft.write_text(record.model_dump_json(indent=1), encoding="utf-8")
    return _fetched(folder, record, uri, inside)


def _fetched(folder: Path, record: Kept, uri: str, inside: str) -> Fetched:
    paths = tuple(folder / name for name in record.files)
    digests = list(record.files.values())
    return Fetched(
        uri=uri,
        pinned_uri=record.pinned_uri,
        path=paths[0],
        sha256=digests[0] if len(paths) == 1 else combined(digests),
        licence=record.licence,
        citation=record.citation,
        cluster=record.cluster,
        documentation=record.documentation,
        notes=record.notes,
        inside=inside,
        parts=paths if len(paths) > 1 else (),
    )
