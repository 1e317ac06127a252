"""How well two leaderboards of the same contestants agree, and how well they could.

Always between two disjoint sets of tasks. Both sides are rated among the common contestants alone and centred on
them; neither shift nor scale is ever fitted, because rescaling makes Lin's CCC equal r. The constant is left out:
weak contestants inflate every coefficient. Two questions, two intervals: *other agents* (Fisher's and Lin's z) and
*the same agents on other tasks* (joint bootstrap of the tasks, with the noise removed).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leaderboards.board import Board, rate
from leaderboards.bradley_terry import one_thread
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
from leaderboards.errors import PartOfWhole
from leaderboards.noise import Corrected, Noise, SameBoard, corrected, noise_of, same_board
from leaderboards.plain import known, plain
from leaderboards.published import ELO_UNIT, PublishedBoard
from leaderboards.ratings import CONFIDENCE, ROUNDS, Ratings, check_confidence, check_rounds, place
from leaderboards.remarks import notes, too_few, unmatched
from leaderboards.sides import Side, common, families_of, shared_tasks, side_of, unit_of
from leaderboards.subsets import Without, families_left_out, one_left_out, one_per_family, weakest_left_out

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


@one_thread()
def agreement(
    left: Board | PublishedBoard | pd.DataFrame | ArrayLike,
    right: Board | PublishedBoard | pd.DataFrame | ArrayLike,
    *,
    part_of_whole: bool = False,
    confidence: float = CONFIDENCE,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Agreement:
    """Compare two leaderboards over the contestants that both rate, the constant left out.

    Args:
        left, right: boards (`rate`, `board`, `battle_board`, `published`), or plain scores that `rate` takes as they
            are; columns of an array are matched by their place.
        part_of_whole: compare sides that share tasks, too; labelled, no evidence.
        confidence: of all intervals.
        rounds, seed: of the bootstrap behind the corrected coefficients.

    Raises:
        PartOfWhole: the sides share tasks, and `part_of_whole` does not ask for it.
        TooFewCommon: fewer than 5 common contestants.
        Islands: the common contestants share too few tasks on a side.
        BadScores, BadOption: scores or options that can't be meant.

    Example:
        >>> import numpy as np
        >>> skill = np.linspace(0, 3, 9)
        >>> left, right = (skill + np.random.default_rng(seed).gumbel(size=(40, 9)) for seed in (1, 2))
        >>> found = agreement(left, right)
        >>> round(found.r.value, 2), round(found.ccc.value, 2), round(found.noise.ceiling, 2)
        (0.97, 0.97, 0.95)
        >>> found.too_few, found.confidence
        ('', 0.95)
    """
    check_confidence(confidence)
    check_rounds(rounds)
    left, right = _board_of(left, "left"), _board_of(right, "right")
    shared = shared_tasks(left, right)
    if shared and not part_of_whole:
        raise PartOfWhole(shared)
    matched = common(left, right)
    names = matched.names
    common_scale = unit_of(left) == unit_of(right)
    sides = (side_of(left, matched.left, confidence), side_of(right, matched.right, confidence))
    families = families_of(left, right, matched)
    x, y = sides[0].elo, sides[1].elo
    order = sorted(range(len(x)), key=lambda one: place(float(x[one] + y[one]), names[one]))
    few = too_few(names, sides)
    rated = (sides[0].ratings, sides[1].ratings) if sides[0].ratings and sides[1].ratings else None
    judged = rated if rated and not few and not shared else None
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
        noise=noise_of(*rated) if rated else None,
        corrected=corrected(*judged, confidence, rounds, seed) if judged else None,
        same_board=same_board(*judged, seed) if judged else None,
        leave_one_out=one_left_out(names, x, y, order, common_scale=common_scale),
        without_weakest=weakest_left_out(names, x, y, common_scale=common_scale),
        one_per_family=one_per_family(names, families, x, y, common_scale=common_scale),
        without_family=families_left_out(names, families, x, y, common_scale=common_scale),
        too_few=few,
        notes=(*notes(shared, sides, names, common_scale=common_scale), *unmatched(matched, left, right)),
        confidence=confidence,
        rounds=rounds,
        seed=seed,
        left_unit=unit_of(left),
        right_unit=unit_of(right),
        sides=rated,
    )


def _board_of(side: Board | PublishedBoard | pd.DataFrame | ArrayLike, title: str) -> Board | PublishedBoard:
    return side if isinstance(side, Board | PublishedBoard) else rate(side, title=title, rounds=1)  # no ranks are asked


def _point(name: str, family: str, index: int, sides: tuple[Side, ...]) -> Point:
    cells: list[float | None] = []
    for side in sides:
        low = high = None
        if side.ratings is not None:
            low, high = known(side.ratings.low[index]), known(side.ratings.high[index])
        cells += [side.level + float(side.elo[index]), low, high]
    return Point(name, family, cells[0] or 0.0, cells[1], cells[2], cells[3] or 0.0, cells[4], cells[5])
