"""Links from a page into `inspect view`: which log below which folder a row of the results came from."""

import re
from collections.abc import Sequence
from os.path import commonpath, realpath
from pathlib import Path

from harness.errors import UserError
from harness.logs.files import SUFFIXES, LogListing
from leaderboards.report.logs import VIEWER, LogLinks, log_links
from leaderboards.results import ResultsTable


class BadViewer(UserError):
    """An address that is no web page: a link must not run anything."""


def checked_viewer(address: str) -> str:
    """The address of a log viewer: http(s), or a folder beside the page."""
    if re.match(r"[^/]*:", address) and not address.startswith(("http://", "https://")):
        raise BadViewer(f"--viewer {address} is no web address. Give http://HOST:PORT, or a folder beside the page.")
    return address


def links_of(table: ResultsTable, logs: LogListing, viewer: str = VIEWER) -> LogLinks | None:
    """Links to the logs of a table that was read from this listing; None where the results tell of no log."""
    folder, start = _folder(logs.places)
    below = {}
    if start:
        names = [Path(file.name) for file in logs.files]
        below = {name.name: Path(realpath(name.parent), name.name).relative_to(start).as_posix() for name in names}
    return log_links(table.frame, viewer, folder, below)


def _folder(places: Sequence[str]) -> tuple[str, str]:
    """The folder that all places are in, as one calls it and as it really is; empty where that can't be said.

    Paths are compared as they really are: one may lie above the working directory, or be a link to elsewhere.
    """
    addresses = [place for place in places if "://" in place]
    if addresses or not places:
        return (_without_log(addresses[0]) if len(places) == 1 else ""), ""
    folders = [place if Path(place).is_dir() else str(Path(place).parent) for place in places]
    start = commonpath(map(realpath, folders))
    if start == Path(start).anchor:  # nobody means to look at a whole disk
        return "", ""
    return _called(folders, start), start


def _without_log(address: str) -> str:
    return address.rpartition("/")[0] if address.endswith(SUFFIXES) else address


def _called(folders: Sequence[str], start: str) -> str:
    """A folder by the words that were given, where they name it; else its real path."""
    if len({Path(folder).is_absolute() for folder in folders}) == 1:
        words = commonpath(folders) or "."
        if realpath(words) == start:
            return words
    return start
