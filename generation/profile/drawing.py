"""Tables too large for a task: a drawn sample of their rows, the same for whoever draws it."""

import numpy as np
from numpy.typing import NDArray

# A test part of 12,500 rows: a share is then known to 0.9 points (95 %), and more rows would only make agents wait.
MOST_ROWS = 50_000


def drawn(rows: int, most: int = MOST_ROWS) -> NDArray[np.int64]:
    """The places, in the table's order, of the rows that a task is made of: all, or so many drawn without replacement.

    A generated prepare.py draws in the same way (templates/prepare.py.j2).
    """
    if rows <= most:
        return np.arange(rows, dtype=np.int64)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False)).astype(np.int64)
