"""Tables larger than any that ships in a small wheel: a real one tiled, its numbers nudged, so that rows stay apart.

`laptops` is dmba's LaptopSales (297,572 sales by 16 columns) repeated; `wide` is chemotools' fermentation spectra
(1,629 rows by 1,047 columns) as it is; `mixed` is dmba's LaptopSales again with columns added until there are 50, each
another column shuffled in blocks of rows, so that its cells and their formats stay real. `widened` does the same to a
draw of any table.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from generation.profile.reading import detect, read_text
from harness.sources import resolve

LAPTOPS = "pypi:dmba==0.2.4#dmba/csvFiles/LaptopSales.csv.gz"
SPECTRA = "pypi:chemotools==0.5.0#chemotools/datasets/data/fermentation_spectra.csv"
_NUDGED = ("customer X", "customer Y")
_PRICE, _MOMENT = "Retail Price", "Date"
_MOMENTS, _MINUTES = "%m/%d/%Y %H:%M", 3 * 24 * 60


def laptops(rows: int, folder: Path) -> Path:
    """LaptopSales repeated to so many rows.

    Prices by up to 5, places of customers by up to 500 m and moments by up to three days are another each time.
    """
    table, generator = _read(LAPTOPS), np.random.default_rng(0)
    parts, wanted = [], rows
    while wanted > 0:
        part = table.head(wanted).copy()
        if parts:
            for name in (*_NUDGED, _PRICE):
                part[name] = _nudged(part[name], 5 if name == _PRICE else 500, generator)
            part[_MOMENT] = _moved(part[_MOMENT], generator)
        parts.append(part)
        wanted -= len(part)
    path = folder / f"laptops_{rows}.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


def mixed(rows: int, columns: int, folder: Path) -> Path:
    """LaptopSales cut to so many rows and widened to so many columns by its own columns, shuffled in blocks of ten."""
    return _widened(_read(LAPTOPS).head(rows), columns, folder / f"mixed_{rows}_{columns}.csv")


def widened(uri: str, name: str, rows: int, columns: int, folder: Path) -> Path:
    """So many rows of a table, drawn at random and in its order, and so many columns by shuffled ones of its own."""
    table = _read(uri)
    taken = np.sort(np.random.default_rng(0).permutation(len(table))[:rows])
    return _widened(table.iloc[taken], columns, folder / f"{name}_{rows}_{columns}.csv")


def _widened(table: pd.DataFrame, columns: int, path: Path) -> Path:
    rows, generator, added = len(table), np.random.default_rng(0), {}
    for place in range(columns - table.shape[1]):
        name = table.columns[place % table.shape[1]]
        blocks = generator.permutation(-(-rows // 10))
        order = (blocks[:, None] * 10 + np.arange(10)).ravel()
        added[f"{name} {place // table.shape[1] + 2}"] = table[name].to_numpy()[order[order < rows]]
    pd.concat([table, pd.DataFrame(added, index=table.index)], axis=1).to_csv(path, index=False)
    return path


def wide() -> str:
    """The source of a real table of more than a thousand columns."""
    return SPECTRA


def _read(uri: str) -> pd.DataFrame:
    path = resolve(uri).path
    return read_text(path, detect(path))


def _nudged(cells: pd.Series, reach: int, generator: np.random.Generator) -> pd.Series:
    numbers = pd.to_numeric(cells, errors="coerce")
    moved = (numbers + generator.integers(-reach, reach + 1, len(cells))).astype("Int64").astype(str)
    return moved.where(numbers.notna(), cells)


def _moved(cells: pd.Series, generator: np.random.Generator) -> pd.Series:
    minutes = pd.to_timedelta(generator.integers(-_MINUTES, _MINUTES + 1, len(cells)), unit="min")
    return (pd.to_datetime(cells, format=_MOMENTS) + minutes).dt.strftime(_MOMENTS)
