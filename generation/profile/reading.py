"""How a file is to be read, found out once and written into what is generated."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from harness.sources.text import encoding_of, open_bytes, separator_of

_HEAD = 65_536
_BLOCK = 1 << 20
_SWALLOWED = 5
_ALIKE = 0.9


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
        return Reading("parquet", tidy=_untidy(_parquet_names(path)))
    encoding = encoding_of(path)
    with open_bytes(path) as stream:
        head = stream.read(_HEAD).decode(encoding, errors="replace")
    lines = head.splitlines()[:200]
    separator = "\t" if ".tsv" in path.suffixes else separator_of(lines[:-1] or lines)
    names = pd.read_csv(path, sep=separator, encoding=encoding, dtype=str, nrows=0, index_col=False).columns
    return Reading("csv", separator, encoding, tidy=_untidy([str(name) for name in names]))


def read_text(path: Path, reading: Reading) -> pd.DataFrame:
    """The table with every cell as text and nothing taken for missing, exactly as a generated prepare.py reads it.

    Raises:
        ValueError: it is no table, or a quotation mark swallows rows.
    """
    if reading.format == "parquet":
        table = pd.read_parquet(path)
        table = pd.DataFrame({str(name): ["" if pd.isna(c) else str(c) for c in table[name]] for name in table})
    else:
        table = _read_csv(path, reading)
        _require_closed_quotes(path, reading, table)
    if reading.tidy:
        table.columns = pd.Index([" ".join(name.split()) for name in table.columns])
    return table


def _read_csv(path: Path, reading: Reading) -> pd.DataFrame:
    with warnings.catch_warnings():
        # pandas cuts rows that are wider than the header, and says so in a warning alone.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                na_filter=False,
                index_col=False,
                sep=reading.separator,
                encoding=reading.encoding,
            )
        except pd.errors.ParserWarning as error:
            raise ValueError("its rows have more cells than its header has names") from error


def _parquet_names(path: Path) -> list[str]:
    from pyarrow import parquet

    return [str(name) for name in parquet.read_schema(path).empty_table().to_pandas().columns]


def _require_closed_quotes(path: Path, reading: Reading, table: pd.DataFrame) -> None:
    """Raise ValueError for a cell that holds rows: a quotation mark is open there, and closes at a later one."""
    with open_bytes(path) as stream:
        lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))
    if lines <= len(table) + _SWALLOWED:
        return
    for place in range(table.shape[1]):
        cells = table.iloc[:, place]
        for row, cell in cells[cells.str.count("\n") >= _SWALLOWED].items():
            inner = str(cell).splitlines()[1:-1]
            alike = sum(line.count(reading.separator) == table.shape[1] - 1 for line in inner)
            if alike >= max(_SWALLOWED - 1, _ALIKE * len(inner)):
                raise ValueError(
                    f"in row {int(str(row)) + 1} a quotation mark in column {table.columns[place]!r} is not closed and "
                    f"swallows at least {len(inner)} rows. Close it, or double it where it belongs to the text"
                )


def _untidy(names: list[str]) -> bool:
    tidied = [" ".join(name.split()) for name in names]
    return tidied != names and len(set(tidied)) == len(tidied)
