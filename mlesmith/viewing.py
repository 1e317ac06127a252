"""Links from a page into `inspect view`: which log below which folder a row of the results came from."""

import re
from collections.abc import Sequence
from os.path import commonpath
from pathlib import Path

from harness.errors import UserError
from harness.logs.files import SUFFIXES
from harness.logs.files import log_files as found_logs
from leaderboards.places import is_table
from leaderboards.report.logs import VIEWER, LogLinks, log_links
from leaderboards.results import ResultsTable


class BadViewer(UserError):
    """An address that is no web page: a link must not run anything."""


def checked_viewer(address: str) -> str:
    """The address of a log viewer: http(s), or a folder beside the page."""
    if re.match(r"[^/]*:", address) and not address.startswith(("http://", "https://")):
        raise BadViewer(f"--viewer {address} is no web address. Give http://HOST:PORT, or a folder beside the page.")
    return address


def links_of(table: ResultsTable, places: Sequence[str], viewer: str = VIEWER) -> LogLinks | None:
    """Links to the logs of a table that was read from these places; None where the results tell of no log."""
    folder = _folder([place for place in places if not is_table(place)])
    below = {}
    if folder and "://" not in folder:
        start = Path(folder).resolve()
        below = {path.name: path.relative_to(start).as_posix() for path in log_files(places)}
    return log_links(table.frame, viewer, folder, below)


def log_files(places: Sequence[str]) -> list[Path]:
    """The logs below those places that are folders of this machine."""
    here = [place for place in places if "://" not in place]
    wanted = [place for place in here if Path(place).is_dir() or (place.endswith(SUFFIXES) and Path(place).is_file())]
    return sorted(Path(file.place) for file in found_logs(wanted))


def _folder(places: Sequence[str]) -> str:
    """The folder that all places are in, called as they were; empty where there is none."""
    folders = [str(Path(place).parent) if place.endswith(SUFFIXES) else place for place in places]
    if not folders or any("://" in place for place in folders):
        return folders[0] if len(folders) == 1 else ""
    if len({Path(place).is_absolute() for place in folders}) > 1:
        folders = [str(Path(place).resolve()) for place in folders]
    return commonpath(folders) or "."
