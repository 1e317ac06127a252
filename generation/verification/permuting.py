"""The raw file with the target's cells given to other rows, and every other byte of meaning as it was."""

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd

from generation.profile.reading import Reading
from generation.verification.tables import raw_numbers
from harness.errors import MlesmithError
from harness.schema import Question

SEPARATORS = (",", "\t", ";", "|")
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"


class TargetNotRaw(MlesmithError):
    """The target is no column of the raw file, so that its cells cannot be permuted there."""


def permuted(raw: bytes, question: Question, seed: int) -> bytes:
    """The content of a raw file, in its own format, with the targets of usable rows permuted.

    Only rows that the task can ask for exchange their targets, so that the same rows are left out as before.

    Raises:
        TargetNotRaw: the file has no such column.
    """
    if raw.startswith(PARQUET):
        return _permuted_parquet(raw, question, seed)
    packed = raw.startswith(GZIP)
    content = gzip.decompress(raw) if packed else raw
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else _encoding(content)
    text = _permuted_text(content.decode(encoding), question, seed).encode(encoding)
    return gzip.compress(text, compresslevel=1, mtime=0) if packed else text


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _permuted_text(text: str, question: Question, seed: int) -> str:
    for separator in SEPARATORS:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        header = [" ".join(name.split()) for name in rows[0]] if rows else []
        places = [header.index(target) for target in question.target if target in header]
        if len(places) != len(question.target):
            continue
        whole = [row for row in rows[1:] if len(row) == len(header)]
        cells = pd.DataFrame(
            [[row[place] for place in places] for row in whole], columns=list(question.target), dtype=str
        )
        for row, exchanged in zip(whole, permute_cells(cells, question, seed).to_numpy(), strict=True):
            for place, cell in zip(places, exchanged, strict=True):
                row[place] = str(cell)
        made = io.StringIO(newline="")
        csv.writer(made, delimiter=separator, lineterminator="\n").writerows(rows)
        return made.getvalue()
    raise TargetNotRaw(f"no column of the raw file is named {', '.join(question.target)}")


def _permuted_parquet(raw: bytes, question: Question, seed: int) -> bytes:
    table = pd.read_parquet(io.BytesIO(raw))
    targets = list(question.target)
    if any(target not in table.columns for target in targets):
        raise TargetNotRaw(f"no column of the raw file is named {', '.join(targets)}")
    order = _order(table[targets].astype(str), question, seed)
    exchanged = table[targets].iloc[order].set_axis(table.index)
    made = io.BytesIO()
    table.assign(**{target: exchanged[target] for target in targets}).to_parquet(made)
    return made.getvalue()


def permute_cells(cells: pd.DataFrame, question: Question, seed: int) -> pd.DataFrame:
    """The targets' cells, as text, in another order of rows."""
    return cells.iloc[_order(cells, question, seed)].reset_index(drop=True)


def _order(cells: pd.DataFrame, question: Question, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    usable = np.ones(len(cells), dtype=bool)
    for target in cells.columns:
        column = cells[target].str.strip()
        if question.prediction == "number":
            usable &= np.isfinite(raw_numbers(column))
        elif set(question.labels) & set(column):
            usable &= column.isin(question.labels).to_numpy(dtype=bool)
        else:
            usable &= (column != "").to_numpy(dtype=bool)
    order = np.arange(len(cells), dtype=np.int64)
    places = np.flatnonzero(usable)
    order[places] = np.random.default_rng(seed).permutation(places)
    return order


def write_permuted_rows(rows: pd.DataFrame, reading: Reading, path: Path, question: Question, seed: int) -> Path:
    """Write rows of a raw file, their targets permuted, as a file of the same form.

    Raises:
        TargetNotRaw: they have no such column.
    """
    targets = list(question.target)
    if not set(targets) <= set(rows.columns):
        raise TargetNotRaw(f"no column of the raw file is named {', '.join(targets)}")
    exchanged = permute_cells(rows[targets], question, seed)
    table = rows.assign(**{target: exchanged[target].to_numpy() for target in targets})
    path.parent.mkdir(parents=True, exist_ok=True)
    if reading.format == "parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False, sep=reading.separator, encoding=reading.encoding, lineterminator="\n")
    return path


def write_permuted(source: Path, destination: Path, question: Question, seed: int) -> Path:
    """Write the permuted copy of a raw file under its own name into a folder."""
    destination.mkdir(parents=True, exist_ok=True)
    path = destination / source.name
    path.write_bytes(permuted(source.read_bytes(), question, seed))
    return path
