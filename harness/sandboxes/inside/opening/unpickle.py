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

from harness.sandboxes.inside.opening.frames import as_table

# What a collection compresses with shows in the first bytes; its file names do not always say it.
COMPRESSIONS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\x00": lzma.decompress,
    b"\x5d\x00\x00": lzma.decompress,
    b"\x78": zlib.decompress,
}


def main(source: str, target: str, _wanted: str) -> None:
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


if __name__ == "__main__":
    main(*sys.argv[1:])
