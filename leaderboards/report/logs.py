"""Where the runs behind a board can be read: addresses in Inspect's log viewer, made from the results table alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import pandas as pd

VIEWER = "http://127.0.0.1:7575"  # where `inspect view` answers if nothing else is said
MOST_LOGS = 3

Run = tuple[str, str]  # its log, and the id that Inspect gave it


@dataclass(frozen=True)
class LogLinks:
    """Logs of each contestant, and the run of each of its tasks (task, version).

    `viewer` is the address of `inspect view`, or of a folder that `inspect view bundle` wrote; `folder` is what it
    shows, empty where that is not known.
    """

    viewer: str = VIEWER
    folder: str = ""
    logs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    runs: Mapping[tuple[str, str, str], Run] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """What starts the viewer."""
        return f"inspect view --log-dir {self.folder or 'FOLDER_OF_THE_LOGS'}"

    def of(self, contestant: str) -> list[str]:
        """Addresses of a contestant's logs, the first few."""
        return [self._address(log) for log in self.logs.get(contestant, ())[:MOST_LOGS]]

    def run(self, contestant: str, task: str, version: str) -> str:
        """The address of a contestant's first finished run of a task, or of its log; empty where it is not known.

        By the id that Inspect gave the run: its sample may be called otherwise than its task, as in the log of a plan.
        """
        found = self.runs.get((contestant, task, version))
        if found is None:
            return ""
        log, run = found
        return f"{self._address(log)}/samples/sample_uuid/{quote(run, safe='')}" if run else self._address(log)

    def _address(self, log: str) -> str:
        return f"{self.viewer.rstrip('/')}/#/logs/{quote(log)}"


def log_links(frame: pd.DataFrame, viewer: str, folder: str, places: Mapping[str, str]) -> LogLinks | None:
    """The links of a checked results table; None where no row tells its log.

    `places` has the place below `folder` of each log that is named in the table; a log that is not there is called by
    its name alone.
    """
    known = frame[frame["log"] != ""]
    if known.empty:
        return None
    named = known.assign(log=[places.get(name, name) for name in known["log"]])
    logs = named.groupby("contestant", sort=True)["log"].unique()
    finished = named[named["status"] != "error"]
    first = finished.drop_duplicates(["contestant", "task", "task_version"])
    columns = ("contestant", "task", "task_version", "log", "sample_uuid")
    runs = {
        (str(who), str(task), str(version)): (str(log), str(run))
        for who, task, version, log, run in zip(*(first[name] for name in columns), strict=True)
    }
    return LogLinks(viewer, folder, {str(who): tuple(map(str, names)) for who, names in logs.items()}, runs)
