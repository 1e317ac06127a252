"""Options that several commands share."""

from typing import Annotated

import typer


def _known(sandbox: str, *, for_cells: bool = False) -> str:
    """The name as it is, checked before anything else happens."""
    if sandbox != "auto":
        from harness.sandboxes.selection import require_known

        require_known(sandbox, for_cells=for_cells)
    return sandbox


def _checked(sandbox: str) -> str:
    return _known(sandbox)


def _known_for_cells(sandbox: str) -> str:
    return _known(sandbox, for_cells=True)


Json = Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")]
Sandbox = Annotated[str, typer.Option("--sandbox", help="auto, or the name of a sandbox provider.", callback=_checked)]
CellSandbox = Annotated[
    str,
    typer.Option(
        "--sandbox",
        help="auto, bubble, container; docker: Inspect's own; host: none at all, for the baselines.",
        callback=_known_for_cells,
    ),
]
Unisolated = Annotated[
    bool, typer.Option("--host-is-not-isolated", help="With --sandbox host: yes, the baselines run on this machine.")
]
