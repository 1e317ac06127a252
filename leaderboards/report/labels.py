"""Where the names of points stand in a scatter: each at the side of its point where it covers least."""

from collections.abc import Sequence

# Of a chart about 480 pixels wide with letters of 11 pixels, as shares of its width and height.
LETTER, LINE, GAP = 0.0145, 0.04, 0.016
# Corners alone: whiskers run along the other four sides.
SIDES = {"bottom right": (1, -1), "top left": (-1, 1), "top right": (1, 1), "bottom left": (-1, -1)}
MOST_NAMED = 12  # points that all have their names, even where two touch
MOST_COVERED = 0.1  # share of a name that may touch others

Box = tuple[float, float, float, float]


def label_sides(
    points: Sequence[tuple[float, float]], names: Sequence[str], low: float, high: float
) -> list[str | None]:
    """A side of `SIDES` for each point on equal axes from `low` to `high`: greedy, in the order given.

    Among many points, one whose name would cover others gets none (None): the tables have all names.
    """
    places = [((x - low) / (high - low), (y - low) / (high - low)) for x, y in points]
    taken: list[Box] = [(x - GAP, y - GAP, x + GAP, y + GAP) for x, y in places]
    chosen: list[str | None] = []
    for (x, y), name in zip(places, names, strict=True):
        boxes = {side: _box(x, y, len(name) * LETTER, *direction) for side, direction in SIDES.items()}
        best = min(boxes, key=lambda side: _covered(boxes[side], taken) + _outside(boxes[side]))
        if len(places) > MOST_NAMED and _covered(boxes[best], taken) > MOST_COVERED * len(name) * LETTER * LINE:
            chosen.append(None)
            continue
        taken.append(boxes[best])
        chosen.append(best)
    return chosen


def _box(x: float, y: float, width: float, across: int, up: int) -> Box:
    left = x + across * GAP - width * (1 - across) / 2
    bottom = y + up * GAP - LINE * (1 - up) / 2
    return left, bottom, left + width, bottom + LINE


def _covered(box: Box, others: Sequence[Box]) -> float:
    sides = [(min(box[2], o[2]) - max(box[0], o[0]), min(box[3], o[3]) - max(box[1], o[1])) for o in others]
    return sum(width * height for width, height in sides if width > 0 and height > 0)


def _outside(box: Box) -> float:
    return sum(max(0.0, -edge) for edge in box[:2]) + sum(max(0.0, edge - 1) for edge in box[2:])
