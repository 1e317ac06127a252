"""Head to head: what each pair won beside what the ratings expect; as charts, as a figure and in rows."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from leaderboards.expected import Pairs
from leaderboards.outcomes import Floats
from leaderboards.report.charts import Chart, axis, chart_layout, chart_text, number, shortened
from leaderboards.report.figures import COLOURS, INK, figure_saved, plain_labels
from leaderboards.report.words import percent, points

MOST_NUMBERED = 16  # contestants above which cells are too small for numbers
LEAST_RANGE = 0.1  # differences below ten points are noise to the eye, so the colours don't stretch to them


def seen_chart(found: Pairs) -> Chart:
    """Percent of the battles that the row won against the column."""
    return _heat(found, found.won, (0.0, 1.0))


def surprise_chart(found: Pairs) -> Chart:
    """Points that the row won more than the ratings expect."""
    reach = _reach(found)
    return _heat(found, found.difference, (-reach, reach))


def _reach(found: Pairs) -> float:
    apart = np.abs(found.difference)
    return max(LEAST_RANGE, float(apart[~np.isnan(apart)].max(initial=0.0)))


def _written(value: float, ends: tuple[float, float]) -> str:
    """A cell: percent where the scale begins at 0, points with their sign where it goes both ways."""
    if np.isnan(value):
        return ""
    return f"{100 * value:.0f}" if ends[0] == 0 else points(value)


def _heat(found: Pairs, values: Floats, ends: tuple[float, float]) -> Chart:
    names, small = found.contestants, len(found.contestants) <= MOST_NUMBERED
    trace = {
        "type": "heatmap",
        "x": list(range(len(names))),
        "y": list(range(len(names))),
        "z": [[None if np.isnan(value) else round(100 * float(value), 1) for value in row] for row in values],
        "zmin": number(100 * ends[0]),
        "zmax": number(100 * ends[1]),
        "hovertext": _details(found),
        "colorscale": [[0, "$second"], [0.5, "$middle"], [1, "$accent"]],
        "xgap": 2 if small else 1,
        "ygap": 2 if small else 1,
        "hoverongaps": False,
        "showscale": False,
        "hovertemplate": "%{hovertext}<extra></extra>",
        **({"texttemplate": "%{text}", "textfont": {"size": 11}} if small else {}),
        **({"text": [[_written(value, ends) for value in row] for row in values]} if small else {}),
    }
    longest = 24 if small else 18
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": [chart_text(name, longest) for name in names],
        "showgrid": False,
        "ticks": "",
        "tickfont": {"color": "$ink", "size": 12 if small else 9},
    }
    layout = chart_layout(
        (130 if small else 110) + (30 if small else 13) * len(names),
        xaxis=axis("", side="top", tickangle=-45 if small else -90, **ticks),
        yaxis=axis("", range=[len(names) - 0.5, -0.5], **ticks),
    )
    return {"data": [trace], "layout": layout}


def _details(found: Pairs) -> list[list[str]]:
    names = [chart_text(name) for name in found.contestants]
    return [
        [
            f"{row} against {column}<br>won {percent(found.won[i, j])} of {found.battles[i, j]:.0f}, "
            f"expected {percent(found.expected[i, j])}"
            if found.battles[i, j] > 0
            else ""
            for j, column in enumerate(names)
        ]
        for i, row in enumerate(names)
    ]


def furthest_rows(found: Pairs) -> list[list[str]]:
    """The pairs that differ most from what is expected, in words."""
    return [
        [
            f"{found.contestants[i]} against {found.contestants[j]}",
            f"{found.battles[i, j]:.0f}",
            percent(found.won[i, j]),
            percent(found.expected[i, j]),
            points(found.difference[i, j]),
        ]
        for i, j in found.furthest()
    ]


def pairs_figure(found: Pairs, path: Path, title: str) -> None:
    """Both matrices side by side."""
    count = len(found.contestants)
    size = 2.2 + (0.3 if count <= MOST_NUMBERED else 0.15) * count  # without numbers a name's height is enough
    with figure_saved(path, 2 * size + 1.4, size + 0.6, columns=2) as axes:
        _matrix(axes[0], found, found.won, (0.0, 1.0), f"{title}: won, %")
        reach = _reach(found)
        _matrix(axes[1], found, found.difference, (-reach, reach), "won less expected, points")
        axes[1].set_yticklabels([])


def _matrix(axes: Axes, found: Pairs, values: Floats, ends: tuple[float, float], heading: str) -> None:
    shades = LinearSegmentedColormap.from_list("pairs", [COLOURS[1], "#f1efe9", COLOURS[0]])
    axes.imshow(np.ma.masked_invalid(values), cmap=shades, vmin=ends[0], vmax=ends[1], aspect="equal")
    names = [shortened(name, 24) for name in found.contestants]
    axes.set_xticks(range(len(names)), names, rotation=90, size=8)
    axes.set_yticks(range(len(names)), names, size=8)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    if len(names) <= MOST_NUMBERED:
        for i, j in zip(*np.nonzero(found.battles > 0), strict=True):
            dark = abs(values[i, j] - sum(ends) / 2) > 0.35 * (ends[1] - ends[0])
            axes.text(
                j, i, _written(values[i, j], ends), ha="center", va="center", size=7, color="white" if dark else INK
            )
    axes.set_title(heading, loc="left", size=9, color=INK, fontweight="bold", parse_math=False)
    plain_labels(axes)
