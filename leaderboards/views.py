"""Other views of the same cells that the field uses, beside the ratings; every one is a mean over tasks.

Each task counts once: its runs are averaged first, and a failed run has 0 in every view. Tasks on which a view is not
defined stay out of it and are counted in the notes.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from leaderboards.outcomes import Floats
from leaderboards.results import CONSTANT_FAMILY, CONTROL_FAMILY, HUMAN_FAMILY
from leaderboards.rows import NO_MODEL, BoardRow, Views

SAMPLE, BEST = "sample_submission", "oracle"
FARTHEST = 10.0  # the factor to the best at which a performance profile ends
LEAST_RUNGS = 5  # baselines below which a task has no ladder of its own


def area_under_profile(ratios: Floats, farthest: float = FARTHEST) -> float:
    """The area under one contestant's performance profile on a logarithmic axis, between 0 and 1.

    The profile at tau is the share of tasks whose ratio to the best score is at most tau, and the area is that of the
    profile over log tau from 1 to `farthest`, divided by log `farthest`. A task without a score has the ratio
    infinity.

    Source: E. Dolan and J. Moré, "Benchmarking optimization software with performance profiles", Mathematical
    Programming 91 (2002). MLGym (arXiv 2502.14499) and MLE-Dojo (arXiv 2505.07782) rate agents by such an area, each
    on an axis of its own: their figures and these are not comparable. The fixed end keeps a contestant's area from
    depending on how bad the weakest is.
    """
    return float(_under_profile(np.asarray(ratios, dtype=float), farthest).mean())


def _under_profile(ratios: Floats, farthest: float = FARTHEST) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.clip(1 - np.log(ratios) / np.log(farthest), 0.0, 1.0))


def human_rank(score: float, humans: Floats) -> float:
    """`1 - p/N`, with N entries of the human leaderboard of which p are better than the score; higher is better.

    Source: HumanRank of MLE-Dojo (arXiv 2505.07782), which averages a public and a private leaderboard; here there is
    one, and an entry with the same score is not better.
    """
    return 1.0 - float((humans > score).sum()) / len(humans)


def medal_positions(teams: int) -> tuple[int, int, int]:
    """The last positions, from 1, that win gold, silver and bronze among so many entries.

    Source: Kaggle's rules for competition medals as MLE-bench applies them (arXiv 2410.07095): up to 99
    entries the first 10, 20, 40 %; up to 249 the first 10 entries, 20, 40 %; up to 999 the first 10 + 0.2 %, 50, 100;
    above that 10 + 0.2 %, 5 %, 10 %.
    """
    share = {percent: max(1, teams * percent // 100) for percent in (5, 10, 20, 40)}
    if teams < 100:
        return share[10], share[20], share[40]
    if teams < 250:
        return 10, share[20], share[40]
    gold = 10 + teams // 500
    return (gold, 50, 100) if teams < 1000 else (gold, share[5], share[10])


def medal(score: float, ladder: Floats) -> int:
    """3 for gold, 2 for silver, 1 for bronze, 0 for none: whether the score reaches that position of the ladder."""
    best = np.sort(ladder)[::-1]
    reached = [score >= best[min(place, len(best)) - 1] for place in medal_positions(len(best))]
    return sum(reached)


def with_views(rows: Iterable[BoardRow], frame: pd.DataFrame) -> tuple[tuple[BoardRow, ...], list[str]]:
    """The rows of a board with their views, and what a reader must know of them.

    `frame` is a checked results table, with the controls and, as family `human`, the entries of human leaderboards.
    """
    cells = _cells(frame)
    found = {"normalized": _normalized(cells, frame), "aup": _aup(cells)}
    humans = _ladders(frame[frame["family"] == HUMAN_FAMILY])
    found["human_rank"] = _on_ladder(cells, humans, human_rank)
    found |= _medals(cells, humans)
    means = {name: _mean_over_tasks(cells, values) for name, values in found.items()}
    viewed = [replace(row, views=Views(**{name: means[name].get(row.contestant) for name in found})) for row in rows]
    return tuple(viewed), _notes(cells, found, humans)


def normalized_by_task(frame: pd.DataFrame) -> dict[str, float]:
    """The mean normalised score of all contestants but the constant on each unit that has any, each cell once."""
    cells = _cells(frame)
    cells = cells.assign(view=_normalized(cells, frame))
    known = cells[cells["family"] != CONSTANT_FAMILY].dropna(subset="view")
    return {str(unit): float(value) for unit, value in known.groupby("unit")["view"].mean().items()}


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The contestants' cells that count, with `value`: the score with higher better, NaN where it failed."""
    cells = frame[(frame["status"] != "error") & ~frame["family"].isin([CONTROL_FAMILY, HUMAN_FAMILY])]
    return cells.assign(value=_oriented(cells))


