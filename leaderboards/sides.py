"""The two sides of a comparison: who is on both, and each side's figures over them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboards.board import Board
from leaderboards.bradley_terry import CENTRE
from leaderboards.errors import TooFewCommon
from leaderboards.matching import Matched, match
from leaderboards.missing import missing_runs
from leaderboards.outcomes import Floats
from leaderboards.published import ELO_UNIT, PublishedBoard
from leaderboards.ratings import Ratings, Ties, rate_outcomes
from leaderboards.results import CONSTANT_FAMILY, UNIT_SEPARATOR

LEAST_COMMON = 5


@dataclass(frozen=True, eq=False)
class Side:
    """One side over the common contestants, centred; `level` is where it is shown, 1000 for Elo."""

    title: str
    elo: Floats
    level: float
    ratings: Ratings | None


def _tasks_of(board: Board | PublishedBoard) -> frozenset[str]:
    """The tasks that a board rests on; none where a published one does not tell them."""
    if isinstance(board, PublishedBoard):
        return frozenset(board.tasks)
    return frozenset() if board.ratings is None else frozenset(board.ratings.outcomes.tasks)


def shared_tasks(left: Board | PublishedBoard, right: Board | PublishedBoard) -> list[str]:
    """The tasks that both sides rest on, by the names that people know; sets of tasks where a side is published."""
    both = _tasks_of(left) & _tasks_of(right)
    return sorted({unit.split(UNIT_SEPARATOR)[0] for unit in both})


def _rated(board: Board | PublishedBoard) -> list[str]:
    if isinstance(board, PublishedBoard):
        return list(board.contestants)
    return [row.contestant for row in board.rows if row.rating is not None and row.family != CONSTANT_FAMILY]


def common(left: Board | PublishedBoard, right: Board | PublishedBoard) -> Matched:
    """The contestants that both sides rate, the constant left out.

    Raises:
        TooFewCommon: fewer than 5; the message lists the runs that are missing.
    """
    matched = match(_rated(left), _rated(right))
    if len(matched.names) < LEAST_COMMON:
        raise TooFewCommon(
            matched.names,
            missing_runs(matched.only_left, left, right),
            missing_runs(matched.only_right, right, left),
            least=LEAST_COMMON,
        )
    return matched


def unit_of(board: Board | PublishedBoard) -> str:
    """What the figures of a board count."""
    return board.unit if isinstance(board, PublishedBoard) else ELO_UNIT


def side_of(board: Board | PublishedBoard, names: Sequence[str], confidence: float) -> Side:
    """A side over these contestants, rated anew among them alone where the results of the tasks are there."""
    if isinstance(board, PublishedBoard):
        figures = dict(zip(board.contestants, board.values, strict=True))
        own = np.array([figures[name] for name in names])
        level = CENTRE if board.unit == ELO_UNIT else float(own.mean())
        return Side(board.title, own - own.mean(), level, None)
    if board.ratings is None:
        raise TooFewCommon([], names, names, LEAST_COMMON)
    among = board.ratings.outcomes.among(names)
    ties = Ties.HALF if board.ratings.fit.nu is None else Ties.DAVIDSON
    ratings = rate_outcomes(among, confidence=confidence, rounds=1, ties=ties)  # a side is shown without ranks
    return Side(board.title, ratings.elo - ratings.elo.mean(), CENTRE, ratings)


def families_of(left: Board | PublishedBoard, right: Board | PublishedBoard, matched: Matched) -> dict[str, str]:
    """The family of each common contestant, as the left side names it, else the right."""
    found: dict[str, str] = {}
    for board, own in ((right, matched.right), (left, matched.left)):
        if isinstance(board, Board):
            family = {row.contestant: row.family for row in board.rows if row.family}
            found |= {name: family[who] for name, who in zip(matched.names, own, strict=True) if who in family}
    return found
