"""A first look at a file: is it a table at all? Says early and plainly what is wrong, before anything is generated."""

import csv
import lzma
import zlib
from pathlib import Path

from harness.sources.fetched import SourceError
from harness.sources.text import SEPARATORS, WIDE, open_bytes, parted_by_blanks

HEAD = 1 << 16
MAGIC = {
    b"PK\x03\x04": "an archive or an Excel workbook; give it the ending .zip or .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; give it the ending .xls",
    b"\x89PNG": "a picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "compressed, which its name does not say, or twice; give it the ending .gz, or unpack it once",
    b"BZh": "compressed by bzip2; give it the ending .bz2",
    b"\xfd7zXZ": "compressed by xz; give it the ending .xz",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard; give it the ending .zst",
    b"PAR1": "Parquet; give it the ending .parquet",
    b"RDX": "R's data; give it the ending .rda",
    b"<!DOCTYPE": "a web page; download the data itself",
    b"<!doctype": "a web page; download the data itself",
    b"<html": "a web page; download the data itself",
    b"<?xml": "XML; save it as CSV",
    b"{": "JSON; give it the ending .json or .jsonl",
    b"[{": "JSON; give it the ending .json",
}
MAX_CELLS = 400_000_000


class NotATable(SourceError):
    """A file that holds no table of at least two columns and one row."""


def require_table(path: Path) -> None:
    """Raise NotATable, with the reason, for a file that can't be read as a table; reads its first 64 kB only."""
    if path.stat().st_size == 0:
        raise NotATable(f"{path} is empty. A table with a header and rows is expected.")
    if ".parquet" in path.suffixes:
        _require_parquet(path)
        return
    head = _head(path)
    for magic, what in MAGIC.items():
        if head.startswith(magic):
            raise NotATable(f"{path} is no text table: it is {what}.")
    encoding = next((name for mark, name in WIDE.items() if head.startswith(mark)), "")
    if b"\0" in head and not encoding:
        raise NotATable(f"{path} holds binary data. CSV, TSV or Parquet is expected.")
    lines = [line for line in head.decode(encoding or "utf-8-sig", errors="replace").splitlines()[:50] if line.strip()]
    if len(lines) < 2:
        raise NotATable(f"{path} has a header at most and no rows.")
    if not any(len(row) > 1 for line in lines for separator in SEPARATORS for row in _split(line, separator)) and not (
        parted_by_blanks(lines)
    ):
        raise NotATable(
            f"{path} has one column ({lines[0][:60]!r}); no comma, semicolon, tab or bar separates its lines. "
            "A competition needs a target and at least one feature."
        )


def _head(path: Path) -> bytes:
    try:
        with open_bytes(path) as stream:
            return stream.read(HEAD)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise NotATable(f"{path} can't be read: {error}. Fetch or pack it again.") from error


def _split(line: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader([line], delimiter=separator))
    except csv.Error as error:
        raise NotATable(f"a line of the table can't be read: {error}: {line[:60]!r}") from error


def _require_parquet(path: Path) -> None:
    from pyarrow import ArrowException, parquet

    try:
        about = parquet.read_metadata(path)
    except (ArrowException, OSError) as error:
        raise NotATable(f"{path} is no readable Parquet file: {error}.") from error
    if about.num_columns < 2 or about.num_rows < 1:
        raise NotATable(
            f"{path} has {about.num_columns} columns and {about.num_rows} rows; at least 2 and 1 are needed."
        )
    if about.num_columns * about.num_rows > MAX_CELLS:
        raise NotATable(
            f"{path} has {about.num_columns} columns and {about.num_rows} rows; at most {MAX_CELLS:,} cells are read. "
            "Give a part of it."
        )
