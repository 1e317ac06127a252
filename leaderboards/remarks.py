"""What is said beside the figures of a comparison: who is left out, what is shared, and what is too few to judge."""

from collections.abc import Sequence

from leaderboards.board import Board
from leaderboards.errors import in_short
from leaderboards.matching import Matched
from leaderboards.published import PublishedBoard
from leaderboards.sides import Side

ENOUGH_CONTESTANTS = 8
ENOUGH_CLUSTERS = 20


def too_few(names: Sequence[str], sides: Sequence[Side]) -> str:
    """Why the data are too few to judge; empty if they are not."""
    reasons = []
    if len(names) < ENOUGH_CONTESTANTS:
        reasons.append(f"{len(names)} contestants (below {ENOUGH_CONTESTANTS})")
    for side in sides:
        if side.ratings is not None and side.ratings.influence.count < ENOUGH_CLUSTERS:
            told = side.ratings.influence
            unit = told.unit if told.count == 1 else f"{told.unit}s"
            reasons.append(f"{told.count} {unit} in {side.title} (below {ENOUGH_CLUSTERS})")
    return f"too few to judge: {', '.join(reasons)}" if reasons else ""


def unmatched(matched: Matched, left: Board | PublishedBoard, right: Board | PublishedBoard) -> list[str]:
    """Who is left out because the other side has nobody of that name, and what is said of a published side."""
    found = []
    for names, side in ((matched.only_left, left), (matched.only_right, right)):
        if names:
            found.append(f"Only in {side.title}: {', '.join(names)}.")
    for side in (left, right):
        if isinstance(side, PublishedBoard) and side.source:
            found.append(f"{side.title}: {side.source}, {side.date}. {side.notes}")
    return list(dict.fromkeys(found))


def notes(shared: Sequence[str], sides: Sequence[Side], names: Sequence[str], *, common_scale: bool) -> list[str]:
    """How the sides were compared, what they share, and what only the prior bounds."""
    said = ["Both sides are centred on the same contestants; neither is shifted or rescaled to fit the other."]
    if not common_scale:
        said = ["The sides count different things, so only the order and r can agree: there is no CCC."]
    if shared:
        said.append(
            f"Part against whole: the sides share tasks ({in_short(shared)}), so this is no evidence of agreement."
        )
    for side in sides:
        if side.ratings is not None and side.ratings.fit.bounds:
            held = ", ".join(names[bound.contestant] for bound in side.ratings.fit.bounds)
            said.append(f"On {side.title} only the prior bounds {held}.")
    if sides[0].ratings is not None and sides[1].ratings is not None:
        both = set(sides[0].ratings.influence.clusters) & set(sides[1].ratings.influence.clusters)
        if both:
            said.append(f"{len(both)} datasets serve tasks of both sides; their noise is counted as common.")
    else:
        said.append("Published ratings come without the results of the tasks, so there is no noise ceiling.")
    return said
