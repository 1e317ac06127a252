"""What a person sees: results on standard output, progress and messages on standard error."""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

ANSWERS = Console(highlight=False, soft_wrap=False)
MESSAGES = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """One plain line for the person, on standard error."""
    MESSAGES.print(escape(message))


def show_json(value: object) -> None:
    """One JSON document, alone on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, default=str, allow_nan=False) + "\n")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A table on standard output; columns named in `right` are aligned to the right."""
    table = Table(title=escape(title), title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in columns:
        justify: Literal["left", "right"] = "right" if name in right else "left"
        table.add_column(escape(name), justify=justify, no_wrap=name in right, overflow="fold")
    for row in rows:
        table.add_row(*[escape(shown(cell)) for cell in row])
    ANSWERS.print(table)


def shown(value: object) -> str:
    """A cell as a person reads it: nothing for None, four significant digits for a float."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def show_facts(facts: Mapping[str, object]) -> None:
    """Names and values, one a line, on standard output."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(escape(name), escape(shown(value)))
    ANSWERS.print(table)


class Tick(Protocol):
    """Reports progress: how many are done, of how many, and what is going on."""

    def __call__(self, done: int, total: int, what: str = "") -> None: ...


@contextmanager
def progress(title: str) -> Iterator[Tick]:
    """A progress bar on standard error; where that is no terminal, a line each time a tenth more is done."""
    if not MESSAGES.is_terminal:
        yield _plain_ticks(title)
        return
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
        console=MESSAGES,
        transient=True,
    )
    with bars:
        bar = bars.add_task(escape(title), total=None, what="")

        def tick(done: int, total: int, what: str = "") -> None:
            bars.update(bar, completed=done, total=total, what=escape(what))

        yield tick


def _plain_ticks(title: str) -> Tick:
    said = {"tenth": -1}

    def tick(done: int, total: int, what: str = "") -> None:  # noqa: ARG001
        tenth = 10 * done // max(total, 1)
        if tenth > said["tenth"]:
            said["tenth"] = tenth
            say(f"{title}: {done} of {total}")

    return tick
