"""A profile as a model reads it: short, bounded, without the table itself."""

from dataclasses import dataclass

from generation.llm.schemas import MOST_COLUMNS
from generation.profile import DatasetProfile
from generation.profile.dataset import ColumnProfile

LONGEST_DOCUMENTATION = 3000
_LONGEST_CELL = 40
_LEVELS = 8


@dataclass(frozen=True)
class ColumnLine:
    """One column in words."""

    name: str
    kind: str
    missing: str
    values: str
    meaning: str


def column_lines(profile: DatasetProfile) -> list[ColumnLine]:
    """The first sixty columns."""
    return [
        ColumnLine(
            name=column.name,
            kind=column.kind.value,
            missing=f"{column.missing:.1%}",
            values=_values(column),
            meaning=" ".join(column.meaning.split())[:160],
        )
        for column in profile.columns[:MOST_COLUMNS]
    ]


def documentation(profile: DatasetProfile) -> str:
    """The beginning of what the dataset says of itself."""
    return profile.documentation[:LONGEST_DOCUMENTATION]


def _values(column: ColumnProfile) -> str:
    if column.levels:
        shown = ", ".join(f"{label[:_LONGEST_CELL]} ({count})" for label, count in column.levels[:_LEVELS])
        more = column.cardinality - _LEVELS
        return shown + (f", {more} more" if more > 0 else "")
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}, {column.cardinality} distinct {column.unit}".strip()
    examples = ", ".join(example[:_LONGEST_CELL] for example in column.examples[:3])
    return f"{column.cardinality} distinct, such as {examples}"
