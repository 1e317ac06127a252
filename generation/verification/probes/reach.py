"""What an agent can read that looks like a table: one number for every few neighbouring cells, found by walking "/".

Runs inside a sandbox that is an agent's but for the data of a task: `python reach.py RESULT`. RESULT becomes an .npz
with `runs` (sorted, distinct, uint64), `files` (for each run, a place in `names`, uint32), `names` and `unread` (paths
of tables in a form that is not read here).
"""

import bz2
import gzip
import lzma
import math
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow.feather
import pyarrow.parquet

NOT_WALKED = ("/proc", "/sys", "/dev", "/workspace", "/grader")
RUN = 4  # neighbouring cells; a shorter row is one run
LARGEST = 32_000_000
LONGEST_LINE = 20_000
FEWEST_LINES = 10  # lines that look like rows of a table, for a file to count as one
HEAD = 4096
PACKED: dict[str, Callable[[Path], IO[bytes]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}  # type: ignore[dict-item]
ARRAYS = (".npy", ".npz")
COLUMNAR = (".parquet", ".feather", ".arrow")
CODE = (".py", ".pyi", ".pyx", ".pxd", ".h", ".hpp", ".c", ".js", ".pl", ".pm", ".json", ".html")
UNREAD = (
    *(".rda", ".rdata", ".rds", ".pkl", ".pickle", ".joblib", ".sav", ".dta", ".sas7bdat", ".xpt"),
    *(".xls", ".xlsx", ".ods", ".sqlite", ".h5", ".hdf5", ".mat"),
)
SEPARATORS = b",;\t|"
CELLS = 5  # in a line; fewer where there are two numbers side by side
NUMBERS = re.compile(rb"\d[\"']?[ \t]*[,;\t| ][ \t\"']*[-+.]?\d")


@lru_cache(maxsize=1 << 16)
def cell(text: str) -> str:
    """A cell in one form: a number at 6 significant digits, else the bare word."""
    word = text.strip(" \t\r\"'[](){}").lower()
    try:
        number = float(word)
    except ValueError:
        return word
    return f"{number + 0.0:.6g}" if math.isfinite(number) else word


def runs(cells: Iterable[str]) -> list[int]:
    """One number for every `RUN` neighbours among the cells that hold something; a single cell says nothing."""
    forms = [form for form in map(cell, cells) if form]
    if len(forms) < 2:
        return []
    windows = [forms[at : at + RUN] for at in range(max(1, len(forms) - RUN + 1))]
    return [int.from_bytes(blake2b("\x1f".join(few).encode(), digest_size=8).digest()) for few in windows]


def cells_of(line: bytes) -> list[str]:
    """A line split where its most frequent separator stands; at white space where there is none."""
    separator = max(SEPARATORS, key=line.count)
    text = line.decode("utf-8", errors="replace")
    return text.split(chr(separator)) if separator in line else text.split()


def is_row(line: bytes) -> bool:
    """Whether a line of a text could be a row of a table."""
    return max(map(line.count, SEPARATORS)) >= CELLS - 1 or NUMBERS.search(line) is not None


def is_row_in_code(line: bytes) -> bool:
    """Whether a line of code could be a row of a table: arguments of a call are not."""
    return len(NUMBERS.findall(line)) >= 2


def lines_of(content: bytes, *, code: bool) -> Iterator[list[str]]:
    """The rows of a text that looks like a table somewhere."""
    could_be = is_row_in_code if code else is_row
    lines = [line for line in content.split(b"\n") if len(line) < LONGEST_LINE and could_be(line)]
    if len(lines) >= FEWEST_LINES:
        yield from map(cells_of, lines)


def array_rows(path: Path) -> Iterator[list[str]]:
    """The rows of arrays saved by numpy."""
    loaded = np.load(path, allow_pickle=False)
    for array in [loaded] if isinstance(loaded, np.ndarray) else [loaded[name] for name in loaded.files]:
        if array.ndim == 2:
            yield from (list(map(str, row)) for row in array)


def columnar_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a columnar file."""
    reader = pyarrow.parquet.read_table if path.suffix == ".parquet" else pyarrow.feather.read_table
    columns = [list(map(str, column.to_pylist())) for column in reader(path).columns]
    yield from (list(row) for row in zip(*columns, strict=True))


def members(path: Path) -> Iterator[bytes]:
    """The content of a plain or packed file; nothing of a binary one."""
    suffix = path.suffix.lower()
    if suffix in PACKED:
        with PACKED[suffix](path) as file:
            yield file.read(LARGEST)
    elif suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.open(one).read(LARGEST) for one in archive.infolist() if not one.is_dir())
    else:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if b"\0" not in head:
                yield head + file.read(LARGEST)


def rows_of(path: Path) -> Iterator[list[str]]:
    """All rows of one file, whatever its form."""
    if path.suffix in ARRAYS:
        yield from array_rows(path)
    elif path.suffix in COLUMNAR:
        yield from columnar_rows(path)
    else:
        bare = path.with_suffix("") if path.suffix in PACKED else path
        for content in members(path):
            if b"\0" not in content[:HEAD]:
                yield from lines_of(content, code=bare.suffix in CODE)


def readable() -> Iterator[Path]:
    """Every plain file that this user sees, once."""
    seen, folders = set(), ["/"]
    while folders:
        try:
            with os.scandir(folders.pop()) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.path not in NOT_WALKED:
                folders.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                if found.st_size and (found.st_dev, found.st_ino) not in seen:
                    seen.add((found.st_dev, found.st_ino))
                    yield Path(entry.path)


def look() -> tuple[dict[int, int], list[str], list[str]]:
    """Every run with the place of the first file that has it, those files, and the files that can't be read here."""
    found: dict[int, int] = {}
    names: list[str] = []
    unread: list[str] = []
    for path in readable():
        if path.suffix.lower() in UNREAD:
            unread.append(str(path))
            continue
        before = len(found)
        try:
            for row in rows_of(path):
                for run in runs(row):
                    found.setdefault(run, len(names))
        except Exception:  # noqa: BLE001, S112 - any file of any machine; what can't be parsed is no table
            continue
        finally:
            if len(found) > before:
                names.append(str(path))
    return found, names, unread


def main(result: str) -> None:
    """Write what was found."""
    found, names, unread = look()
    keys = np.fromiter(found.keys(), dtype=np.uint64, count=len(found))
    places = np.fromiter(found.values(), dtype=np.uint32, count=len(found))
    order = np.argsort(keys)
    with Path(result).open("wb") as file:
        np.savez(file, runs=keys[order], files=places[order], names=np.array(names), unread=np.array(unread))


if __name__ == "__main__":
    main(sys.argv[1])
