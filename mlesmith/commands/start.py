"""`mlesmith quickstart`: the main job, from raw datasets to agreement."""

from pathlib import Path
from typing import Annotated

import typer

from mlesmith.commands.options import Json

Out = Annotated[Path, typer.Option("--out", help="The folder that receives tasks, logs, results and the page.")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Sandboxes at once; 0: as many as there are processors.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(quickstart)


def quickstart(
    out: Out = Path("mlesmith-quickstart"),
    jobs: Jobs = 0,
    as_json: Json = False,
) -> None:
    """Run the whole line on real datasets.

    Generate, verify, run, rate and compare: no key, no daemon, a few minutes.
    """
    from mlesmith.quickstart import run_quickstart
    from mlesmith.screen import progress, show_json
    from mlesmith.summary import show_summary

    summary = run_quickstart(out, jobs=jobs, progress=progress)
    if as_json:
        show_json(summary.model_dump(mode="json"))
    else:
        show_summary(summary)
