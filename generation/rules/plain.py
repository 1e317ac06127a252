"""A target whose numbers are in writing ("$1,200", "2:25:39"), as the plain numbers that prepare.py makes of them.

templates/prepare.py.j2 and this module must agree; tests/generation/rules/test_plain.py holds them to it.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.formulation import Writing

NUMBER = r"(\d[\d.,' \u00a0\u202f]*)"
MINUS = r"^\(|-\D*\d"
CLOCK = r"^(\d+):(\d\d)(?::(\d\d))?$"
_WAYS: tuple[Writing, ...] = ("point", "comma", "clock")


def plain(cells: pd.Series, writing: Writing) -> pd.Series:
    """Stripped cells as text that a parser of numbers reads, "" where a cell holds none.

    Money, percentages and quantities lose their signs, units and separators; a duration becomes whole seconds.
    With no writing named nothing changes.
    """
    if writing == "":
        return cells
    if writing == "clock":
        hours, minutes, seconds = (part.fillna("0").astype(int) for _, part in cells.str.extract(CLOCK).items())
        return (hours * 3600 + minutes * 60 + seconds).astype(str).where(cells.str.match(CLOCK), "")
    digits = cells.str.extract(NUMBER, expand=False).fillna("")
    if writing == "comma":
        digits = digits.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    digits = digits.str.replace(r"[^\d.]", "", regex=True).str.rstrip(".")
    return digits.where(~cells.str.contains(MINUS), "-" + digits)


def writing_of(cells: pd.Series, numbers: NDArray[np.float64]) -> Writing | None:
    """The way of reading that gives exactly these numbers, and none where they are NaN; None where there is none.

    So with "1.2k", and where a stray "3-5" would become an answer.
    """
    for way in _WAYS:
        read = pd.to_numeric(plain(cells, way), errors="coerce").to_numpy(dtype=np.float64)
        if np.allclose(read, numbers, rtol=1e-12, atol=0, equal_nan=True):
            return way
    return None
