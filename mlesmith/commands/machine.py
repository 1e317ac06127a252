"""`doctor`: what works on this machine."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")] = False) -> None:
    """Try what works on this machine.

    Everything is really done, not guessed. Exit code 3 when no sandbox works.
    """
    from mlesmith.doctor import examine
    from mlesmith.screen import show_json, show_table

    findings = examine()
    rows = [finding.row() for finding in findings]
    if as_json:
        show_json(rows)
    else:
        show_table("This machine", list(rows[0]), [list(row.values()) for row in rows])
    raise typer.Exit(0 if all(finding.works for finding in findings if finding.needed) else 3)
