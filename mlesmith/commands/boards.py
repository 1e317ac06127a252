"""`leaderboard` and `agreement`: from logs or results tables to ratings and a page."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(leaderboard)
    app.command()(agreement)


def leaderboard(
    logs: Annotated[list[str], typer.Argument(help="Folders of Inspect logs, or results tables.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Where the tables, figures and the page go.")] = Path("leaderboard"),
    as_json: Json = False,
) -> None:
    """Rate agents from logs and write a page.

    The board as CSV, JSON, Markdown, PNG and one HTML page without external requests.
    """
    from mlesmith.rating import show_board, write_leaderboard
    from mlesmith.screen import show_json

    board, page = write_leaderboard(logs, out)
    if as_json:
        show_json(board.to_dict())
    else:
        show_board(board, page)


def agreement(
    left: Annotated[str, typer.Argument(help="Logs, a results table, or PATH::COLLECTION for a part of one.")],
    right: Annotated[str, typer.Argument(help="The other side, of disjoint tasks.")],
    as_json: Json = False,
) -> None:
    """Say how well two leaderboards agree.

    Pearson, Lin's CCC and more, with intervals and the noise ceiling, over the agents that both sides have.
    """
    from mlesmith.rating import compare, show_agreement
    from mlesmith.screen import show_json

    result = compare(left, right)
    if as_json:
        show_json(result.to_dict())
    else:
        show_agreement(result)
