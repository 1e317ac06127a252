"""From a results table to a plan: the runs to make next, in order of worth, with their cost and what is foretold."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leaderboards.board import Board, board
from leaderboards.bradley_terry import Fit
from leaderboards.enough import Enough, enough
from leaderboards.errors import NothingToPlan
from leaderboards.forecast import Design, Shares, law_of
from leaderboards.missing import cost_of, usual_tokens
from leaderboards.outcomes import Floats, Outcomes
from leaderboards.plain import known, plain
from leaderboards.planning import Limits, Step, steps
from leaderboards.ratings import CONFIDENCE, Ratings
from leaderboards.recurrence import ASSUMED, shares_of
from leaderboards.results import UNIT_SEPARATOR, ResultsTable
from leaderboards.table import PLAN_COLUMNS


@dataclass(frozen=True)
class Offered:
    """A task that can be run here: the version it now has, and its dataset."""

    task: str
    version: str
    cluster: str


@dataclass(frozen=True)
class PlannedRun:
    """One run of a contestant on a task; `gain` in Elo, the cost in dollars, None where they are not known.

    All gains together are what the plan takes off: `Plan.now` less `Plan.then`.

    Runs of a task that nobody ran are worth something together alone: they share the gain of their step.
    """

    contestant: str
    agent: str
    model: str
    task: str
    task_version: str
    epoch: int
    gain: float | None
    cost_usd: float | None


@dataclass(frozen=True)
class Foretold:
    """A contestant's half-width now, as the board has it, and after the plan; in Elo, None where there is none."""

    contestant: str
    now: float | None
    then: float | None


@dataclass(frozen=True)
class Plan:
    """What to run next.

    Attributes:
        rows: in order of worth.
        now, then: root mean square of the half-widths over the contestants, as the board has it and as foretold.
        cost_usd: of all rows; None where a cost is not known.
        contestants: each one's half-width.
        enough: how many datasets the stated half-width needs.
        shares: how much of a run's deviation comes back.
        notes: what is assumed and what is left out.
    """

    rows: tuple[PlannedRun, ...]
    now: float | None
    then: float | None
    cost_usd: float | None
    contestants: tuple[Foretold, ...]
    enough: Enough
    shares: Shares
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The rows as `mlesmith run --plan` reads them."""
        rows = [[getattr(row, name) for name in PLAN_COLUMNS] for row in self.rows]
        return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))

    def to_dict(self) -> dict[str, object]:
        """Everything, ready for JSON."""
        shares = {**vars(self.shares), "task": [float(share) for share in self.shares.task]}
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "shares"}
        return {name: plain(value) for name, value in {**own, "shares": shares}.items()}


def plan_runs(
    table: ResultsTable,
    tasks: Sequence[Offered],
    *,
    runs: int = 20,
    dollars: float | None = None,
    width: float = 50.0,
    can_run: Callable[[str], bool] = lambda _: True,
    confidence: float = CONFIDENCE,
) -> Plan:
    """Plan at most `runs` runs, and at most `dollars`, of the rated contestants on the tasks.

    Raises:
        NothingToPlan: nobody is rated, nobody of them can be run here, or no task is offered.
        Islands: groups of contestants share no task.
    """
    made = board(table, confidence=confidence, rounds=1)  # ranks, which the rounds are for, are not asked
    ratings = made.ratings
    if ratings is None or not isinstance(ratings.outcomes, Outcomes):
        raise NothingToPlan("Nobody is rated yet: two contestants that ran the same task are needed to plan more.")
    names = ratings.outcomes.contestants
    able = np.array([can_run(name) for name in names])
    if not able.any() or not tasks:
        what = "task" if able.any() else f"contestant of {', '.join(names[:8])}"
        raise NothingToPlan(
            f"There is no {what} that can be run here. Name tasks with --tasks, or plan where they are."
        )
    design, offered, places = _design(ratings.outcomes, ratings.fit, table.frame, tasks, able, confidence)
    prices = _prices(made, names)
    found = list(steps(design, offered, Limits(runs, prices, dollars)))
    after = _after(design, found)
    changes = _foretold(ratings, design, after)
    now = _together([one.now for one in changes])
    # What the design foretells is shown in proportion to what the board has: before, after, and each gain between.
    scale = 1.0 if now is None else now / design.level
    rows = tuple(_rows(found, table.frame, names, places, prices, scale))
    costs = [row.cost_usd for row in rows]
    return Plan(
        rows,
        now,
        known(scale * after.level),
        float(sum(cost or 0.0 for cost in costs)) if None not in costs else None,
        changes,
        enough(ratings, width, confidence=confidence),
        design.shares,
        tuple(_notes(ratings, design.shares, able, prices, dollars)),
    )


def _design(
    outcomes: Outcomes, fit: Fit, frame: pd.DataFrame, tasks: Sequence[Offered], able: np.ndarray, confidence: float
) -> tuple[Design, Floats, dict[int, Offered]]:
    """The runs so far and the tasks offered as one design; what may be run; and the task behind each row."""
    law = law_of(fit)
    rows = {unit: row for row, unit in enumerate(outcomes.tasks)}
    cells = frame["unit"].value_counts()
    clusters, places, runs = list(outcomes.clusters), {}, [outcomes.runs]
    for task in tasks:
        stem = UNIT_SEPARATOR.join((task.task, task.version.split("-")[0], ""))
        same = [unit for unit in rows if unit.startswith(stem)]
        if same:  # of several data sets of one version the one that most have run
            places[rows[max(same, key=lambda unit: (int(cells[unit]), unit))]] = task
        else:
            places[len(clusters)] = task
            clusters.append(task.cluster)
            runs.append(_alone(frame, stem, outcomes))
    number = np.unique(np.array(clusters), return_inverse=True)[1]
    design = Design.of(fit, law, shares_of(outcomes, fit, law), np.vstack(runs), number, confidence)
    offered = np.zeros(design.runs.shape)
    offered[list(places)] = able.astype(float)
    return design, offered, places


def _alone(frame: pd.DataFrame, stem: str, outcomes: Outcomes) -> Floats:
    """[1, K] runs of a task that nobody else ran: no battle yet, but a rival would make some."""
    here = frame[frame["unit"].str.startswith(stem) & (frame["status"] != "error")]
    counts = here["contestant"].value_counts()
    return np.array([[float(counts.get(name, 0)) for name in outcomes.contestants]])


def _after(design: Design, found: Sequence[Step]) -> Design:
    for step in found:
        row = design.runs[step.task].copy()
        row[list(step.contestants)] += 1.0
        design = design.with_runs(step.task, row)
    return design


def _prices(made: Board, names: Sequence[str]) -> Floats:
    """[K] dollars a run; NaN where not known."""
    usual = usual_tokens(made.rows)
    costs = [cost_of(name, made.row(name), 1, usual) for name in names]
    return np.array([np.nan if cost is None else cost for cost in costs])


def _rows(
    found: Sequence[Step],
    frame: pd.DataFrame,
    names: Sequence[str],
    places: dict[int, Offered],
    prices: Floats,
    scale: float,
) -> Iterator[PlannedRun]:
    """Each run with the lowest number that no finished run of the contestant on the task has, in any version.

    `scale` takes gains to Elo as the board shows it.
    """
    done = frame[frame["status"] != "error"]
    taken: dict[tuple[str, str], set[int]] = {}
    for who, task, epoch in zip(done["contestant"], done["task"], done["epoch"], strict=True):
        taken.setdefault((str(who), str(task)), set()).add(int(epoch))
    for step in found:
        gain = None if np.isnan(step.gain) else scale * step.gain / len(step.contestants)
        for one in step.contestants:
            task = places[step.task]
            numbers = taken.setdefault((names[one], task.task), set())
            epoch = next(number for number in range(1, len(numbers) + 2) if number not in numbers)
            numbers.add(epoch)
            agent, model = _parts(names[one])
            price = None if np.isnan(prices[one]) else float(prices[one])
            yield PlannedRun(names[one], agent, model, task.task, task.version, epoch, gain, price)


def _parts(contestant: str) -> tuple[str, str]:
    """`agent[options]@model` in two; a script's path may hold anything."""
    agent, _, model = contestant.partition("@")
    return (contestant, "") if contestant.startswith("script:") else (agent, model)


