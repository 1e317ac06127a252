"""Raw data by URI: fetched once, checked, with its licence and documentation beside it. A scheme is one file here."""

from harness.sources.fetched import Fetched, SourceError
from harness.sources.schemes import SCHEMES, resolve

__all__ = ["SCHEMES", "Fetched", "SourceError", "resolve"]
