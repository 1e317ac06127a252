"""How a file is to be read, found out once and written into what is generated."""

import csv
import gzip
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

import pandas as pd

_HEAD = 65_536
_SEPARATORS = (",", ";", "\t", "|")
_ENCODINGS = ("utf-8", "cp1252")


@dataclass(frozen=True)
class Reading:
    """A file's format; `tidy` says that white space in column names is to be made single blanks."""

    format: Literal["csv", "parquet"]
    separator: str = ","
    encoding: str = "utf-8"
    tidy: bool = False


def detect(path: Path) -> Reading:
    """Find out the format, separator and encoding of a file, and whether its column names need tidying."""
    if ".parquet" in path.suffixes:
        return Reading("parquet", tidy=_untidy([str(name) for name in pd.read_parquet(path).columns]))
    encoding = _encoding(path)
    with _open(path) as stream:
        head = stream.read(_HEAD).decode(encoding, errors="replace")
    lines = head.splitlines()[:200]
    separator = "\t" if ".tsv" in path.suffixes else _separator(lines[:-1] or lines)
    names = pd.read_csv(path, sep=separator, encoding=encoding, dtype=str, nrows=0, index_col=False).columns
    return Reading("csv", separator, encoding, tidy=_untidy([str(name) for name in names]))


def read_text(path: Path, reading: Reading) -> pd.DataFrame:
    """The table with every cell as text and nothing taken for missing, exactly as a generated prepare.py reads it."""
    if reading.format == "parquet":
        table = pd.read_parquet(path)
        table = pd.DataFrame({str(name): ["" if pd.isna(c) else str(c) for c in table[name]] for name in table})
    else:
        table = pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            index_col=False,
            sep=reading.separator,
            encoding=reading.encoding,
        )
    if reading.tidy:
        table.columns = pd.Index([" ".join(name.split()) for name in table.columns])
    return table


def _untidy(names: list[str]) -> bool:
    tidied = [" ".join(name.split()) for name in names]
    return tidied != names and len(set(tidied)) == len(tidied)


def _open(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _encoding(path: Path) -> str:
    """UTF-8 (with its byte order mark if it has one), else the code page of Western Windows."""
    with _open(path) as stream:
        marked = stream.read(3) == b"\xef\xbb\xbf"
    try:
        with io.TextIOWrapper(_open(path), encoding="utf-8") as text:
            while text.read(1 << 20):
                continue
    except UnicodeDecodeError:
        return "cp1252" if _decodes(path, "cp1252") else "latin-1"
    return "utf-8-sig" if marked else "utf-8"


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with io.TextIOWrapper(_open(path), encoding=encoding) as text:
            while text.read(1 << 20):
                continue
    except UnicodeDecodeError:
        return False
    return True


def _separator(lines: list[str]) -> str:
    """The separator that gives most lines the same number of fields, and that number the largest."""

    def agreement(separator: str) -> tuple[float, int]:
        widths = Counter(len(fields) for fields in csv.reader(lines, delimiter=separator) if fields)
        if not widths:
            return 0.0, 0
        width, count = widths.most_common(1)[0]
        return (0.0 if width < 2 else round(count / sum(widths.values()), 1)), width

    return max(_SEPARATORS, key=agreement)
