"""The profile of a fetched source."""

from dataclasses import replace
from typing import TYPE_CHECKING

from generation.profile.dataset import DatasetProfile, Origin
from generation.profile.reading import detect, read_text
from generation.profile.table import profile_table

if TYPE_CHECKING:
    from harness.sources import Fetched


def profile_source(fetched: "Fetched", name: str = "") -> DatasetProfile:
    """Read and profile a fetched file; the profile knows how a prepare.py must read it (`origin`)."""
    reading = detect(fetched.path)
    frame = read_text(fetched.path, reading)
    profile = profile_table(frame, fetched.documentation, name or fetched.cluster)
    origin = Origin(
        uri=fetched.pinned_uri or fetched.uri,
        file=fetched.path.name,
        format=reading.format,
        separator=reading.separator,
        encoding=reading.encoding,
        tidy=reading.tidy,
        licence=fetched.licence,
        citation=fetched.citation,
    )
    return replace(profile, origin=origin)
