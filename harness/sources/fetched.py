"""What a source gives: a local file and all that is known of where it comes from."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UserError

CHUNK = 1 << 20
ENDINGS = re.compile(
    r"(?i)(\.(csv|tsv|tab|parquet|pq|gz|txt|data|dat|pkl|pickle|joblib|compress|xz|bz2|zst|zip"
    r"|json|jsonl|ndjson|xlsx|xlsm|xlsb|xls|ods|arff|rda|rdata|rds))+$"
)


class SourceError(UserError):
    """A source that can't be used; the message says what was looked for, what was found and what to do."""


class ChecksumError(SourceError):
    """The data is not what the package was made from."""

    def __init__(self, uri: str, expected: str, found: str) -> None:
        super().__init__(
            f"{uri} has changed: its sha256 is {found}, but {expected} is expected. "
            "Use the data that the task was made from, or generate the task anew."
        )


@dataclass(frozen=True)
class Fetched:
    """A file of raw data. `uri` is what was asked for, `pinned_uri` says it so that it means the same tomorrow.

    `sha256` is of the file as its source gave it. `resolve` gives in `path` the table that was made of it, where it was
    none, and says in `notes` what was done. Before that, `inside` names what is meant in a file that holds several
    tables (a sheet, an object, a member), and `parts` are the files of a table that comes in several.
    """

    uri: str
    pinned_uri: str
    path: Path
    sha256: str
    licence: str
    citation: str
    cluster: str
    documentation: str
    notes: tuple[str, ...] = ()
    inside: str = ""
    parts: tuple[Path, ...] = ()


def digest(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def slug(name: str) -> str:
    """A dataset's name as an identifier: small letters, digits and underscores."""
    plain = ENDINGS.sub("", name)
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "data"
