"""`plan`: which runs would narrow the ratings most, and how many tasks a stated interval needs."""

from pathlib import Path
from typing import Annotated

import typer

from mlesmith.commands.options import Json


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(plan)


def plan(
    places: Annotated[
        list[str], typer.Argument(help="Folders of Inspect logs, or results tables.", show_default=False)
    ],
    runs: Annotated[int, typer.Option(min=1, help="At most so many runs.")] = 20,
    budget: Annotated[float | None, typer.Option(min=0.0, help="At most so many US dollars.")] = None,
    width: Annotated[float, typer.Option(min=1.0, help="The half-width that is asked for, in Elo.")] = 50.0,
    tasks: Annotated[
        list[str] | None, typer.Option(help="Tasks beside those of the results: ids, paths, globs or splits.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the plan goes, for `mlesmith run --plan`.")] = Path("plan.csv"),
    as_json: Json = False,
) -> None:
    """Plan the runs that narrow the ratings most.

    And say how many tasks would bring each interval to a stated width. Exit code 1 when no run would narrow them.
    """
    from mlesmith.planned import planned_runs, write_plan
    from mlesmith.screen import progress, show_json
    from mlesmith.views_of_plans import show_plan

    with progress("Reading logs") as tick:
        made, words = planned_runs(places, tasks or [], runs=runs, dollars=budget, width=width, on_log=tick)
    write_plan(made, words, out)
    if as_json:
        show_json(made.to_dict())
    else:
        show_plan(made, out)
    raise typer.Exit(0 if made.rows else 1)
