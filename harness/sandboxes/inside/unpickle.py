"""Runs inside a sandbox: reads a pickled data frame, whatever code that runs, and writes it as Parquet."""

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

# What a collection compresses with shows in the first bytes; its file names do not always say it.
COMPRESSIONS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\x00": lzma.decompress,
    b"\x5d\x00\x00": lzma.decompress,
    b"\x78": zlib.decompress,
}
KEPT = "biufM"  # the kinds of cells that stay as they are: truth, numbers, moments


def main(source: str, target: str) -> None:
    """Write the frame that `source` holds to `target`."""
    as_table(load(Path(source))).to_parquet(target, index=False)


def load(source: Path) -> object:
    """What the file holds, by the library that wrote it."""
    if ".joblib" in source.suffixes:
        import joblib

        return joblib.load(source)
    data = source.read_bytes()
    for magic, decompress in COMPRESSIONS.items():
        if data.startswith(magic):
            data = decompress(data)
            break
    return pd.read_pickle(io.BytesIO(data))  # noqa: S301  (this is what the sandbox is for)


def as_table(found: object) -> pd.DataFrame:
    """A frame with named columns of plain cells; an index that means something becomes a column.

    Raises:
        SystemExit: no frame, or two columns of one name.
    """
    if not isinstance(found, pd.DataFrame):
        raise SystemExit(f"it holds a {type(found).__name__}, and a pandas DataFrame is expected")
    counted = found.index.nlevels == 1 and found.index.name is None and found.index.dtype.kind in "iu"
    table = found if counted else found.reset_index()
    table = table.set_axis([str(name) for name in table.columns], axis=1)
    if not table.columns.is_unique:
        raise SystemExit("two of its columns have one name")
    return pd.DataFrame({name: plain(table[name]) for name in table.columns})


def plain(cells: pd.Series) -> pd.Series:
    """Cells of any other kind as text, missing ones as None."""
    if getattr(cells.dtype, "kind", "O") in KEPT:
        return cells
    texts = [None if missing else str(cell) for cell, missing in zip(cells, cells.isna(), strict=True)]
    return pd.Series(texts, index=cells.index, dtype=object)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
