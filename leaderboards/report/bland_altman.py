"""The Bland-Altman plot: the difference of both ratings of each contestant over their mean, with bias and limits."""

from pathlib import Path

from leaderboards.agreement import Agreement
from leaderboards.coefficients import BlandAltman
from leaderboards.report.charts import Chart, axis, chart_layout, line, named_marks, number, shortened
from leaderboards.report.figures import COLOURS, INK, LINE, MUTED, figure_saved, note_name, plain_labels
from leaderboards.report.labels import label_sides
from leaderboards.report.words import whole

Span = tuple[float, float]


def _places(found: Agreement) -> list[tuple[float, float]]:
    """Mean and difference, left less right."""
    return [((point.left + point.right) / 2, point.left - point.right) for point in found.points]


def _spans(found: Agreement, limits: BlandAltman) -> tuple[Span, Span]:
    """Where the axes begin and end: around all points and both limits."""
    means, differences = zip(*_places(found), strict=True)
    ends = []
    for values in (means, (*differences, limits.low, limits.high)):
        pad = 0.12 * (max(values) - min(values)) + 2
        ends.append((round(min(values) - pad, 1), round(max(values) + pad, 1)))
    return ends[0], ends[1]


def _on_unit_axes(found: Agreement, spans: tuple[Span, Span]) -> list[tuple[float, float]]:
    (low, high), (bottom, top) = spans
    return [((x - low) / (high - low), (y - bottom) / (top - bottom)) for x, y in _places(found)]


def _axis_names(found: Agreement) -> tuple[str, str]:
    return f"mean of both, {found.left_unit}", f"{found.left} less {found.right}"


def bland_altman_chart(found: Agreement) -> Chart | None:
    """As a plotly figure; None where the sides have different units."""
    if found.bland_altman is None:
        return None
    limits, places = found.bland_altman, _places(found)
    spans = _spans(found, limits)
    names = [point.contestant for point in found.points]
    trace = {
        "type": "scatter",
        "x": [number(x) for x, _ in places],
        "y": [number(y) for _, y in places],
        **named_marks(names, _on_unit_axes(found, spans), 0, 1),
        "marker": {"color": "$accent", "size": 9},
        "hovertemplate": "<b>%{hovertext}</b><br>mean %{x:.0f}, difference %{y:.0f}<extra></extra>",
    }
    low, high = spans[0]
    across, up = _axis_names(found)
    marks = [(limits.bias, "bias"), (limits.low, "95 % limit"), (limits.high, "95 % limit")]
    layout = chart_layout(
        360,
        xaxis=axis(across, range=list(spans[0])),
        yaxis=axis(up, range=list(spans[1])),
        shapes=[line(low, high, level, level) for level, _ in marks],
        annotations=[_at_line(*mark) for mark in marks],
        showlegend=False,
    )
    return {"data": [trace], "layout": layout}


def _at_line(level: float, name: str) -> Chart:
    place = {"xref": "paper", "x": 1, "xanchor": "right", "y": number(level), "yanchor": "bottom"}
    text = f"{name} {whole(level)}".replace("-", "\u2212")
    return {"text": text, "showarrow": False, "font": {"size": 10, "color": "$muted"}, **place}


def bland_altman_figure(found: Agreement, limits: BlandAltman, path: Path) -> None:
    """As a figure."""
    spans = _spans(found, limits)
    with figure_saved(path, 7, 4.6) as [axes]:
        for level, style in ((limits.bias, "-"), (limits.low, "--"), (limits.high, "--")):
            axes.axhline(level, color=MUTED, linewidth=0.9, linestyle=style)
            axes.annotate(
                f"{level:.0f}", (1, level), (-2, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                ha="right", va="bottom", size=8, color=MUTED,
            )  # fmt: skip
        names = [shortened(point.contestant, 24) for point in found.points]
        sides = label_sides(_on_unit_axes(found, spans), names, 0, 1)
        for place, name, side in zip(_places(found), names, sides, strict=True):
            axes.plot(*place, "o", color=COLOURS[0], ms=6)
            note_name(axes, place, name, side)
        axes.set_xlim(*spans[0])
        axes.set_ylim(*spans[1])
        axes.grid(color=LINE, linewidth=0.8)
        across, up = _axis_names(found)
        axes.set_xlabel(across, color=MUTED, parse_math=False)
        axes.set_ylabel(up, color=MUTED, parse_math=False)
        ends = f"{whole(limits.low)} to {whole(limits.high)}".replace("-", "\u2212")
        title = f"{found.heading}\nbias {whole(limits.bias)}, 95 % limits {ends}"
        axes.set_title(title, loc="left", size=8, color=INK, parse_math=False)
        plain_labels(axes)
