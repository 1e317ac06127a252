"""Hashes of what data says, not of its bytes: the same on every machine and under every version of the libraries.

Of a table the names of the columns and the sorted rows count, numbers at 6 significant digits (contracts,
"Reproducibility"); of any other file the bytes.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

SEPARATORS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
WHOLE = r"[+-]?[0-9]{1,15}"


def content_hash(folder: Path) -> str:
    """The sha256 of the content of all files below a folder, by their paths in it."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0{file_hash(path)}\n".encode())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """The sha256 of one file's content: of a table's values, else of the bytes."""
    try:
        table = _read(path)
    except (ValueError, OSError, EOFError, pd.errors.ParserError):
        table = None
    if table is None:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return table_hash(table)


def table_hash(table: pd.DataFrame) -> str:
    """The sha256 of the columns' names in their order and of the rows in any order."""
    columns = [canonical(table.iloc[:, place]) for place in range(table.shape[1])]
    rows = sorted("\x1f".join(cells) for cells in zip(*columns, strict=True))
    digest = hashlib.sha256("\x1f".join(map(str, table.columns)).encode())
    for row in rows:
        digest.update(f"\x1e{row}".encode("utf-8", errors="surrogatepass"))
    return digest.hexdigest()


def canonical(cells: pd.Series) -> npt.NDArray[np.object_]:
    """Cells of text in one form: numbers at 6 significant digits, whole numbers as they are, words stripped; (n,).

    Whole numbers of up to 15 digits stay exact because ids are such numbers.
    """
    codes, distinct = pd.factorize(cells.astype(object).to_numpy(), use_na_sentinel=True)
    words = pd.Series(distinct, dtype=object).astype(str).str.strip()
    numbers = pd.to_numeric(words, errors="coerce").to_numpy(dtype=float)
    whole = words.str.fullmatch(WHOLE).to_numpy(dtype=bool)
    # Adding 0.0 makes one zero of 0 and -0; a whole number written as 7.0 is the same as 7.
    forms = [
        str(int(word)) if exact else f"{number + 0.0:.6g}" if np.isfinite(number) else word
        for word, number, exact in zip(words, numbers, whole, strict=True)
    ]
    texts = np.array([*forms, ""], dtype=object)
    found: npt.NDArray[np.object_] = texts[codes]
    return found


def _read(path: Path) -> pd.DataFrame | None:
    """A table with cells as text, or None where the name is not that of a table."""
    suffix = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    if suffix == ".parquet":
        return pd.read_parquet(path)
    if suffix not in SEPARATORS:
        return None
    table = pd.read_csv(path, sep=SEPARATORS[suffix], dtype=str, keep_default_na=False, na_filter=False, header=None)
    names = [str(name) for name in table.iloc[0]]
    return table.iloc[1:].set_axis(range(len(names)), axis=1).rename(columns=dict(enumerate(names)))
