"""Runs inside a sandbox: reads a pickled data frame, whatever code that runs, and writes it as Parquet."""

import io
import sys
import zlib

import pandas as pd


def main(source: str, target: str) -> None:
    with open(source, "rb") as file:
        data = file.read()
    # Some collections compress with plain zlib streams under a name of their own.
    for wbits in (zlib.MAX_WBITS | 32, zlib.MAX_WBITS):
        try:
            data = zlib.decompress(data, wbits)
            break
        except zlib.error:
            continue
    frame = pd.read_pickle(io.BytesIO(data))  # noqa: S301  (this is what the sandbox is for)
    table = frame if isinstance(frame, pd.DataFrame) else pd.DataFrame(frame)
    if not isinstance(table.index, pd.RangeIndex) and table.index.name:
        table = table.reset_index()
    table.columns = [str(name) for name in table.columns]
    for name in table.columns:
        if table[name].dtype == object or isinstance(table[name].dtype, pd.CategoricalDtype):
            cells = zip(table[name], table[name].isna(), strict=True)
            table[name] = [None if missing else str(cell) for cell, missing in cells]
    table.to_parquet(target, index=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
