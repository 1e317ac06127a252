"""From places of results to a plan of what can be run here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from harness.agents.contestant import MalformedContestant, parse_contestant
from harness.agents.programs import NoSuchScript
from harness.errors import UnknownName, UserError
from harness.places import whole_file
from harness.progress import Progress
from harness.runs import task_words
from harness.schema import InvalidTaskCard, read_card
from harness.selection import select, task_folders
from leaderboards.plan import Offered, Plan, plan_runs
from mlesmith.sides import results_table

RUN = frozenset({"baseline", "script", "model"})


class NotWritten(UserError):
    """A place for the plan where no file can be."""


def planned_runs(
    places: Sequence[str],
    more: Sequence[str],
    *,
    runs: int,
    dollars: float | None,
    width: float,
    on_log: Progress | None = None,
) -> tuple[Plan, dict[str, str]]:
    """The plan over the tasks of the results and those that `more` selects, and the words that name the latter."""
    table = results_table(places, on_log)
    offered, gone = _of_results(table.frame)
    packages = select(*more)
    for package in packages:
        offered[package.id] = Offered(package.id, package.card.version, package.card.source.cluster)
    words = {package.id: word for package, word in zip(packages, task_words(packages), strict=True)}
    made = plan_runs(table, list(offered.values()), runs=runs, dollars=dollars, width=width, can_run=can_run)
    gone = [name for name in gone if name not in offered]
    if gone:
        shown = ", ".join(gone[:6]) + (" …" if len(gone) > 6 else "")
        note = f"{len(gone)} tasks of the results are not here in the same version, so they are not planned: {shown}."
        made = replace(made, notes=(*made.notes, note))
    return made, words


def write_plan(plan: Plan, words: dict[str, str], out: Path) -> None:
    """The plan as `mlesmith run --plan` reads it; raises `NotWritten`."""
    frame = plan.to_frame()
    frame["task"] = [words.get(task, task) for task in frame["task"]]
    for column in ("gain", "cost_usd"):
        frame[column] = frame[column].astype(float).round(6)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(out) as draft:
            frame.to_csv(draft, index=False, lineterminator="\n")
    except OSError as error:
        raise NotWritten(
            f"The plan can't be written to {out}: {error.strerror}. Name another file with --out."
        ) from error


def _of_results(frame: pd.DataFrame) -> tuple[dict[str, Offered], list[str]]:
    """Tasks of the results that are found here in a version whose scores are comparable, and those that are not."""
    folders = task_folders()
    offered: dict[str, Offered] = {}
    gone = []
    for task, rows in frame[frame["status"] != "error"].groupby("task", sort=True):
        name = str(task)
        ran = {version.split("-")[0] for version in rows["task_version"]}
        try:
            card = read_card(folders[name]) if name in folders else None
        except InvalidTaskCard:
            card = None
        if card is None or card.version.split("-")[0] not in ran:
            gone.append(name)
        else:
            offered[name] = Offered(name, card.version, str(rows["cluster"].iloc[0]))
    return offered, gone


def can_run(contestant: str) -> bool:
    """Whether `mlesmith run` knows the agent, has its script, and is told its model."""
    try:
        found = parse_contestant(contestant)
        found.require_here()
    except (UnknownName, MalformedContestant, NoSuchScript):
        return False
    return found.agent.kind in RUN and (found.agent.kind == "model") == (found.model is not None)
