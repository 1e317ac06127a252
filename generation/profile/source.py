"""The profile of a fetched source."""

import csv
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.profile.dataset import DatasetProfile, Origin
from generation.profile.reading import detect, read_text
from generation.profile.table import profile_table
from harness.errors import UserError

if TYPE_CHECKING:
    from harness.sources import Fetched


class UnreadableTable(UserError):
    """A file that no reader can take for a table."""


# A file of such a name says nothing of its dataset.
_SAYS_NOTHING = frozenset(
    {
        "data",
        "dataset",
        "database",
        "train",
        "test",
        "table",
        "raw",
        "file",
        "index",
        "all",
        "full",
        "final",
        "data_csv",
    }
)


def _name(fetched: "Fetched") -> str:
    """The file's name without its endings, or the cluster's where that says nothing."""
    stem = re.sub(r"(?i)(\.(csv|tsv|parquet|gz|txt|data))+$", "", fetched.path.name)
    return fetched.cluster if stem.lower() in _SAYS_NOTHING or len(stem) < 3 else stem


def profile_source(fetched: "Fetched", name: str = "") -> DatasetProfile:
    """Read and profile a fetched file; the profile knows how a prepare.py must read it (`origin`).

    Raises:
        UnreadableTable: the file is no table; the message holds the reader's reason.
    """
    try:
        reading = detect(fetched.path)
        frame = read_text(fetched.path, reading)
    except (ValueError, OSError, EOFError, csv.Error, zlib.error) as error:
        said = " ".join(str(error).split())[:200]
        raise UnreadableTable(
            f"{fetched.path} can't be read as a table: {said}. Mend the file or export it anew."
        ) from error
    profile = profile_table(frame, fetched.documentation, name or _name(fetched))
    origin = Origin(
        uri=fetched.pinned_uri or fetched.uri,
        file=fetched.path.name,
        format=reading.format,
        separator=reading.separator,
        encoding=reading.encoding,
        tidy=reading.tidy,
        licence=fetched.licence,
        citation=fetched.citation,
        notes=fetched.notes,
    )
    return replace(profile, origin=origin)
