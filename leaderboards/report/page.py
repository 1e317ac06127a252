"""The page: one HTML file with everything in it, from autoescaped templates; it asks no server for anything."""

import base64
import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.categories import THIN
from leaderboards.pareto import prices
from leaderboards.report import words
from leaderboards.report.charts import Chart, agreement_chart, pairs_chart, ratings_chart
from leaderboards.report.contents import category_tables, coefficient_rows, headline_rows, subset_rows, view_table
from leaderboards.report.generation import GenerationSummary
from leaderboards.report.pareto import pareto_chart
from leaderboards.rows import BoardRow

BAR_PAD = 0.03


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("leaderboards.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = (
        "whole",
        "basis",
        "count",
        "share",
        "part",
        "coefficient",
        "interval",
        "span",
        "ranks",
        "seconds",
        "dollars",
        "score",
        "cell",
    )
    environment.filters.update({name: getattr(words, name) for name in names})
    environment.tests["numeric"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    return environment


@cache
def _chart_library() -> str:
    """plotly.js, compressed: 2 MB of text instead of 4.8; the browser unpacks it when the page stands."""
    script = files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(script, compresslevel=9, mtime=0)).decode("ascii")


def render_page(
    boards: Mapping[str, Board],
    *,
    title: str,
    agreement: Agreement | None = None,
    generation: GenerationSummary | None = None,
) -> str:
    """The whole page; the first board is the main one. The same input gives the same text."""
    main = next(iter(boards.values()))
    charts: dict[str, Chart] = {}
    if any(board.ratings is not None for board in boards.values()):
        charts["chart-ratings"] = ratings_chart(boards)
    if agreement is not None:
        charts["chart-agreement"] = agreement_chart(agreement)
    pairs = pairs_chart(main)
    if pairs is not None:
        charts["chart-pairs"] = pairs
    priced = prices(main.rows)
    if priced is not None:
        charts["chart-pareto"] = pareto_chart(priced)
    template = _environment().get_template("index.html.j2")
    return template.render(
        title=title,
        heading=title if main.has_model else f"{title} (no language model)",
        main=main,
        boards=[(f"board-{index}", name, board, _scale(board)) for index, (name, board) in enumerate(boards.items())],
        categories=category_tables(main),
        views=view_table(main),
        prices=priced,
        thin=THIN,
        agreement=agreement,
        headline=headline_rows(agreement) if agreement else [],
        coefficients=coefficient_rows(agreement) if agreement else [],
        subsets=subset_rows(agreement) if agreement else [],
        generation=generation,
        charts=charts,
        library=_chart_library() if charts else "",
    )


class _Scale:
    """Where a rating stands on the bar of a board, in percent of its width."""

    def __init__(self, rows: tuple[BoardRow, ...]) -> None:
        ends = [end for row in rows for end in (row.rating, row.low, row.high) if end is not None]
        self._low = min(ends, default=0.0)
        self._range = (max(ends, default=1.0) - self._low) or 1.0

    def at(self, value: float | None, otherwise: float = 0.0) -> str:
        """Percent from the left; an open end goes to the bar's own end."""
        if value is None:
            return f"{otherwise:.2f}"
        return f"{100 * (BAR_PAD + (1 - 2 * BAR_PAD) * (value - self._low) / self._range):.2f}"


def _scale(board: Board) -> _Scale:
    return _Scale(board.rows)
