"""A leaderboard: rated contestants, controls that prove the grader, and what each task tells."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leaderboards.battles import Battles, read_battles
from leaderboards.categories import Dimension, category_boards
from leaderboards.controls import ControlRow, control_rows
from leaderboards.outcomes import HeadToHead, Outcomes, outcomes_of
from leaderboards.plain import plain
from leaderboards.plain_scores import plain_scores
from leaderboards.ratings import (
    CONFIDENCE,
    ROUNDS,
    Ratings,
    Ties,
    check_confidence,
    check_rounds,
    pairs_of,
    place,
    rate_outcomes,
)
from leaderboards.results import CONSTANT_FAMILY, CONTROL_FAMILY, HUMAN_FAMILY, ResultsTable, read_table
from leaderboards.rows import NO_MODEL, BoardRow, Facts, Views, board_row, facts_of
from leaderboards.tasks import Separation, TaskRow, separation, task_rows
from leaderboards.views import normalized_by_task, with_views


@dataclass(frozen=True)
class Parameters:
    """What a board was made with; `nu` is Davidson's, `unit` what the intervals are clustered by."""

    confidence: float = CONFIDENCE
    rounds: int = ROUNDS
    seed: int = 0
    centre: float = 1000.0
    scale: float = 400.0
    ties: Ties = Ties.HALF
    nu: float | None = None
    prior: float = 0.0
    clusters: int = 0
    unit: str = "dataset"

    def __post_init__(self) -> None:
        """Raise `BadOption`, of a board on which nobody is rated too."""
        check_confidence(self.confidence)
        check_rounds(self.rounds)


@dataclass(frozen=True)
class Board:
    """A leaderboard with all that made it; rows are ordered by rating, those without one last."""

    title: str
    rows: tuple[BoardRow, ...]
    controls: tuple[ControlRow, ...]
    tasks: tuple[TaskRow, ...]
    separation: Separation
    tie_share: float | None
    task_count: int
    datasets: int
    cells: int
    errors: int
    notes: tuple[str, ...]
    parameters: Parameters
    categories: tuple[Dimension, ...]
    ratings: Ratings | None = field(repr=False, compare=False)
    pairs: HeadToHead | None = field(repr=False, compare=False)

    @property
    def has_model(self) -> bool:
        """Whether any contestant is driven by a language model."""
        return any(row.model not in NO_MODEL for row in self.rows)

    @property
    def from_battles(self) -> bool:
        """Whether pairwise battles made it, not results of tasks."""
        return self.ratings is not None and isinstance(self.ratings.outcomes, Battles)

    @property
    def heading(self) -> str:
        """The title, with "no language model" where baselines are alone."""
        return self.title if self.has_model else f"{self.title} (no language model)"

    def row(self, contestant: str) -> BoardRow:
        """The row of a contestant; KeyError with the names that there are."""
        found = next((row for row in self.rows if row.contestant == contestant), None)
        if found is None:
            there = ", ".join(row.contestant for row in self.rows)
            raise KeyError(f"{contestant!r} is on no row of {self.title!r}; there are {there}")
        return found

    def to_frame(self) -> pd.DataFrame:
        """The rows as a data frame: flags joined by "; ", each view a column."""
        rows = [{**asdict(row), "flags": "; ".join(row.flags), **asdict(row.views)} for row in self.rows]
        own = [name for name in BoardRow.__dataclass_fields__ if name != "views"]
        return pd.DataFrame(rows, columns=[*own, *Views.__dataclass_fields__])

    def to_dict(self) -> dict[str, object]:
        """Everything but the raw outcomes, ready for JSON."""
        kept = [name for name in self.__dataclass_fields__ if name not in ("controls", "ratings", "pairs")]
        controls = [{**asdict(row), "holds": row.holds} for row in self.controls]
        return {"heading": self.heading, **{name: plain(getattr(self, name)) for name in kept}, "controls": controls}


