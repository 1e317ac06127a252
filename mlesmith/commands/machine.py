"""`doctor`: what works on this machine; `image`: the image that the sandbox `container` needs."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)
    app.command()(image)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")] = False) -> None:
    """Try what works on this machine.

    Everything is really done, not guessed. Exit code 3 when no sandbox works.
    """
    from mlesmith.doctor import enough, examine, mends
    from mlesmith.screen import ANSWERS, show_json, show_table

    findings = examine()
    if as_json:
        show_json([finding.row() for finding in findings])
    else:
        show_table("This machine", ("what", "works", "seen"), [(one.what, one.works, one.seen) for one in findings])
        for names, mend in mends(findings).items():
            ANSWERS.print(f"\n{names}: {mend}", markup=False)
    raise typer.Exit(0 if enough(findings) else 3)


def image(
    base: Annotated[
        str | None, typer.Option(help="Make a whole image on this one, which has the same version of Python.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON alone on standard output.")] = False,
) -> None:
    """Make the image of the sandbox `container`.

    Where the engine runs on this machine the image holds folders alone, which takes less than a second: the system,
    Python and the data stack of this machine are bound into each container, read-only. For an engine elsewhere
    (DOCKER_HOST) it holds all of that: on the base image python:X.Y-slim where the engine can get it, else packed from
    this machine.
    """
    from harness.sandboxes.container.making import make_image
    from mlesmith.screen import say, show_json, show_table

    made = make_image(base, say)
    name, digest = made.name, made.digest
    if as_json:
        show_json({"image": name, "digest": digest})
    else:
        show_table("The image of the sandbox `container`", ["image", "digest"], [[name, digest]])
