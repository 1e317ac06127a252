"""A first look at a file: is it a table at all? Says early and plainly what is wrong, before anything is generated."""

import csv
import gzip
import zlib
from pathlib import Path

from harness.sources.fetched import SourceError

HEAD = 1 << 16
MAGIC = {
    b"PK\x03\x04": "an archive or an Excel workbook; unpack it or save the sheet as CSV",
    b"\x89PNG": "a picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "compressed, which its name does not say, or twice; unpack it once",
    b"BZh": "compressed by bzip2; unpack it or compress it by gzip",
    b"\xfd7zXZ": "compressed by xz; unpack it or compress it by gzip",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
    b"<!DOCTYPE": "a web page; download the data itself",
    b"<!doctype": "a web page; download the data itself",
    b"<html": "a web page; download the data itself",
    b"<?xml": "XML; save it as CSV",
    b"{": "JSON; save it as CSV",
}
SEPARATORS = ",;\t|"


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
    if b"\0" in head:
        raise NotATable(f"{path} holds binary data. CSV, TSV or Parquet is expected.")
    lines = [line for line in head.decode("utf-8-sig", errors="replace").splitlines()[:50] if line.strip()]
    if len(lines) < 2:
        raise NotATable(f"{path} has a header at most and no rows.")
    if not any(len(next(csv.reader([lines[0]], delimiter=separator))) > 1 for separator in SEPARATORS):
        raise NotATable(
            f"{path} has one column ({lines[0][:60]!r}); no comma, semicolon, tab or bar separates its first line. "
            "A competition needs a target and at least one feature."
        )


def _head(path: Path) -> bytes:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                return stream.read(HEAD)
        with path.open("rb") as stream:
            return stream.read(HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise NotATable(f"{path} can't be read: {error}.") from error


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