def board(
    results: ResultsTable | pd.DataFrame | Path | str,
    *,
    title: str = "Leaderboard",
    confidence: float = CONFIDENCE,
    rounds: int = ROUNDS,
    seed: int = 0,
    ties: Ties | str = Ties.HALF,
    by: Sequence[str] = (),
) -> Board:
    """Rate the contestants of a results table; ties are `half` a win each or by `davidson`.

    `by` asks for a board of each category too, any of `leaderboards.categories.DIMENSIONS`.

    Controls (family `control`) and entries of human leaderboards (family `human`) are not rated; the constant is. A
    contestant without a battle gets a row, no rating.

    Raises:
        BrokenTable, EmptyResults, NoSuchTable: the table can't be read.
        BadOption: a confidence or a number of rounds that can't be meant.
        Islands: groups of contestants share no task.
        UnboundedTies: Davidson's model fits no finite chance of a tie.
    """
    parameters = Parameters(confidence, rounds, seed, ties=Ties(ties))
    table = results if isinstance(results, ResultsTable) else read_table(results)
    frame = table.frame
    rated = frame[~frame["family"].isin([CONTROL_FAMILY, HUMAN_FAMILY])]
    outcomes = outcomes_of(rated)
    facts = {name: facts_of(rows) for name, rows in rated.groupby("contestant", sort=True)}
    constants = {str(name) for name in rated.loc[rated["family"] == CONSTANT_FAMILY, "contestant"]}
    tasks = task_rows(rated, outcomes, constants, normalized_by_task(frame))
    made = _assemble(
        outcomes,
        {str(name): value for name, value in facts.items()},
        parameters,
        title=title,
        controls=control_rows(frame[frame["family"] != HUMAN_FAMILY]),
        tasks=tasks,
        errors=int((frame["status"] == "error").sum()),
        notes=table.notes,
    )
    rows, notes = with_views(made.rows, frame)
    divided = () if made.ratings is None else category_boards(rated, made.ratings, by, confidence)
    return replace(made, rows=rows, notes=(*made.notes, *notes), categories=divided)


def rate(  # noqa: PLR0913 (options of one public call)
    scores: ArrayLike | pd.DataFrame,
    contestants: Sequence[object] | None = None,
    tasks: Sequence[object] | None = None,
    *,
    clusters: Sequence[object] | None = None,
    higher_is_better: ArrayLike = True,
    decimals: int | None = None,
    title: str = "Leaderboard",
    confidence: float = CONFIDENCE,
    rounds: int = ROUNDS,
    seed: int = 0,
    ties: Ties | str = Ties.HALF,
) -> Board:
    """Rate plain scores by Bradley-Terry, with intervals and ranks.

    Args:
        scores: [tasks, contestants], or [tasks, contestants, runs]; NaN is not run, -inf failed (whatever the direction
            of its task). A data frame has tasks as its index and contestants as its columns.
        contestants: names; those of the data frame's columns, else agent1, agent2, …
        tasks: names; those of the data frame's index, unless it counts rows (whole numbers without a name), else made
            from the scores, so that two tables share no task.
        clusters: the source dataset of each task, for intervals; each task is its own if none is given.
        higher_is_better: one truth, or one for each task.
        decimals: at which printed precision scores are equal; None compares them as they are.
        title: of the board.
        confidence: of the intervals and of the ranks.
        rounds, seed: of the bootstrap behind the ranks.
        ties: `half` a win each or by `davidson`.

    Raises:
        BadScores: scores, names or directions that can't be meant; the message says what was found.
        BadOption: the same of decimals, confidence or rounds.
        Islands: groups of contestants share no task.
        UnboundedTies: Davidson's model fits no finite chance of a tie.

    Example:
        >>> board = rate([[0.9, 0.8], [0.7, 0.9], [0.6, 0.5]], ["ours", "theirs"])
        >>> [(row.contestant, round(row.rating, 1), round(row.win_rate, 3)) for row in board.rows]
        [('ours', 1060.2, 0.667), ('theirs', 939.8, 0.333)]
        >>> board.parameters.confidence, board.parameters.clusters
        (0.95, 3)
    """
    checked = plain_scores(
        scores, contestants, tasks, clusters=clusters, higher_is_better=higher_is_better, decimals=decimals
    )
    failed = np.isneginf(checked.values).sum(axis=(0, 2))
    runs = checked.runs.sum(axis=0)
    facts = {
        name: Facts(name, "", int(runs[i]), int(runs[i] - failed[i]), None, None, 0)
        for i, name in enumerate(checked.contestants)
    }
    parameters = Parameters(confidence, rounds, seed, ties=Ties(ties))
    return _assemble(checked, facts, parameters, title=title)


