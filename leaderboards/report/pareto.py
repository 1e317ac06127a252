"""The Pareto plot: rating over price, with the line of those whom nobody beats in both; as a chart and as a figure."""

from pathlib import Path

import numpy as np

from leaderboards.pareto import Prices
from leaderboards.report.charts import Chart, axis, chart_layout, named_marks, number, reach, shortened
from leaderboards.report.figures import COLOURS, INK, LINE, MUTED, figure_saved, note_name, plain_labels
from leaderboards.report.labels import label_sides

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


def _on_unit_axes(found: Prices) -> list[tuple[float, float]]:
    """The points on axes from 0 to 1."""
    across = np.log(_places(found))
    up = np.array([point.rating for point in found.points])
    unit = [(values - values.min()) / (np.ptp(values) or 1.0) for values in (across, up)]
    return list(zip(*unit, strict=True))


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
        "x": [number(np.log10(place)) for place in across],
        "y": [number(point.rating) for point in points],
        **named_marks([point.contestant for point in points], _on_unit_axes(found), -0.1, 1.1),
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [reach(point.rating, point.high, is_open=False) for point in points],
            "arrayminus": [reach(point.rating, point.low, is_open=False) for point in points],
            "color": "$faint",
            "thickness": 1.2,
            "width": 0,
        },
        "marker": {
            "size": 10,
            "symbol": ["circle" if point.best else "circle-open" for point in points],
            "color": "$accent",
        },
        "customdata": [f"{point.price:.4g}" for point in points],
        "hovertemplate": f"<b>%{{hovertext}}</b><br>Elo %{{y:.0f}}<br>%{{customdata}} {found.unit}<extra></extra>",
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
    """As a figure, with intervals."""
    names = [shortened(point.contestant, 24) for point in found.points]
    with figure_saved(path, 8, 5) as [axes]:
        axes.set_xscale("log")
        axes.plot(*_steps(found), color=MUTED, linewidth=1.2, zorder=1)
        sides = label_sides(_on_unit_axes(found), names, -0.1, 1.1)
        for point, place, name, side in zip(found.points, _places(found), names, sides, strict=True):
            if point.low is not None and point.high is not None:
                axes.plot([place, place], [point.low, point.high], color=COLOURS[0], linewidth=1, alpha=0.35)
            axes.plot(place, point.rating, "o", ms=6, color=COLOURS[0], mfc=COLOURS[0] if point.best else "white")
            note_name(axes, (place, point.rating), name, side)
        axes.grid(color=LINE, linewidth=0.8)
        axes.margins(0.12)
        axes.set_xlabel(found.unit, color=MUTED)
        axes.set_ylabel("Elo", color=MUTED)
        axes.set_title(f"{title}: rating and price", loc="left", color=INK, fontweight="bold", parse_math=False)
        ticks = _ticks(_places(found))
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        plain_labels(axes)
