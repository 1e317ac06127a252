"""Figures by matplotlib, each as PNG and as SVG; the same boards give the same bytes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap

from matplotlib import rc_context, style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.report.charts import agreement_ranges, on_unit_axes, rating_range, shortened
from leaderboards.report.labels import SIDES, label_sides
from leaderboards.report.words import coefficient, interval

COLOURS = ("#2b6c8f", "#c0693a", "#5b8a4f", "#8a5b8f")
INK, MUTED, LINE = "#22282d", "#6b747b", "#e3e3de"
# What would differ from run to run: matplotlib writes the date, its version, and ids from a random salt.
METADATA: dict[str, dict[str, str | None]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
SALT = "mlesmith"


@contextmanager
def figure_saved(path: Path, width: float, height: float, columns: int = 1) -> Iterator[list[Axes]]:
    """Axes side by side in a figure of so many inches, in the colours that all share; then both forms of `path`."""
    with style.context("default"), rc_context({"svg.hashsalt": SALT}):
        figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        made = [figure.add_subplot(1, columns, place + 1) for place in range(columns)]
        for axes in made:
            for side in ("top", "right", "left"):
                axes.spines[side].set_visible(False)
            axes.spines["bottom"].set_edgecolor(LINE)
            axes.tick_params(colors=INK, length=0)
            axes.set_axisbelow(True)
        yield made
        for form, metadata in METADATA.items():
            figure.savefig(path.with_suffix(f".{form}"), metadata=metadata)
            figure.set_layout_engine("none")  # the second form takes the places that were found for the first


def plain_labels(axes: Axes) -> None:
    """A dollar sign in a name is a dollar sign, no formula."""
    for label in [*axes.get_yticklabels(), *axes.get_xticklabels()]:
        label.set_parse_math(False)


def board_figure(boards: Mapping[str, Board], path: Path, title: str) -> None:
    """Ratings with their intervals, one colour a board, in the order of the first."""
    names = [row.contestant for board in boards.values() for row in board.rows if row.rating is not None]
    names = list(dict.fromkeys(names))
    with figure_saved(path, 8, 1.4 + 0.34 * max(len(names), 1)) as [axes]:
        if names:
            axes.set_xlim(rating_range(row for board in boards.values() for row in board.rows))
        for index, (label, board) in enumerate(boards.items()):
            _whiskers(axes, board, names, label, (index, len(boards)))
        axes.set_yticks(range(len(names)), [shortened(name, 44) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(axis="x", color=LINE, linewidth=0.8)
        axes.axvline(1000, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
        main = next(iter(boards.values()))
        level = f"{100 * main.parameters.confidence:.0f} % intervals clustered by {main.parameters.unit}"
        axes.set_xlabel(f"Elo, {level}", color=MUTED)
        heading = title if main.has_model else f"{title} (no language model)"
        pad = 26 if len(boards) > 1 else 8
        axes.set_title(heading, loc="left", color=INK, fontweight="bold", pad=pad, parse_math=False)
        if len(boards) > 1 and names:
            legend = axes.legend(
                frameon=False, labelcolor=INK, ncols=len(boards), loc="lower left", bbox_to_anchor=(-0.02, 0.99)
            )
            for text in legend.get_texts():
                text.set_parse_math(False)
        plain_labels(axes)


def _whiskers(axes: Axes, board: Board, names: list[str], label: str, place: tuple[int, int]) -> None:
    """Points and intervals of one board; an end that nothing bounds runs out of the figure."""
    index, count = place
    colour = COLOURS[index % len(COLOURS)]
    shift = (index - (count - 1) / 2) * min(0.22, 0.7 / count)
    points = []
    for row in board.rows:
        if row.rating is not None:
            height = names.index(row.contestant) + shift
            ends = _ends(row.rating, row.low, row.high, axes.get_xlim())
            axes.plot(ends, [height, height], color=colour, linewidth=1.6, alpha=0.55)
            points.append((row.rating, height))
    axes.plot([x for x, _ in points], [y for _, y in points], "o", color=colour, ms=5, label=label)


def _ends(middle: float, low: float | None, high: float | None, limits: tuple[float, float]) -> list[float]:
    if low is None and high is None:
        return [middle, middle]
    return [limits[0] if low is None else low, limits[1] if high is None else high]


def _names(axes: Axes, found: Agreement) -> None:
    places = [(point.left, point.right) for point in found.points]
    names = [shortened(point.contestant, 24) for point in found.points]
    for place, name, side in zip(places, names, label_sides(on_unit_axes(found), names, 0, 1), strict=True):
        note_name(axes, place, name, side)


def note_name(axes: Axes, place: tuple[float, float], name: str, side: str | None) -> None:
    """A name beside its point, as plain text; nothing where there is no room for it."""
    if side is None:
        return
    across, up = SIDES[side]
    note = axes.annotate(name, place, (5 * across, 4 * up), textcoords="offset points", color=INK, size=8)
    note.set(ha="left" if across > 0 else "right", va="bottom" if up > 0 else "top", parse_math=False)


def agreement_figure(found: Agreement, path: Path) -> None:
    """Both ratings of each contestant with intervals, and the identity line; nothing is fitted."""
    with figure_saved(path, 6.4, 6.4) as [axes]:
        (low, high), (bottom, top) = agreement_ranges(found, share=0.08, least=10)
        if found.left_unit == found.right_unit:
            axes.plot([low, high], [low, high], color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
            axes.set_aspect("equal")
        for point in found.points:
            left = _ends(point.left, point.left_low, point.left_high, (low, high))
            right = _ends(point.right, point.right_low, point.right_high, (bottom, top))
            axes.plot(left, [point.right] * 2, color=COLOURS[0], linewidth=1, alpha=0.35)
            axes.plot([point.left] * 2, right, color=COLOURS[0], linewidth=1, alpha=0.35)
            axes.plot(point.left, point.right, "o", color=COLOURS[0], ms=6)
        _names(axes, found)
        axes.set_xlim(low, high)
        axes.set_ylim(bottom, top)
        axes.grid(color=LINE, linewidth=0.8)
        axes.set_xlabel(f"{found.left}, {found.left_unit}", color=MUTED, parse_math=False)
        axes.set_ylabel(f"{found.right}, {found.right_unit}", color=MUTED, parse_math=False)
        ceiling = "" if found.noise is None else f", noise ceiling {coefficient(found.noise.ceiling)}"
        lines = [
            f"{found.heading}",
            f"r {coefficient(found.r.value)} {interval(found.r)}, CCC {coefficient(found.ccc.value)} "
            f"{interval(found.ccc)}{ceiling}",
        ]
        lines += wrap(found.too_few, 100)
        axes.set_title("\n".join(lines), loc="left", size=8, color=INK, parse_math=False)
        plain_labels(axes)
