"""Controls are not contestants: they stand apart as a proof of the grader."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leaderboards.outcomes import at_printed_precision
from leaderboards.results import CONTROL_FAMILY


@dataclass(frozen=True)
class ControlRow:
    """A control: what it must show, how its cells ended, and the tasks that contradict."""

    contestant: str
    expectation: str
    cells: int
    graded: int
    invalid: int
    missing: int
    errors: int
    against: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every cell that was played shows what it must."""
        return not self.against and self.cells > 0


def _oracle(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """No other contestant scores better than the answers themselves, at the printed precision."""
    sign = np.where(frame["direction"] == "maximize", 1.0, -1.0)
    rounded = at_printed_precision(sign * frame["score"].to_numpy(float), frame["decimals"].to_numpy(float))
    printed = pd.Series(rounded, index=frame.index)
    best = printed.groupby(frame["unit"]).max()
    return (rows["status"] == "graded") & (printed.loc[rows.index] >= rows["unit"].map(best).astype(float))


def _sample(rows: pd.DataFrame, _: pd.DataFrame) -> pd.Series:
    return rows["status"] == "graded"


def _nothing(rows: pd.DataFrame, _: pd.DataFrame) -> pd.Series:
    return rows["status"] == "missing"


@dataclass(frozen=True)
class _Control:
    words: str
    shows: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]


CONTROLS = {
    "oracle": _Control("the answers themselves: valid, and nobody scores better", _oracle),
    "sample": _Control("the sample submission: valid", _sample),
    "nothing": _Control("no submission: missing", _nothing),
}


def control_rows(frame: pd.DataFrame) -> tuple[ControlRow, ...]:
    """A row for each contestant of the family `control`; infrastructure errors don't speak against it."""
    found = []
    for name, rows in frame[frame["family"] == CONTROL_FAMILY].groupby("contestant", sort=True):
        agent = str(rows["agent"].iloc[0])
        control = next((known for prefix, known in CONTROLS.items() if agent.startswith(prefix)), None)
        played = rows[rows["status"] != "error"]
        against = () if control is None else tuple(sorted(set(played["task"][~control.shows(played, frame)])))
        counts = rows["status"].value_counts()
        found.append(
            ControlRow(
                str(name),
                "a control" if control is None else control.words,
                len(played),
                graded=int(counts.get("graded", 0)),
                invalid=int(counts.get("invalid", 0)),
                missing=int(counts.get("missing", 0)),
                errors=int(counts.get("error", 0)),
                against=against,
            )
        )
    return tuple(found)
