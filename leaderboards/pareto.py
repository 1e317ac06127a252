"""What a rating costs: contestants whom nobody beats in both, at what a run costs or how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboards.rows import BoardRow


@dataclass(frozen=True)
class Price:
    """A contestant's rating beside what it takes; `best` if no other is at least as good on both and better on one."""

    contestant: str
    rating: float
    low: float | None
    high: float | None
    price: float
    best: bool


@dataclass(frozen=True)
class Prices:
    """Every rated contestant whose price is known, the cheapest first; `unit` is what the price counts.

    `left_out` names the rated ones without a known price.
    """

    unit: str
    points: tuple[Price, ...]
    left_out: tuple[str, ...]


def prices(rows: Sequence[BoardRow]) -> Prices | None:
    """The dollars of a run where at least two rated contestants have them, else the seconds; None without either."""
    rated = [row for row in rows if row.rating is not None]
    for unit, known in (
        ("US dollars a run", {row.contestant: row.cost_a_run for row in rated}),
        ("seconds a run", {row.contestant: row.seconds for row in rated}),
    ):
        there = [row for row in rated if known[row.contestant] is not None]
        if len(there) > 1:
            points = [(row, float(known[row.contestant] or 0.0)) for row in there]
            return Prices(
                unit,
                tuple(
                    sorted((_price(row, price, points) for row, price in points), key=lambda p: (p.price, -p.rating))
                ),
                tuple(row.contestant for row in rated if known[row.contestant] is None),
            )
    return None


def _price(row: BoardRow, price: float, points: Sequence[tuple[BoardRow, float]]) -> Price:
    own = row.rating or 0.0
    beaten = any(
        (other.rating or 0.0) >= own and cost <= price and ((other.rating or 0.0) > own or cost < price)
        for other, cost in points
    )
    return Price(row.contestant, own, row.low, row.high, price, not beaten)
