"""Runs inside a sandbox: reads a sheet of an Excel or OpenDocument workbook and writes its cells as CSV."""

import csv
import datetime as dt
import sys
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from harness.sandboxes.inside.opening.frames import pick

MAX_CELLS = 60_000_000
WIDEST = 20_000


def main(source: str, target: str, wanted: str) -> None:
    """Write the sheet named `wanted`, or the only one that holds a table, to `target`."""
    try:
        book = CalamineWorkbook.from_path(source)
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except PasswordError as error:
        raise SystemExit("it is protected by a password; save it without one") from error
    except CalamineError as error:
        raise SystemExit(f"it is no readable workbook: {error}") from error
    names = [name for name, sheet in sheets.items() if sheet.width >= 2 and sheet.height >= 2]
    write(sheets[pick(names, wanted, "sheet")], Path(target))


def write(sheet: CalamineSheet, target: Path) -> None:
    """The used part of the sheet, empty rows left out.

    Raises:
        SystemExit: it is larger than a table may be.
    """
    if sheet.width > WIDEST or sheet.width * sheet.height > MAX_CELLS:
        raise SystemExit(f"its sheet has {sheet.height} rows and {sheet.width} columns, which is too large")
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in sheet.iter_rows():
            cells = [text(cell) for cell in row]
            if any(cells):
                writer.writerow(cells)


def text(cell: object) -> str:
    """A cell as text: whole numbers without a point, moments as ISO."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


if __name__ == "__main__":
    main(*sys.argv[1:])
