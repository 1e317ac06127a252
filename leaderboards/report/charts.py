"""Charts of the page as plotly figures. Colours are names that the page's script replaces by those of its theme.

Texts are escaped here because plotly reads a small part of HTML in labels; the page escapes nothing in them again.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.published import ELO_UNIT
from leaderboards.report.labels import label_sides
from leaderboards.report.words import coefficient
from leaderboards.rows import BoardRow

SERIES = ("$accent", "$second", "$third", "$fourth")
LONGEST = 30
MOST_SPACED = 16  # contestants above which lines of a chart move closer
FAR = 1e5  # beyond every chart, whose axes have fixed ranges

Chart = dict[str, object]


def shortened(name: str, longest: int = LONGEST) -> str:
    """A name with its middle left out if it is too long: names of models differ at their ends."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[: longest - half - 1]}…{name[-half:]}"


def chart_text(name: str, longest: int = LONGEST) -> str:
    """A name as a label: shortened, and without meaning in HTML."""
    return escape(shortened(name, longest), quote=False)


def axis(title: str, **more: object) -> Chart:
    """An axis in the colours of the page."""
    return {
        "title": {"text": chart_text(title, 60), "font": {"size": 12, "color": "$muted"}},
        "gridcolor": "$line",
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": "$ink"},
        **more,
    }


def chart_layout(height: int, **more: object) -> Chart:
    """The layout that all charts share."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "$ink"},
        "hoverlabel": {"bgcolor": "$panel", "bordercolor": "$line", "font": {"color": "$ink"}},
        "dragmode": False,
        **more,
    }


def number(value: float | None) -> float | None:
    """As JSON takes it, to three decimals."""
    return None if value is None or not np.isfinite(value) else round(float(value), 3)


def reach(middle: float | None, end: float | None, *, is_open: bool) -> float:
    """Length of a whisker; one that nothing bounds leaves the chart, one that is not known is not drawn."""
    if middle is None or end is None:
        return FAR if is_open else 0.0
    return round(abs(end - middle), 3)


def ratings_chart(boards: Mapping[str, Board]) -> Chart:
    """Ratings with intervals, a colour for each board, in the order of the first."""
    names = list(dict.fromkeys(row.contestant for b in boards.values() for row in b.rows if row.rating is not None))
    traces = []
    for index, (title, board) in enumerate(boards.items()):
        rows = [row for row in board.rows if row.rating is not None]
        shift = (index - (len(boards) - 1) / 2) * min(0.24, 0.7 / len(boards))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": chart_text(title),
                "x": [number(row.rating) for row in rows],
                "y": [round(names.index(row.contestant) + shift, 3) for row in rows],
                "marker": {"color": SERIES[index % len(SERIES)], "size": 9},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [reach(row.rating, row.high, is_open=row.low is not None) for row in rows],
                    "arrayminus": [reach(row.rating, row.low, is_open=row.high is not None) for row in rows],
                    "color": SERIES[index % len(SERIES)],
                    "thickness": 1.6,
                    "width": 0,
                },
                "text": [chart_text(row.contestant, 80) for row in rows],
                "hovertemplate": f"<b>%{{text}}</b><br>{chart_text(title)}: %{{x:.0f}}<extra></extra>",
            }
        )
    layout = chart_layout(
        90 + ((24 if len(names) <= MOST_SPACED else 12) + 8 * len(boards)) * len(names),
        xaxis=axis("Elo", range=list(rating_range(row for board in boards.values() for row in board.rows))),
        yaxis=axis(
            "",
            tickvals=list(range(len(names))),
            ticktext=[chart_text(name) for name in names],
            range=[len(names) - 0.4, -0.6],
            showgrid=False,
            ticklabelstandoff=10,  # a whisker that leaves the chart must not strike a name out
        ),
        shapes=[line(1000, 1000, 0, 1, yref="paper")],
        showlegend=len(boards) > 1,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return {"data": traces, "layout": layout}


def rating_range(rows: Iterable[BoardRow]) -> tuple[float, float]:
    """Where an axis of ratings begins and ends: around every rating and every end of an interval."""
    ends = [end for row in rows for end in (row.rating, row.low, row.high) if end is not None]
    pad = 0.05 * (max(ends) - min(ends)) + 10
    return round(min(ends) - pad, 1), round(max(ends) + pad, 1)


def named_marks(names: Sequence[str], places: Sequence[tuple[float, float]], low: float, high: float) -> Chart:
    """Names at points of a scatter, where there is room; the pointer tells every name."""
    sides = label_sides(places, [shortened(name, 24) for name in names], low, high)
    return {
        "mode": "markers+text",
        "text": [chart_text(name, 24) if side else "" for name, side in zip(names, sides, strict=True)],
        "textposition": [side or "top right" for side in sides],
        "textfont": {"size": 11, "color": "$muted"},
        "hovertext": [chart_text(name, 80) for name in names],
    }


def corner_note(text: str) -> Chart:
    """A line of text in the lower right corner of a chart."""
    corner = {"xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "font": {"size": 11, "color": "$muted"}, "bgcolor": "$panel", **corner}


def _figures(found: Agreement) -> str:
    ceiling = "" if found.noise is None else f"<br>noise ceiling of r {coefficient(found.noise.ceiling)}"
    return f"r {coefficient(found.r.value)}, CCC {coefficient(found.ccc.value)}{ceiling}"


def line(x0: float, x1: float, y0: float, y1: float, **more: object) -> Chart:
    """A dotted line below the points."""
    style = {"color": "$muted", "width": 1, "dash": "dot"}
    return {"type": "line", "layer": "below", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": style, **more}


def agreement_ranges(found: Agreement, share: float, least: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where both axes of the scatter begin and end: the same for one unit, each its own for two."""
    sides = [[point.left for point in found.points], [point.right for point in found.points]]
    if found.left_unit == found.right_unit:
        sides = [sides[0] + sides[1]] * 2
    pads = [
        share * (max(ends) - min(ends)) + (least if unit == ELO_UNIT else 0.5)
        for ends, unit in zip(sides, (found.left_unit, found.right_unit), strict=True)
    ]
    ranges = [(round(min(ends) - pad, 1), round(max(ends) + pad, 1)) for ends, pad in zip(sides, pads, strict=True)]
    return ranges[0], ranges[1]


