"""The page: one HTML file with everything in it, from autoescaped templates; it asks no server for anything."""

import base64
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.categories import THIN
from leaderboards.expected import Pairs, pairs_beside_ratings
from leaderboards.pareto import Prices, prices
from leaderboards.report import words
from leaderboards.report.bland_altman import bland_altman_chart
from leaderboards.report.charts import Chart, agreement_chart, ratings_chart
from leaderboards.report.contents import category_tables, coefficient_rows, headline_rows, subset_rows, view_table
from leaderboards.report.generation import GenerationSummary
from leaderboards.report.logs import LogLinks
from leaderboards.report.pairs import furthest_rows, seen_chart, surprise_chart
from leaderboards.report.pareto import pareto_chart
from leaderboards.rows import BoardRow

BAR_PAD = 0.03
FIRST_TASKS = 100  # lines of the table of tasks that stand before a reader asks for all


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
    environment.filters.update({name: getattr(words, name) for name in names}, breakable=_breakable)
    environment.tests["numeric"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    return environment


def _breakable(name: str) -> Markup:
    """A name that may be broken after its signs, where a column is narrow; what it holds is escaped."""
    return Markup("<wbr>").join(re.split(r"(?<=[_@/.\]])", name))


@cache
def _chart_library() -> str:
    """plotly.js, compressed: 2 MB of text instead of 4.8; the browser unpacks it when the page stands."""
    script = files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(script, compresslevel=9, mtime=0)).decode("ascii")


@dataclass(frozen=True)
class Contents:
    """What a page holds; the first board is the main one, `unsaid` why there is no agreement."""

    title: str
    boards: Mapping[str, Board]
    agreement: Agreement | None = None
    unsaid: str = ""
    generation: GenerationSummary | None = None
    links: LogLinks | None = None


def render_page(contents: Contents) -> str:
    """The whole page. The same input gives the same text."""
    boards, agreement = contents.boards, contents.agreement
    main = next(iter(boards.values()))
    pairs, priced = pairs_beside_ratings(main), prices(main.rows)
    charts = _charts(boards, agreement, pairs, priced)
    template = _environment().get_template("index.html.j2")
    return template.render(
        title=contents.title,
        heading=contents.title if main.has_model else f"{contents.title} (no language model)",
        main=main,
        boards=[(f"board-{index}", name, board, _scale(board)) for index, (name, board) in enumerate(boards.items())],
        categories=category_tables(main),
        views=view_table(main),
        prices=priced,
        thin=THIN,
        agreement=agreement,
        unsaid=contents.unsaid,
        headline=headline_rows(agreement) if agreement else [],
        coefficients=coefficient_rows(agreement) if agreement else [],
        subsets=subset_rows(agreement) if agreement else [],
        furthest=furthest_rows(pairs) if pairs else [],
        generation=contents.generation,
        links=contents.links or LogLinks(),
        first_tasks=FIRST_TASKS,
        charts=charts,
        library=_chart_library() if charts else "",
    )


def _charts(
    boards: Mapping[str, Board], agreement: Agreement | None, pairs: Pairs | None, priced: Prices | None
) -> dict[str, Chart]:
    """The charts by the ids of their places on the page."""
    found: dict[str, Chart | None] = {}
    if len(boards) > 1 and any(board.ratings is not None for board in boards.values()):
        found["chart-ratings"] = ratings_chart(boards)
    if agreement is not None:
        found["chart-agreement"] = agreement_chart(agreement)
        found["chart-bland-altman"] = bland_altman_chart(agreement)
    if pairs is not None:
        found["chart-pairs"] = seen_chart(pairs)
        found["chart-surprise"] = surprise_chart(pairs)
    if priced is not None:
        found["chart-pareto"] = pareto_chart(priced)
    return {name: chart for name, chart in found.items() if chart is not None}


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
