"""Under a time split every test row is later than every train row."""

import pandas as pd

from generation.verification.evidence import Evidence, EvidenceLacking
from generation.verification.findings import Finding
from generation.verification.origins import split_values
from generation.verification.registry import Part, check
from generation.verification.tables import as_numbers, is_numeric


@check(
    "data.time_order",
    layer="data",
    needs=[Part.PREPARED, Part.RAW],
    protects="a forecast that has seen the future",
)
def time_order(evidence: Evidence) -> Finding:
    split = evidence.tables.card.task.split
    if split.rule != "time":
        return Finding.needless(f"the split is by {split.rule}")
    train, test = (_moments(cells) for cells in split_values(evidence, split.column))
    late = int((train > test.min()).sum())
    return Finding.at_most(
        late,
        0,
        where=f"train.csv:{split.column}",
        evidence=f"{late} train rows are later than the first test row ({train.max()} against {test.min()})",
    )


def _moments(cells: pd.Series) -> pd.Series:
    if is_numeric(cells):
        return pd.Series(as_numbers(cells)).dropna()
    moments = pd.to_datetime(cells, errors="coerce", format="mixed")
    if moments.isna().mean() > 0.02:
        raise EvidenceLacking(
            f"{cells.name!r} holds cells that are no dates, such as {cells[moments.isna()].iloc[0]!r}"
        )
    return moments.dropna()