def _oriented(rows: pd.DataFrame) -> Floats:
    return np.asarray(np.where(rows["direction"] == "maximize", 1.0, -1.0) * rows["score"].to_numpy(float))


def _mean_over_tasks(cells: pd.DataFrame, values: Floats) -> dict[str, float]:
    """The mean over the tasks on which a contestant has a value, each the mean of its runs."""
    there = cells.assign(view=values)[["contestant", "unit", "view"]].dropna()
    tasks = there.groupby(["contestant", "unit"], sort=True)["view"].mean()
    return {str(name): float(value) for name, value in tasks.groupby("contestant").mean().items()}


def _normalized(cells: pd.DataFrame, frame: pd.DataFrame) -> Floats:
    """0 at the sample submission and below, 1 at the best possible: as the log says, else from the controls' scores."""
    controls = frame[(frame["family"] == CONTROL_FAMILY) & (frame["status"] == "graded")]
    controls = controls.assign(value=_oriented(controls))
    low, high = (
        cells["unit"].map(controls[controls["agent"] == name].groupby("unit")["value"].max()).to_numpy(float)
        for name in (SAMPLE, BEST)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        by_controls = np.where(high > low, (cells["value"].to_numpy(float) - low) / (high - low), np.nan)
    told = cells["normalized"].to_numpy(float)
    share = pd.Series(np.where(np.isnan(told), by_controls, told), index=cells.index)
    known = share.notna().groupby(cells["unit"]).transform("any") | ((high > low) & np.isfinite(high - low))
    failed = cells["value"].isna() & known
    return np.asarray(share.clip(0.0, 1.0).mask(failed, 0.0), dtype=float)


def _aup(cells: pd.DataFrame) -> Floats:
    """Area under the profile of one cell; NaN on tasks whose scores are not all above 0: they have no ratio."""
    score, unit = cells["score"], cells["unit"]
    lowest, highest = (score.groupby(unit).transform(how) for how in ("min", "max"))
    ratio = np.where(cells["direction"] == "maximize", highest / score, score / lowest)
    area = _under_profile(np.where(np.isnan(ratio), np.inf, ratio))
    return np.asarray(np.where(lowest > 0, area, np.nan))


def _ladders(rows: pd.DataFrame) -> dict[str, Floats]:
    """The scores of each task, higher better, one for each who has any: the mean of its graded runs."""
    graded = rows[rows["status"] == "graded"]
    means = graded.assign(value=_oriented(graded)).groupby(["unit", "contestant"])["value"].mean()
    return {str(unit): group.to_numpy(float) for unit, group in means.groupby("unit")}


def _on_ladder(cells: pd.DataFrame, ladders: dict[str, Floats], view: Callable[[float, Floats], float]) -> Floats:
    """A view of each cell against the ladder of its task; 0 where it failed, NaN where the task has no ladder."""
    found = np.full(len(cells), np.nan)
    for index, (unit, value) in enumerate(zip(cells["unit"], cells["value"], strict=True)):
        if unit in ladders:
            found[index] = 0.0 if np.isnan(value) else view(float(value), ladders[unit])
    return found


def _medals(cells: pd.DataFrame, humans: dict[str, Floats]) -> dict[str, Floats]:
    """Whether each cell wins a medal of each kind: on the human leaderboard, else on the ladder of the baselines.

    A baseline is a rung of that ladder, so it wins no medal on it; the constant is no rung.
    """
    baseline = cells["model"].isin(NO_MODEL)
    rungs = _ladders(cells[baseline & (cells["family"] != CONSTANT_FAMILY)])
    ladders = {unit: rung for unit, rung in rungs.items() if len(rung) >= LEAST_RUNGS and unit not in humans}
    won = _on_ladder(cells, humans, medal)
    climbed = np.where(baseline, np.nan, _on_ladder(cells, ladders, medal))
    won = np.where(np.isnan(won), climbed, won)
    return {
        name: np.where(np.isnan(won), np.nan, won == worth)
        for name, worth in (("gold", 3), ("silver", 2), ("bronze", 1))
    }


def _notes(cells: pd.DataFrame, found: dict[str, Floats], humans: dict[str, Floats]) -> list[str]:
    tasks = cells["unit"].nunique()
    notes = []
    for name, words in (("normalized", "The normalised score"), ("aup", "The area under the performance profile")):
        on = cells["unit"][~np.isnan(found[name])].nunique()
        if 0 < on < tasks:
            notes.append(f"{words} is over {on} of {tasks} tasks, those on which it is defined.")
    if humans:
        notes.append(f"HumanRank is over the {len(humans)} tasks that have a human leaderboard.")
    medalled = set(cells["unit"][~np.isnan(found["gold"])])
    if medalled:
        on_humans = len(medalled & set(humans))
        notes.append(
            f"Medals are those of {on_humans} human leaderboards and of the ladder of baselines on "
            f"{len(medalled) - on_humans} tasks."
        )
    return notes
