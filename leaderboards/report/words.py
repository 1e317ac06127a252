"""Numbers as a reader sees them: one place for how a rating, a share, a coefficient and a score are written."""

from math import isnan

from leaderboards.board import Board
from leaderboards.coefficients import Interval
from leaderboards.rows import BoardRow
from leaderboards.tasks import TaskRow

NOTHING = "–"


def whole(value: float | None) -> str:
    """A rating or a count without decimals."""
    return NOTHING if value is None else f"{value:z.0f}"  # z: no minus before a zero


def count(number: int, thing: str, things: str = "") -> str:
    """A number with its noun: "1 task", "12 tasks"."""
    return f"{number} {thing}" if number == 1 else f"{number:,} {things or thing + 's'}"


def basis(board: Board) -> str:
    """What a board rests on: tasks and datasets, or pairwise battles."""
    if board.from_battles:
        return count(board.cells, "battle")
    return f"{count(board.task_count, 'task')} from {count(board.datasets, 'dataset')}"


def share(value: float | None) -> str:
    """A share in percent."""
    return NOTHING if value is None else f"{100 * value:.0f} %"


def percent(value: float) -> str:
    """A share to a whole percent; nothing where it is not a number."""
    return NOTHING if isnan(value) else f"{100 * value:.0f} %"


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return NOTHING if isnan(value) else f"{100 * value:+z.0f}".replace("-", "\u2212")


def part(value: float | None) -> str:
    """A mean between 0 and 1, to three decimals."""
    return NOTHING if value is None else f"{value:.3f}"


def coefficient(value: float | None) -> str:
    """A coefficient with three decimals; a negative one with a proper minus."""
    return NOTHING if value is None or isnan(value) else f"{value:.3f}".replace("-", "\u2212")


def interval(found: Interval | None) -> str:
    """The ends of a coefficient's interval."""
    if found is None or found.low is None or found.high is None:
        return NOTHING
    return f"[{coefficient(found.low)}, {coefficient(found.high)}]"


def span(low: float | None, high: float | None) -> str:
    """The ends of a rating's interval; an end that nothing bounds is written as open."""
    if low is None and high is None:
        return NOTHING
    if low is None:
        return f"\u2264 {whole(high)}"
    return f"\u2265 {whole(low)}" if high is None else f"{whole(low)} to {whole(high)}"


def ranks(row: BoardRow) -> str:
    """The range of ranks that holds for all at once."""
    if row.rank_low is None or row.rank_high is None:
        return NOTHING
    return str(row.rank_low) if row.rank_low == row.rank_high else f"{row.rank_low}\u2013{row.rank_high}"


def seconds(value: float | None) -> str:
    """Seconds, with a decimal below ten."""
    if value is None:
        return NOTHING
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def dollars(value: float | None) -> str:
    """A cost; one that is not known is never 0."""
    return NOTHING if value is None else f"${value:.2f}"


def score(value: float | None, task: TaskRow) -> str:
    """A score at the metric's printed precision, four significant digits where that is not known."""
    if value is None:
        return NOTHING
    return f"{value:.4g}" if task.decimals is None else f"{value:.{task.decimals}f}"


def cell(value: object) -> str:
    """Whatever a listing holds."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
