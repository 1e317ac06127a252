"""`run`: agents on tasks in sandboxes, one Inspect log a contestant."""

from pathlib import Path
from typing import Annotated

import typer

from mlesmith.commands.options import CellSandbox, Json, Unisolated


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(run)


def run(
    agents: Annotated[str, typer.Option(help="Comma-separated: names of `mlesmith list agents`, script:FILE.")] = "",
    tasks: Annotated[
        list[str] | None, typer.Option(help="Ids, paths, globs or splits; may be given several times.")
    ] = None,
    models: Annotated[str, typer.Option(help="Comma-separated models for agents that need one.")] = "",
    epochs: Annotated[int, typer.Option(min=1, help="Repetitions of each cell.")] = 1,
    plan: Annotated[
        Path | None, typer.Option(help="Instead: the cells of a plan (`mlesmith plan`), no others.")
    ] = None,
    sandbox: CellSandbox = "auto",
    unisolated: Unisolated = False,
    log_dir: Annotated[Path, typer.Option(help="Where the logs go; the same folder continues.")] = Path("logs"),
    jobs: Annotated[int, typer.Option(min=0, help="Sandboxes at once; 0: as many as there are processors.")] = 0,
    as_json: Json = False,
) -> None:
    """Run agents on tasks, each in a sandbox.

    Stopped with Ctrl-C, the same command continues. Exit code 1 when a cell ended in an error.
    """
    from harness.plans import read_plan
    from harness.results import read_results, to_json
    from harness.runs import run as run_cells
    from harness.runs import run_plan
    from harness.sandboxes.selection import choose_for_cells
    from mlesmith.screen import progress, say, show_json
    from mlesmith.views import show_cells

    _require_one_way(agents, tasks, models, epochs, plan)
    planned = read_plan(plan) if plan is not None else []
    say(f"Sandbox: {choose_for_cells(sandbox, unisolated=unisolated)}")
    with progress("Running") as tick:
        if plan is not None:
            run_plan(planned, sandbox=sandbox, log_dir=log_dir, jobs=jobs, on_cell=tick)
        else:
            run_cells(
                _words(agents),
                _words(models),
                tasks or [],
                epochs=epochs,
                sandbox=sandbox,
                log_dir=log_dir,
                jobs=jobs,
                on_cell=tick,
            )
    cells = read_results([log_dir])
    if as_json:
        show_json(to_json(cells))
    else:
        show_cells(cells, log_dir)
    raise typer.Exit(1 if (cells["status"] == "error").any() else 0)


def _require_one_way(agents: str, tasks: list[str] | None, models: str, epochs: int, plan: Path | None) -> None:
    """Either a plan, or agents and tasks."""
    if plan is None:
        if not agents or not tasks:
            missing = "'--agents'" if not agents else "'--tasks'"
            raise typer.BadParameter(f"{missing} is missing: name agents and tasks, or a plan with --plan.")
        return
    given = {"--agents": agents, "--tasks": tasks, "--models": models, "--epochs": epochs > 1}
    named = [name for name, value in given.items() if value]
    if named:
        raise typer.BadParameter(f"{', '.join(named)} can't go with --plan: a plan names its agents, tasks and epochs.")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
