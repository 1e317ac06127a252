"""`leaderboard` and `agreement`: from logs or results tables to ratings and a page."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mlesmith.commands.options import Json


class TieRule(StrEnum):
    """The words of `--ties`: those of `leaderboards.ratings.Ties`, which takes half a second to import."""

    half = "half"
    davidson = "davidson"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(leaderboard)
    app.command()(agreement)


def leaderboard(
    logs: Annotated[
        list[str],
        typer.Argument(help="Folders of Inspect logs, results tables, or a table of battles.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Where the tables, figures and the page go.")] = Path("leaderboard"),
    ties: Annotated[
        TieRule, typer.Option(help="What a tie is: half a win each, or an outcome of its own (Davidson 1970).")
    ] = TieRule.half,
    viewer: Annotated[
        str, typer.Option(help="Where `inspect view` answers, or a folder of `inspect view bundle` beside the page.")
    ] = "http://127.0.0.1:7575",
    as_json: Json = False,
) -> None:
    """Rate agents from logs and write a page.

    Boards of all tasks and of each collection, the agreement of curated and generated ones and the yield of
    verification where the logs hold them: as CSV, JSON, Markdown, PNG, SVG and one HTML page without external requests.
    """
    from mlesmith.reports import report_of
    from mlesmith.screen import progress, show_json
    from mlesmith.views import show_agreement, show_board

    with progress("Reading logs") as tick:
        made = report_of(logs, ties=ties.value, viewer=viewer, on_log=tick)
    page = made.write(out)
    if as_json:
        show_json({**made.main.to_dict(), "agreement": made.agreement and made.agreement.to_dict()})
        return
    if made.agreement is not None:
        show_agreement(made.agreement)
    show_board(made.main, page)


def agreement(
    left: Annotated[
        str, typer.Argument(help="Logs or a results table, PATH::COLLECTION for a part, or reference:NAME.")
    ],
    right: Annotated[str, typer.Argument(help="The other side, of disjoint tasks.")],
    part_of_whole: Annotated[
        bool, typer.Option("--part-of-whole", help="Compare sides that share tasks too; labelled, no evidence.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say how well two leaderboards agree.

    Pearson, Lin's CCC and more, with intervals and the noise ceiling, over the agents that both sides have.
    """
    from leaderboards.agreement import agreement as agreement_of
    from mlesmith.screen import progress, show_json
    from mlesmith.sides import side
    from mlesmith.views import show_agreement

    with progress("Reading logs") as tick:
        sides = [side(words, tick) for words in (left, right)]
    result = agreement_of(*sides, part_of_whole=part_of_whole)
    if as_json:
        show_json(result.to_dict())
    else:
        show_agreement(result)
