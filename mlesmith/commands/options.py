"""Options that several commands share."""

from typing import Annotated

import typer


def _known(sandbox: str) -> str:
    """The name as it is, checked before anything else happens."""
    if sandbox != "auto":
        from harness.sandboxes.selection import require_known

        require_known(sandbox)
    return sandbox


Json = Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")]
Sandbox = Annotated[str, typer.Option("--sandbox", help="auto, or the name of a sandbox provider.", callback=_known)]
