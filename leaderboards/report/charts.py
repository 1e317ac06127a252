"""Charts of the page as plotly figures. Colours are names that the page's script replaces by those of its theme.

Texts are escaped here because plotly reads a small part of HTML in labels; the page escapes nothing in them again.
"""

from collections.abc import Iterable, Mapping
from html import escape

import numpy as np

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.davidson import chances
from leaderboards.published import ELO_UNIT
from leaderboards.report.labels import label_sides
from leaderboards.rows import BoardRow

SERIES = ("$accent", "$second", "$third", "$fourth")
LONGEST = 30
MOST_NUMBERED = 16
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


def _reach(middle: float | None, end: float | None, *, is_open: bool) -> float:
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
                    "array": [_reach(row.rating, row.high, is_open=row.low is not None) for row in rows],
                    "arrayminus": [_reach(row.rating, row.low, is_open=row.high is not None) for row in rows],
                    "color": SERIES[index % len(SERIES)],
                    "thickness": 1.6,
                    "width": 0,
                },
                "text": [chart_text(row.contestant, 80) for row in rows],
                "hovertemplate": f"<b>%{{text}}</b><br>{chart_text(title)}: %{{x:.0f}}<extra></extra>",
            }
        )
    layout = chart_layout(
        90 + (24 + 8 * len(boards)) * len(names),
        xaxis=axis("Elo", range=list(rating_range(row for board in boards.values() for row in board.rows))),
        yaxis=axis(
            "",
            tickvals=list(range(len(names))),
            ticktext=[chart_text(name) for name in names],
            range=[len(names) - 0.4, -0.6],
            showgrid=False,
            ticklabelstandoff=10,  # a whisker that leaves the chart must not strike a name out
        ),
        shapes=[_line(1000, 1000, 0, 1, yref="paper")],
        showlegend=len(boards) > 1,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return {"data": traces, "layout": layout}


def rating_range(rows: Iterable[BoardRow]) -> tuple[float, float]:
    """Where an axis of ratings begins and ends: around every rating and every end of an interval."""
    ends = [end for row in rows for end in (row.rating, row.low, row.high) if end is not None]
    pad = 0.05 * (max(ends) - min(ends)) + 10
    return round(min(ends) - pad, 1), round(max(ends) + pad, 1)


def _line(x0: float, x1: float, y0: float, y1: float, **more: object) -> Chart:
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
        "mode": "markers+text",
        "x": [number(point.left) for point in points],
        "y": [number(point.right) for point in points],
        "text": [chart_text(point.contestant, 24) for point in points],
        "textposition": label_sides(on_unit_axes(found), [p.contestant[:24] for p in points], 0, 1),
        "textfont": {"size": 11, "color": "$muted"},
        "marker": {"color": "$accent", "size": 10},
        "error_x": {
            **whisker,
            "array": [_reach(p.left, p.left_high, is_open=p.left_low is not None) for p in points],
            "arrayminus": [_reach(p.left, p.left_low, is_open=p.left_high is not None) for p in points],
        },
        "error_y": {
            **whisker,
            "array": [_reach(p.right, p.right_high, is_open=p.right_low is not None) for p in points],
            "arrayminus": [_reach(p.right, p.right_low, is_open=p.right_high is not None) for p in points],
        },
        "hovertemplate": (
            f"<b>%{{text}}</b><br>{chart_text(found.left)}: %{{x:.0f}}"
            f"<br>{chart_text(found.right)}: %{{y:.0f}}<extra></extra>"
        ),
    }
    layout = chart_layout(
        460,
        xaxis=axis(f"{found.left}, {found.left_unit}", range=[low, high]),
        yaxis=axis(f"{found.right}, {found.right_unit}", range=[bottom, top]),
        shapes=[_line(low, high, low, high)] if found.left_unit == found.right_unit else [],
        showlegend=False,
    )
    return {"data": [trace], "layout": layout}


def pairs_chart(board: Board) -> Chart | None:
    """Share of battles that the row wins against the column; None without battles."""
    if board.ratings is None or board.pairs is None:
        return None
    names = [row.contestant for row in board.rows if row.rating is not None]
    index = [board.ratings.outcomes.contestants.index(name) for name in names]
    battles = board.pairs.battles[np.ix_(index, index)]
    credits = board.pairs.credits[np.ix_(index, index)]
    expected = chances(board.ratings.fit).credit[np.ix_(index, index)]
    won = np.divide(credits, battles, out=np.full(battles.shape, np.nan), where=battles > 0)
    labels = [chart_text(name) for name in names]
    cells = [[number(100 * value) for value in line] for line in won]
    details = [
        [
            f"{chart_text(row)} against {chart_text(column)}<br>"
            f"won {100 * won[i, j]:.0f} % of {battles[i, j]:.0f}, expected {100 * expected[i, j]:.0f} %"
            if battles[i, j] > 0
            else ""
            for j, column in enumerate(names)
        ]
        for i, row in enumerate(names)
    ]
    trace = {
        "type": "heatmap",
        "x": list(range(len(names))),
        "y": list(range(len(names))),
        "z": cells,
        "zmin": 0,
        "zmax": 100,
        "text": details,
        "colorscale": [[0, "$second"], [0.5, "$middle"], [1, "$accent"]],
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "showscale": False,
        "hovertemplate": "%{text}<extra></extra>",
        **({"texttemplate": "%{z:.0f}", "textfont": {"size": 11}} if len(names) <= MOST_NUMBERED else {}),
    }
    ticks = {"tickvals": list(range(len(names))), "ticktext": labels, "showgrid": False, "ticks": ""}
    layout = chart_layout(
        130 + (30 if len(names) <= MOST_NUMBERED else 18) * len(names),
        xaxis=axis("", side="top", tickangle=-45 if len(names) <= MOST_NUMBERED else -90, **ticks),
        yaxis=axis("", range=[len(names) - 0.5, -0.5], **ticks),
    )
    return {"data": [trace], "layout": layout}
