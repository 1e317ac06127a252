"""How Inspect's own command line tells a user's mistake: as one message, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from inspect_ai._util.error import PrerequisiteError
from rich.markup import escape

from harness.errors import MlesmithError


@contextmanager
def told_by_inspect() -> Iterator[None]:
    """Hand what mlesmith can name to Inspect as what it shows without a traceback; a block, or a function's decorator.

    Raises:
        PrerequisiteError: in the place of a MlesmithError.
    """
    try:
        yield
    except MlesmithError as error:
        raise PrerequisiteError(escape(str(error))) from error
