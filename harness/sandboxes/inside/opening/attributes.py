"""Runs inside a sandbox: reads an ARFF file (Weka's, OpenML's) and writes its cells as CSV."""

import csv
import sys
from pathlib import Path

import arff


def main(source: str, target: str, _wanted: str) -> None:
    """Write the rows of `source` under the names of its attributes to `target`."""
    text = Path(source).read_bytes().decode("utf-8", errors="replace")
    try:
        found = arff.loads(text, encode_nominal=False)
    except arff.ArffException as error:
        raise SystemExit(f"it is no readable ARFF file: {error}") from error
    with Path(target).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([name for name, _kind in found["attributes"]])
        writer.writerows([shown(cell) for cell in row] for row in found["data"])


def shown(cell: object) -> str:
    """A cell as text: whole numbers without a point, nothing for a missing one."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else str(cell)


if __name__ == "__main__":
    main(*sys.argv[1:])
