"""Runs inside a sandbox: reads the data frame of an R file and writes it as Parquet."""

import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import rdata

from harness.sandboxes.inside.opening.frames import as_table, pick


def main(source: str, target: str, wanted: str) -> None:
    """Write the frame named `wanted`, or the only one, to `target`."""
    warnings.simplefilter("ignore")
    found = load(Path(source))
    frames = {name: as_table(without_row_numbers(item)) for name, item in found.items() if is_table(item)}
    if not frames:
        kinds = ", ".join(f"{name} ({type(item).__name__})" for name, item in list(found.items())[:8])
        raise SystemExit(f"it holds no data frame with two columns and one row, but {kinds or 'nothing'}")
    frames[pick(list(frames), wanted, "object")].to_parquet(target, index=False)


def load(source: Path) -> Mapping[str, object]:
    """The objects of the file by name; the one of an .rds file is called after the file."""
    classes = {**rdata.conversion.DEFAULT_CLASS_MAP, "Date": days, "POSIXct": moments}
    parsed = rdata.parser.parse_file(source)
    found = rdata.conversion.convert(parsed, constructor_dict=classes)
    return found if isinstance(found, dict) and source.suffix.lower() != ".rds" else {source.stem: found}


def days(cells: object, _attributes: object) -> object:
    """R's dates, days since 1970, as ISO text."""
    moment = pd.to_datetime(np.asarray(cells, dtype=float), unit="D", errors="coerce")
    return moment.strftime("%Y-%m-%d").to_numpy(dtype=object)


def moments(cells: object, _attributes: object) -> object:
    """R's moments, seconds since 1970, as ISO text in UTC."""
    moment = pd.to_datetime(np.asarray(cells, dtype=float), unit="s", errors="coerce")
    return moment.strftime("%Y-%m-%dT%H:%M:%S").to_numpy(dtype=object)


def is_table(item: object) -> bool:
    """Whether this is a frame that a task could be made of."""
    return isinstance(item, pd.DataFrame) and item.shape[0] >= 1 and item.shape[1] >= 2


def without_row_numbers(item: object) -> object:
    """The frame without R's automatic row names, which are texts of the numbers 1 to n."""
    if isinstance(item, pd.DataFrame) and list(item.index.map(str)) == [str(place + 1) for place in range(len(item))]:
        return item.reset_index(drop=True)
    return item


if __name__ == "__main__":
    main(*sys.argv[1:])
