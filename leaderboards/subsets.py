"""r and CCC on some of the contestants: whether an agreement hangs on one, on weak ones, or on near relatives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboards.coefficients import centred, concordance, leave_one_out, pearson
from leaderboards.outcomes import Floats
from leaderboards.ratings import EQUAL


@dataclass(frozen=True)
class Without:
    """r and CCC on some of the contestants, centred again on those that stay; the CCC of different units is NaN."""

    left_out: tuple[str, ...]
    contestants: int
    r: float
    ccc: float


def _on(names: Sequence[str], keep: Sequence[bool], x: Floats, y: Floats, *, common_scale: bool) -> Without | None:
    """r and CCC of those to keep; None where fewer than three stay."""
    mask = np.array(keep, dtype=bool)
    if mask.sum() < 3:
        return None
    left, right = centred(x[mask], y[mask])
    gone = tuple(name for name, kept in zip(names, mask, strict=True) if not kept)
    ccc = concordance(left, right) if common_scale else float("nan")
    return Without(gone, int(mask.sum()), pearson(left, right), ccc)


def one_left_out(
    names: Sequence[str], x: Floats, y: Floats, order: Sequence[int], *, common_scale: bool = True
) -> tuple[Without, ...]:
    """Without each contestant, in the order given."""
    r = leave_one_out(x, y, pearson)
    ccc = leave_one_out(x, y, concordance) if common_scale else [float("nan")] * len(names)
    return tuple(Without((names[i],), len(names) - 1, r[i], ccc[i]) for i in order)


def weakest_left_out(names: Sequence[str], x: Floats, y: Floats, *, common_scale: bool = True) -> Without | None:
    """Without the weakest quarter by the mean of both sides: weak contestants inflate a coefficient."""
    weakest = np.argsort(np.round(x + y, EQUAL), kind="stable")[: max(1, len(names) // 4)]
    return _on(names, [i not in weakest for i in range(len(names))], x, y, common_scale=common_scale)


def one_per_family(
    names: Sequence[str], families: dict[str, str], x: Floats, y: Floats, *, common_scale: bool = True
) -> Without | None:
    """The strongest of each family; None where every contestant is its own family."""
    strongest: dict[str, int] = {}
    for i in np.argsort(-np.round(x + y, EQUAL), kind="stable"):
        strongest.setdefault(families.get(names[i], names[i]), int(i))
    if len(strongest) == len(names):
        return None
    return _on(names, [i in strongest.values() for i in range(len(names))], x, y, common_scale=common_scale)


def families_left_out(
    names: Sequence[str], families: dict[str, str], x: Floats, y: Floats, *, common_scale: bool = True
) -> tuple[Without, ...]:
    """Without each family that has more than one contestant; leaving out one agent is reported apart."""
    own = [families.get(name, name) for name in names]
    several = sorted({family for family in own if own.count(family) > 1})
    found = (_on(names, [other != family for other in own], x, y, common_scale=common_scale) for family in several)
    return tuple(part for part in found if part is not None)
