"""What a report shows of how its tasks were made; handed in as plain tables, so that no generator is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Listing:
    """A table of text and numbers with its own column names."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()

    @classmethod
    def of(cls, records: pd.DataFrame | Sequence[Mapping[str, object]]) -> "Listing":
        """From a data frame or from records; a record that lacks a column leaves the cell empty."""
        if isinstance(records, pd.DataFrame):
            filled = records.astype(object).where(records.notna(), "")
            return cls(tuple(map(str, records.columns)), tuple(tuple(row) for row in filled.to_numpy().tolist()))
        columns = tuple(dict.fromkeys(str(name) for record in records for name in record))
        return cls(columns, tuple(tuple(record.get(name, "") for name in columns) for record in records))


@dataclass(frozen=True)
class GenerationSummary:
    """The yield of generation: headline facts in order, a row for each check, a row for each rejected formulation."""

    facts: Mapping[str, object]
    checks: Listing = Listing()
    rejected: Listing = Listing()
