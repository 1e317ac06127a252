"""Raw data by URI: fetched once, checked, with its licence and documentation. A kind of source is one file."""

from harness.sources import schemes  # noqa: F401  (registers all kinds)
from harness.sources.fetched import Fetched, SourceError
from harness.sources.resolution import resolve
from harness.sources.scheme import SCHEMES

__all__ = ["SCHEMES", "Fetched", "SourceError", "resolve"]