def battle_board(
    source: Battles | pd.DataFrame | Path | str,
    *,
    title: str = "Leaderboard",
    confidence: float = CONFIDENCE,
    rounds: int = ROUNDS,
    seed: int = 0,
    ties: Ties | str = Ties.HALF,
) -> Board:
    """Rate the contestants of pairwise battles (`leaderboards.battles`); each is its own family and its own model.

    Raises:
        BrokenTable, EmptyResults, NoSuchTable: the table can't be read.
        BadOption: a confidence or a number of rounds that can't be meant.
        Islands: groups of contestants never met.
        UnboundedTies: Davidson's model fits no finite chance of a tie.
    """
    parameters = Parameters(confidence, rounds, seed, ties=Ties(ties))
    battles = source if isinstance(source, Battles) else read_battles(source)
    fought = battles.pairs.battles.sum(axis=1)
    facts = {
        name: Facts(name, name, int(count), None, None, None, 0)
        for name, count in zip(battles.contestants, fought, strict=True)
    }
    return _assemble(battles, facts, parameters, title=title)


def _assemble(
    outcomes: Outcomes | Battles,
    facts: dict[str, Facts],
    parameters: Parameters,
    *,
    title: str,
    controls: tuple[ControlRow, ...] = (),
    tasks: tuple[TaskRow, ...] = (),
    errors: int = 0,
    notes: tuple[str, ...] = (),
) -> Board:
    chosen = outcomes.among(_played(outcomes))
    ratings = pairs = None
    if chosen.contestants:
        ratings = rate_outcomes(
            chosen,
            confidence=parameters.confidence,
            rounds=parameters.rounds,
            seed=parameters.seed,
            ties=parameters.ties,
        )
        pairs = pairs_of(chosen)
        parameters = replace(
            parameters,
            nu=ratings.fit.nu,
            prior=ratings.fit.prior,
            clusters=ratings.influence.count,
            unit=ratings.influence.unit,
        )
    rows = [board_row(name, facts[name], ratings, pairs) for name in outcomes.contestants]
    rows.sort(key=lambda row: (row.rating is None, *place(row.rating or 0.0, row.contestant)))
    return Board(
        title=title,
        rows=tuple(rows),
        controls=controls,
        tasks=tasks,
        separation=separation(tasks),
        tie_share=float(pairs.ties.sum() / pairs.battles.sum()) if pairs is not None else None,
        task_count=len(outcomes.tasks),
        datasets=0 if isinstance(outcomes, Battles) else len(set(outcomes.clusters)),
        cells=len(outcomes.first) if isinstance(outcomes, Battles) else sum(fact.runs for fact in facts.values()),
        errors=errors,
        notes=(*notes, *_board_notes(ratings)),
        parameters=parameters,
        categories=(),
        ratings=ratings,
        pairs=pairs,
    )


def _played(outcomes: Outcomes | Battles) -> list[str]:
    """Those who have a battle."""
    if isinstance(outcomes, Battles):
        return list(outcomes.contestants)
    used = outcomes.present.max(axis=0, initial=0.0)
    return [name for name, plays in zip(outcomes.contestants, used, strict=True) if plays]


def _board_notes(ratings: Ratings | None) -> list[str]:
    if ratings is None:
        return ["No two contestants ran the same task, so nobody is rated."]
    notes = []
    clusters, unit = ratings.influence.count, ratings.influence.unit
    if ratings.fit.prior:
        held = ", ".join(ratings.outcomes.contestants[bound.contestant] for bound in ratings.fit.bounds)
        notes.append(
            f"No finite rating fits the battles of {held}: a phantom battle of each contestant against the middle, "
            "half won, bounds the ratings, and the open end of an interval is left blank."
        )
    if clusters < 2:
        notes.append(f"All battles come from one {unit}, so there are no intervals.")
    if clusters > 1 and np.isnan(ratings.influence.errors).all():
        notes.append(f"Every {unit} says the same, so there are no intervals.")
    return notes
