"""The Pareto plot: rating over price, with the line of those whom nobody beats in both; as a chart and as a PNG."""

from pathlib import Path

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes

from leaderboards.pareto import Price, Prices
from leaderboards.report.charts import Chart, axis, chart_layout, chart_text, number, shortened
from leaderboards.report.figures import COLOURS, INK, LINE, MUTED, NO_DATE, new_figure, plain_labels
from leaderboards.report.labels import SIDES, label_sides

LEAST_PRICE = 1e-6  # where a free run stands on a logarithmic axis, if nothing cheaper is there


def _places(found: Prices) -> list[float]:
    """Prices as a logarithmic axis takes them: what is free stands a factor of ten below the cheapest."""
    paid = [point.price for point in found.points if point.price > 0]
    free = min(paid) / 10 if paid else LEAST_PRICE
    return [point.price or free for point in found.points]


def _steps(found: Prices) -> tuple[list[float], list[float]]:
    """The corners of the line through the best: level until someone better costs more."""
    corners = [(place, p.rating) for place, p in zip(_places(found), found.points, strict=True) if p.best]
    across, up = [], []
    for index, (place, rating) in enumerate(corners):
        if index:
            across.append(place)
            up.append(corners[index - 1][1])
        across.append(place)
        up.append(rating)
    return across, up


def _ticks(places: list[float]) -> list[float]:
    """Round prices from below the cheapest to above the dearest: 1, 2, 5 of each power, or 1 alone on a long axis."""
    low, high = int(np.floor(np.log10(min(places)))), int(np.ceil(np.log10(max(places))))
    steps = (1, 2, 5) if high - low <= 3 else (1,)
    ticks = [step * 10.0**power for power in range(low, high + 1) for step in steps]
    inside = [tick for tick in ticks if min(places) / 2 <= tick <= max(places) * 2]
    return inside or ticks


def _sides(found: Prices) -> list[str]:
    """Where names stand, on axes from 0 to 1."""
    across = np.log(_places(found))
    up = np.array([point.rating for point in found.points])
    unit = [(values - values.min()) / (np.ptp(values) or 1.0) for values in (across, up)]
    return label_sides(list(zip(*unit, strict=True)), [shortened(p.contestant, 24) for p in found.points], -0.1, 1.1)


def pareto_chart(found: Prices) -> Chart:
    """As a plotly figure; the best are filled, the others hollow."""
    points, across = found.points, _places(found)
    steps = _steps(found)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [number(np.log10(place)) for place in steps[0]],
        "y": [number(rating) for rating in steps[1]],
        "line": {"color": "$faint", "width": 1.5},
        "hoverinfo": "skip",
    }
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [number(np.log10(place)) for place in across],
        "y": [number(point.rating) for point in points],
        "text": [chart_text(point.contestant, 24) for point in points],
        "textposition": _sides(found),
        "textfont": {"size": 11, "color": "$muted"},
        "marker": {
            "size": 10,
            "symbol": ["circle" if point.best else "circle-open" for point in points],
            "color": "$accent",
        },
        "customdata": [f"{point.price:.4g}" for point in points],
        "hovertemplate": f"<b>%{{text}}</b><br>Elo %{{y:.0f}}<br>%{{customdata}} {found.unit}<extra></extra>",
    }
    ticks = _ticks(across)
    layout = chart_layout(
        420,
        xaxis=axis(
            found.unit, tickvals=[number(np.log10(tick)) for tick in ticks], ticktext=[f"{tick:g}" for tick in ticks]
        ),
        yaxis=axis("Elo"),
        showlegend=False,
    )
    return {"data": [line, marks], "layout": layout}


def pareto_figure(found: Prices, path: Path, title: str) -> None:
    """As a PNG, with intervals; the same prices give the same bytes."""
    with style.context("default"):
        figure, axes = new_figure(8, 5)
        axes.set_xscale("log")
        axes.plot(*_steps(found), color=MUTED, linewidth=1.2, zorder=1)
        for point, place, side in zip(found.points, _places(found), _sides(found), strict=True):
            _mark(axes, point, place, SIDES[side])
        axes.grid(color=LINE, linewidth=0.8)
        axes.margins(0.12)
        axes.set_xlabel(found.unit, color=MUTED)
        axes.set_ylabel("Elo", color=MUTED)
        axes.set_title(f"{title}: rating and price", loc="left", color=INK, fontweight="bold", parse_math=False)
        ticks = _ticks(_places(found))
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        plain_labels(axes)
        figure.savefig(path, metadata=NO_DATE)


def _mark(axes: Axes, point: Price, place: float, side: tuple[int, int]) -> None:
    across, up = side
    if point.low is not None and point.high is not None:
        axes.plot([place, place], [point.low, point.high], color=COLOURS[0], linewidth=1, alpha=0.35)
    axes.plot(place, point.rating, "o", ms=6, color=COLOURS[0], mfc=COLOURS[0] if point.best else "white")
    name = shortened(point.contestant, 24)
    note = axes.annotate(
        name, (place, point.rating), (6 * across, 5 * up), textcoords="offset points", color=INK, size=8
    )
    note.set(ha="left" if across > 0 else "right", va="bottom" if up > 0 else "top", parse_math=False)
