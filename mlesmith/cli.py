"""The command line: parse, call one library function, show its result. Exit codes as in the contracts."""

import gc
import os
import sys

import typer
from typer.exceptions import TyperException

from mlesmith.commands import boards, machine, planning, running, start, tasks

app = typer.Typer(
    name="mlesmith",
    help="Raw datasets in; verified ML-engineering competitions, sandboxed agents, Elo and agreement out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
start.register(app)
tasks.register(app)
running.register(app)
boards.register(app)
planning.register(app)
machine.register(app)

STOPPED = 130
GARBAGE = (200_000, 30, 30)


def main() -> None:
    """Run one command and leave with its exit code; a mistake of the user ends in one message, never a traceback."""
    # Looking for garbage takes a quarter of the time of importing Inspect and pandas, and finds none.
    gc.set_threshold(*GARBAGE)
    # Read at import time by libraries that commands load later: no request to a price list, no drawing.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("INSPECT_DISPLAY", "none")
    code = _run(sys.argv[1:])
    if code == STOPPED:
        _complain("Stopped. What is done is kept; the same command continues.")
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        answer = app(args=arguments, prog_name="mlesmith", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return STOPPED
    except typer.Exit as leave:
        return int(leave.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`mlesmith list | head`): nothing is wrong, nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except TyperException as mistake:
        return _explain(mistake)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        _complain(str(error))
        return code
    return answer if isinstance(answer, int) else 0


def _explain(mistake: TyperException) -> int:
    """A wrong word on the command line: typer's own message with the usage of the command."""
    context = getattr(mistake, "ctx", None)
    if type(mistake).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{mistake}\n")
        return 2
    if context is not None:
        sys.stderr.write(f"{context.get_usage()}\nTry '{context.command_path} --help'.\n")
    format_message = getattr(mistake, "format_message", mistake.__str__)
    _complain(str(format_message()))
    return 2


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that mlesmith names itself; None for a defect of ours, which keeps its traceback."""
    code = getattr(error, "exit_code", None)
    return code if isinstance(code, int) else None


def _complain(message: str) -> None:
    sys.stderr.write(f"mlesmith: {message}\n")
