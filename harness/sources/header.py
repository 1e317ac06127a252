"""The column names of a file at a glance, to see whether two files are parts of one table."""

import csv
import lzma
import zlib
from itertools import islice
from pathlib import Path

from harness.sources.text import encoding_of, line_texts, separator_of

HEAD_LINES = 50


def header(path: Path) -> tuple[str, ...]:
    """The names in the first row; where they can't be told so quickly, the file's name, which no other file has."""
    try:
        if ".parquet" in path.suffixes:
            from pyarrow import parquet

            return tuple(sorted(parquet.read_schema(path).names))
        head = list(islice(line_texts(path, encoding_of(path), mixed=False), HEAD_LINES))
        return tuple(sorted(next(csv.reader(head, delimiter=separator_of(head)), [])))
    except (OSError, EOFError, ValueError, csv.Error, zlib.error, lzma.LZMAError):
        return (str(path),)
