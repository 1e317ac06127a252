"""`run`: agents on tasks in sandboxes, one Inspect log a contestant."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(run)


def run(
    agents: Annotated[str, typer.Option(help="Comma-separated: names of `mlesmith list agents`, script:FILE.")],
    tasks: Annotated[list[str], typer.Option(help="Ids, paths, globs or splits; may be given several times.")],
    models: Annotated[str, typer.Option(help="Comma-separated models for agents that need one.")] = "",
    epochs: Annotated[int, typer.Option(min=1, help="Repetitions of each cell.")] = 1,
    sandbox: Annotated[str, typer.Option(help="auto, or the name of a sandbox provider.")] = "auto",
    log_dir: Annotated[Path, typer.Option(help="Where the logs go; the same folder continues.")] = Path("logs"),
    jobs: Annotated[int, typer.Option(min=0, help="Sandboxes at once; 0: as many as there are processors.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")] = False,
) -> None:
    """Run agents on tasks, each in a sandbox.

    Stopped with Ctrl-C, the same command continues. Exit code 1 when a cell ended in an error.
    """
    from mlesmith.agents_on_tasks import run_agents, show_cells
    from mlesmith.screen import progress, show_json

    with progress("Running") as tick:
        cells = run_agents(
            agents=agents,
            models=models,
            tasks=tasks,
            epochs=epochs,
            sandbox=sandbox,
            log_dir=log_dir,
            jobs=jobs,
            tick=tick,
        )
    if as_json:
        show_json(cells.to_dict(orient="records"))
    else:
        show_cells(cells, log_dir)
    raise typer.Exit(1 if (cells["status"] == "error").any() else 0)