def on_unit_axes(found: Agreement) -> list[tuple[float, float]]:
    """The points of the scatter on axes from 0 to 1."""
    (low, high), (bottom, top) = agreement_ranges(found, share=0.08, least=20)
    return [((point.left - low) / (high - low), (point.right - bottom) / (top - bottom)) for point in found.points]


def agreement_chart(found: Agreement) -> Chart:
    """Both ratings of each contestant with intervals, and the identity line."""
    points = found.points
    (low, high), (bottom, top) = agreement_ranges(found, share=0.08, least=20)
    whisker = {"type": "data", "symmetric": False, "color": "$faint", "thickness": 1.2, "width": 0}
    trace = {
        "type": "scatter",
        "x": [number(point.left) for point in points],
        "y": [number(point.right) for point in points],
        **named_marks([p.contestant for p in points], on_unit_axes(found), 0, 1),
        "marker": {"color": "$accent", "size": 10},
        "error_x": {
            **whisker,
            "array": [reach(p.left, p.left_high, is_open=p.left_low is not None) for p in points],
            "arrayminus": [reach(p.left, p.left_low, is_open=p.left_high is not None) for p in points],
        },
        "error_y": {
            **whisker,
            "array": [reach(p.right, p.right_high, is_open=p.right_low is not None) for p in points],
            "arrayminus": [reach(p.right, p.right_low, is_open=p.right_high is not None) for p in points],
        },
        "hovertemplate": (
            f"<b>%{{hovertext}}</b><br>{chart_text(found.left)}: %{{x:.0f}}"
            f"<br>{chart_text(found.right)}: %{{y:.0f}}<extra></extra>"
        ),
    }
    layout = chart_layout(
        460,
        xaxis=axis(f"{found.left}, {found.left_unit}", range=[low, high]),
        yaxis=axis(f"{found.right}, {found.right_unit}", range=[bottom, top]),
        shapes=[line(low, high, low, high)] if found.left_unit == found.right_unit else [],
        annotations=[corner_note(_figures(found))],
        showlegend=False,
    )
    return {"data": [trace], "layout": layout}
