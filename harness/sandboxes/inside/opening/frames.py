"""A frame as Parquet can hold it: named columns of plain cells."""

import pandas as pd

KEPT = "biufM"  # the kinds of cells that stay as they are: truth, numbers, moments


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


def pick(names: list[str], wanted: str, what: str) -> str:
    """The table that is wanted, or the only one.

    Raises:
        SystemExit: there is none, none of that name, or several where none was named.
    """
    if not names:
        raise SystemExit(f"it holds no {what} with a table of at least two columns and one row")
    if wanted and wanted not in names:
        raise SystemExit(f"it holds no {what} named {wanted!r} with a table; those that have one: {', '.join(names)}")
    if not wanted and len(names) > 1:
        raise SystemExit(f"it holds several tables; name one by #NAME after the file: {', '.join(names)}")
    return wanted or names[0]
