"""Labels compare as text, whatever a table library made of them on the way.

pandas reads a column of `1` with one empty cell as floats and writes `1.0`; it reads `true` as a truth value and
writes `True`. Such forms mean the label, so they are read as the label; everything else must be equal as text.
"""

import math
from collections.abc import Sequence

BOOLEANS = frozenset({"true", "false"})


class LabelReader:
    """Reads a cell as one of the labels.

    Numbers compare by value where all labels are numbers; case is free where the labels are true and false.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._exact = {label.strip(): label for label in reversed(labels)} | {label: label for label in labels}
        numbers = {number: label for label in labels if (number := _number(label)) is not None}
        self._numbers = numbers if len(numbers) == len(labels) else {}
        lowered = {label.strip().lower(): label for label in labels}
        self._booleans = lowered if lowered.keys() == BOOLEANS else {}

    def read(self, cell: str) -> str | None:
        """The label that a stripped cell means, or None."""
        if cell in self._exact:
            return self._exact[cell]
        if self._numbers:
            number = _number(cell)
            return None if number is None else self._numbers.get(number)
        return self._booleans.get(cell.lower())


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in cell and cell.isascii() else None