def _foretold(ratings: Ratings, before: Design, after: Design) -> tuple[Foretold, ...]:
    """Half-widths as the board has them, and what is left of them by the design; whom the prior holds has none."""
    widths = (ratings.high - ratings.low) / 2
    then = after.half_widths() * widths / before.half_widths()
    if ratings.influence.count < 2:
        then = after.half_widths()
    names = ratings.outcomes.contestants
    return tuple(Foretold(names[one], known(widths[one]), known(then[one])) for one in ratings.order)


def _together(widths: Collection[float | None]) -> float | None:
    known = [width for width in widths if width is not None]
    return float(np.sqrt(np.mean(np.square(known)))) if known else None


def _notes(ratings: Ratings, shares: Shares, able: np.ndarray, prices: Floats, dollars: float | None) -> Iterator[str]:
    names = ratings.outcomes.contestants
    if ratings.influence.count < 2:
        yield "All battles come from one dataset, so there are no intervals yet. Offer tasks of another (--tasks)."
    elif not shares.spread_measured:
        yield "Every dataset says the same so far: what runs are worth is reckoned from the ratings alone."
    if ratings.fit.bounds:
        held = ", ".join(names[bound.contestant] for bound in ratings.fit.bounds)
        yield f"Only the prior bounds {held}: what is foretold of them is worth little."
    if not shares.task_measured:
        yield f"Nothing was run twice: {ASSUMED:.0%} of what a run varies by is assumed to stay when it is repeated."
    if not shares.dataset_measured:
        yield (
            f"No datasets show what their tasks have in common: {ASSUMED:.0%} of what a run varies by is assumed, and "
            "no more than stays when it is repeated."
        )
    unable = [name for name, can in zip(names, able, strict=True) if not can]
    if unable:
        yield f"Not planned, since they can't be run here: {', '.join(unable)}."
    unknown = [name for name, can, price in zip(names, able, prices, strict=True) if can and np.isnan(price)]
    if unknown and dollars is not None:
        yield f"Not planned under a budget of dollars, since their cost is not known: {', '.join(unknown)}."
