"""Execute a notebook in a fresh kernel, and keep of it only what is the same on every machine.

`python -m tests.notebooks.executing` executes all and writes their outputs into notebooks/.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

HOUSE = Path(__file__).parents[2]
NOTEBOOKS = HOUSE / "notebooks"
WRITTEN = "python -m tests.notebooks.executing"
LONGEST_CELL = 300
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def names() -> list[str]:
    """All notebooks of the house."""
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def committed(name: str) -> NotebookNode:
    """A notebook as it is in the repository."""
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def executed(name: str, lines: Mapping[str, str] | None = None) -> NotebookNode:
    """A notebook with the outputs that a fresh kernel in its folder gives; `lines` replaces lines of its code.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
        KeyError: a line to replace is not there, or not once.
    """
    book = committed(name)
    for start, line in (lines or {}).items():
        _replace(book, start, line)
    with tempfile.TemporaryDirectory(prefix="nb") as folder:
        _execute(book, folder)
    return tidy(book)


def _execute(book: NotebookNode, folder: str) -> None:
    """In a kernel with no settings of the user, over sockets in `folder`: two at once can't take one port."""
    sockets = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}
    client = NotebookClient(
        book,
        timeout=LONGEST_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        record_timing=False,
        config=Config({"KernelManager": sockets}),
    )
    client.execute(env={**os.environ, "IPYTHONDIR": folder})


def _replace(book: NotebookNode, start: str, line: str) -> None:
    """Put `line` in the place of the one line of code that begins with `start`."""
    found = [
        (cell, old)
        for cell in book.cells
        if cell.cell_type == "code"
        for old in cell.source.splitlines()
        if old.startswith(start)
    ]
    if len(found) != 1:
        raise KeyError(f"{len(found)} lines begin with {start!r}")
    cell, old = found[0]
    cell.source = cell.source.replace(old, line)


def tidy(book: NotebookNode) -> NotebookNode:
    """Without the version of the kernel and other marks of a machine."""
    book = nbformat.from_dict({**book, "metadata": KERNEL})
    for cell in book.cells:
        cell.metadata = NotebookNode()
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = NotebookNode()
    return book


def texts(book: NotebookNode) -> list[tuple[str, list[object]]]:
    """Each cell of code with its outputs, all but pictures."""
    return [(cell.source, list(_outputs(cell))) for cell in book.cells if cell.cell_type == "code"]


def _outputs(cell: NotebookNode) -> Iterator[object]:
    for output in cell.outputs:
        told = dict(output)
        if "data" in told:
            told["data"] = {kind: text for kind, text in output.data.items() if not kind.startswith("image/")}
        yield told


def main() -> None:
    """Write every notebook's outputs anew."""
    for name in names():
        nbformat.write(executed(name), NOTEBOOKS / name)
        sys.stdout.write(f"notebooks/{name}\n")


if __name__ == "__main__":
    main()
