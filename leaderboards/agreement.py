"""How well two leaderboards of the same contestants agree, and how well they could.

Always between two disjoint sets of tasks. Both sides are rated among the common contestants alone and centred on
them; neither shift nor scale is ever fitted, because rescaling makes Lin's CCC equal r. The constant is left out:
weak contestants inflate every coefficient. Two questions, two intervals: *other agents* (Fisher's and Lin's z) and
*the same agents on other tasks* (joint bootstrap of the tasks, with the noise removed).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from leaderboards.board import Board
from leaderboards.bradley_terry import CENTRE
from leaderboards.coefficients import (
    BlandAltman,
    Interval,
    bland_altman,
    concordance_interval,
    cronbach,
    fisher_interval,
    intraclass,
    kendall,
    pearson,
    permutation_p,
    scale_ratio,
    spearman,
    top_overlap,
)
from leaderboards.errors import PartOfWhole, TooFewCommon
from leaderboards.matching import Matched, match
from leaderboards.missing import missing_runs
from leaderboards.noise import Corrected, Noise, SameBoard, corrected, noise_of, same_board
from leaderboards.outcomes import Floats
from leaderboards.plain import plain
from leaderboards.published import ELO_UNIT, PublishedBoard
from leaderboards.ratings import CONFIDENCE, ROUNDS, Ratings, Ties, rate_outcomes
from leaderboards.results import CONSTANT_FAMILY
from leaderboards.subsets import Without, families_left_out, one_left_out, one_per_family, weakest_left_out

LEAST_COMMON = 5
ENOUGH_CONTESTANTS = 8
ENOUGH_CLUSTERS = 20
UNDEFINED = float("nan")


@dataclass(frozen=True)
class Point:
    """A contestant on both sides, Elo centred on 1000 over the common contestants; None where no interval is."""

    contestant: str
    family: str
    left: float
    left_low: float | None
    left_high: float | None
    right: float
    right_low: float | None
    right_high: float | None


@dataclass(frozen=True)
class Agreement:
    """Two leaderboards compared.

    Attributes:
        r, ccc: with the interval for *other agents*, drawn like these.
        permutation_p: exact and two-sided over all pairings; None above 8 contestants.
        ccc, cronbach_alpha, icc, scale, bland_altman: NaN and None where the sides have different units, because then
            nothing but the order and r can agree.
        scale: spread of the right side over the left; `CCC = r 2/(scale + 1/scale)`.
        left_unit, right_unit: what each side's figures count.
        noise: reliability of each side and the ceiling that it sets for r; None without the results of the tasks.
        corrected: r and CCC with the noise removed, for *the same agents on other tasks*; None where too few.
        same_board: test that both sides are one leaderboard; None where too few, or where it has power below .5.
        too_few: why the data are too few to judge; empty if they are not.
    """

    left: str
    right: str
    has_model: bool
    points: tuple[Point, ...]
    r: Interval
    permutation_p: float | None
    r_squared: float
    ccc: Interval
    spearman: float
    kendall: float
    top3: float | None
    top5: float | None
    cronbach_alpha: float
    icc: float
    bland_altman: BlandAltman | None
    scale: float
    noise: Noise | None
    corrected: Corrected | None
    same_board: SameBoard | None
    leave_one_out: tuple[Without, ...]
    without_weakest: Without | None
    one_per_family: Without | None
    without_family: tuple[Without, ...]
    too_few: str
    notes: tuple[str, ...]
    confidence: float = CONFIDENCE
    rounds: int = ROUNDS
    seed: int = 0
    left_unit: str = ELO_UNIT
    right_unit: str = ELO_UNIT
    sides: tuple[Ratings, Ratings] | None = field(default=None, repr=False, compare=False)

    @property
    def heading(self) -> str:
        """Both titles, with "no language model" where baselines are alone."""
        return f"{self.left} against {self.right}" + ("" if self.has_model else " (no language model)")

    def to_dict(self) -> dict[str, object]:
        """Everything but the raw ratings, ready for JSON; NaN becomes None."""
        names = [name for name in self.__dataclass_fields__ if name != "sides"]
        return {"heading": self.heading, **{name: plain(getattr(self, name)) for name in names}}


@dataclass(frozen=True, eq=False)
class _Side:
    """One side over the common contestants, centred; `level` is where it is shown, 1000 for Elo."""

    title: str
    elo: Floats
    level: float
    ratings: Ratings | None
    tasks: frozenset[str]


def agreement(
    left: Board | PublishedBoard,
    right: Board | PublishedBoard,
    *,
    part_of_whole: bool = False,
    confidence: float = CONFIDENCE,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Agreement:
    """Compare two leaderboards over the contestants that both rate, the constant left out.

    Raises:
        PartOfWhole: the sides share tasks, and `part_of_whole` does not ask for it.
        TooFewCommon: fewer than 5 common contestants.
        Islands: the common contestants share too few tasks on a side.
    """
    shared = sorted(_task_names(left) & _task_names(right))
    if shared and not part_of_whole:
        raise PartOfWhole(shared)
    matched = _common(left, right)
    names = matched.names
    common_scale = unit_of(left) == unit_of(right)
    sides = (
        _side(left, matched.left, confidence, rounds, seed),
        _side(right, matched.right, confidence, rounds, seed),
    )
    order = np.argsort(-(sides[0].elo + sides[1].elo), kind="stable")
    families = _families(left, right, matched)
    x, y = sides[0].elo, sides[1].elo
    few = _too_few(names, sides)
    noise = fixed = test = None
    if sides[0].ratings is not None and sides[1].ratings is not None:
        noise = noise_of(sides[0].ratings, sides[1].ratings)
        if not few and not shared:
            fixed = corrected(sides[0].ratings, sides[1].ratings, confidence, rounds, seed)
            test = same_board(sides[0].ratings, sides[1].ratings, seed)
    return Agreement(
        left=left.title,
        right=right.title,
        has_model=any(not isinstance(board, Board) or board.has_model for board in (left, right)),
        points=tuple(_point(names[i], families.get(names[i], ""), i, sides) for i in order),
        r=fisher_interval(pearson(x, y), len(x), confidence),
        permutation_p=permutation_p(x, y),
        r_squared=pearson(x, y) ** 2,
        ccc=concordance_interval(x, y, confidence) if common_scale else Interval(UNDEFINED),
        spearman=spearman(x, y),
        kendall=kendall(x, y),
        top3=top_overlap(x, y, 3),
        top5=top_overlap(x, y, 5),
        cronbach_alpha=cronbach(np.column_stack([x, y])) if common_scale else UNDEFINED,
        icc=intraclass(np.column_stack([x, y])) if common_scale else UNDEFINED,
        bland_altman=bland_altman(x, y) if common_scale else None,
        scale=scale_ratio(x, y) if common_scale else UNDEFINED,
        noise=noise,
        corrected=fixed,
        same_board=test,
        leave_one_out=one_left_out(names, x, y, order, common_scale=common_scale),
        without_weakest=weakest_left_out(names, x, y, common_scale=common_scale),
        one_per_family=one_per_family(names, families, x, y, common_scale=common_scale),
        without_family=families_left_out(names, families, x, y, common_scale=common_scale),
        too_few=few,
        notes=(*_notes(shared, sides, names, common_scale=common_scale), *_unmatched(matched, left, right)),
        confidence=confidence,
        rounds=rounds,
        seed=seed,
        left_unit=unit_of(left),
        right_unit=unit_of(right),
        sides=None if sides[0].ratings is None or sides[1].ratings is None else (sides[0].ratings, sides[1].ratings),
    )


def _task_names(board: Board | PublishedBoard) -> frozenset[str]:
    if isinstance(board, PublishedBoard):
        return frozenset(board.tasks)
    return frozenset() if board.ratings is None else frozenset(board.ratings.outcomes.tasks)


def _rated(board: Board | PublishedBoard) -> list[str]:
    if isinstance(board, PublishedBoard):
        return list(board.contestants)
    return [row.contestant for row in board.rows if row.rating is not None and row.family != CONSTANT_FAMILY]


def _common(left: Board | PublishedBoard, right: Board | PublishedBoard) -> Matched:
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


def _side(board: Board | PublishedBoard, names: Sequence[str], confidence: float, rounds: int, seed: int) -> _Side:
    if isinstance(board, PublishedBoard):
        figures = dict(zip(board.contestants, board.values, strict=True))
        own = np.array([figures[name] for name in names])
        level = CENTRE if board.unit == ELO_UNIT else float(own.mean())
        return _Side(board.title, own - own.mean(), level, None, frozenset(board.tasks))
    if board.ratings is None:
        raise TooFewCommon([], names, names, LEAST_COMMON)
    among = board.ratings.outcomes.among(names)
    ties = Ties.HALF if board.ratings.fit.nu is None else Ties.DAVIDSON
    ratings = rate_outcomes(among, confidence=confidence, rounds=rounds, seed=seed, ties=ties)
    return _Side(board.title, ratings.elo - ratings.elo.mean(), CENTRE, ratings, frozenset(among.tasks))


def _families(left: Board | PublishedBoard, right: Board | PublishedBoard, matched: Matched) -> dict[str, str]:
    """The family of each common contestant, as the left side names it, else the right."""
    found: dict[str, str] = {}
    for board, own in ((right, matched.right), (left, matched.left)):
        if isinstance(board, Board):
            family = {row.contestant: row.family for row in board.rows if row.family}
            found |= {name: family[who] for name, who in zip(matched.names, own, strict=True) if who in family}
    return found


def _point(name: str, family: str, index: int, sides: tuple[_Side, ...]) -> Point:
    cells: list[float | None] = []
    for side in sides:
        low = high = None
        if side.ratings is not None:
            low, high = (
                float(v) if np.isfinite(v) else None for v in (side.ratings.low[index], side.ratings.high[index])
            )
        cells += [side.level + float(side.elo[index]), low, high]
    return Point(name, family, cells[0] or 0.0, cells[1], cells[2], cells[3] or 0.0, cells[4], cells[5])


def _too_few(names: Sequence[str], sides: Sequence[_Side]) -> str:
    reasons = []
    if len(names) < ENOUGH_CONTESTANTS:
        reasons.append(f"{len(names)} contestants (below {ENOUGH_CONTESTANTS})")
    for side in sides:
        if side.ratings is not None and side.ratings.influence.count < ENOUGH_CLUSTERS:
            told = side.ratings.influence
            unit = told.unit if told.count == 1 else f"{told.unit}s"
            reasons.append(f"{told.count} {unit} in {side.title} (below {ENOUGH_CLUSTERS})")
    return f"too few to judge: {', '.join(reasons)}" if reasons else ""


def _unmatched(matched: Matched, left: Board | PublishedBoard, right: Board | PublishedBoard) -> list[str]:
    """Who is left out because the other side has nobody of that name, and what is said of a published side."""
    found = []
    for names, side in ((matched.only_left, left), (matched.only_right, right)):
        if names:
            found.append(f"Only in {side.title}: {', '.join(names)}.")
    for side in (left, right):
        if isinstance(side, PublishedBoard) and side.source:
            found.append(f"{side.title}: {side.source}, {side.date}. {side.notes}")
    return list(dict.fromkeys(found))


def _notes(shared: Sequence[str], sides: Sequence[_Side], names: Sequence[str], *, common_scale: bool) -> list[str]:
    notes = ["Both sides are centred on the same contestants; neither is shifted or rescaled to fit the other."]
    if not common_scale:
        notes = ["The sides count different things, so only the order and r can agree: there is no CCC."]
    if shared:
        notes.append(f"Part against whole: the sides share {len(shared)} tasks, so this is no evidence of agreement.")
    for side in sides:
        if side.ratings is not None and side.ratings.fit.bounds:
            held = ", ".join(names[bound.contestant] for bound in side.ratings.fit.bounds)
            notes.append(f"On {side.title} only the prior bounds {held}.")
    if sides[0].ratings is not None and sides[1].ratings is not None:
        both = set(sides[0].ratings.influence.clusters) & set(sides[1].ratings.influence.clusters)
        if both:
            notes.append(f"{len(both)} datasets serve tasks of both sides; their noise is counted as common.")
    else:
        notes.append("Published ratings come without the results of the tasks, so there is no noise ceiling.")
    return notes
