"""Results as plain values that JSON takes: lists, dictionaries, None for what is not a finite number."""

from dataclasses import fields, is_dataclass
from math import isfinite


def known(value: float) -> float | None:
    """A plain number, or None for NaN and infinities: what the data don't say."""
    return float(value) if isfinite(value) else None


def plain(value: object) -> object:
    """Dataclasses to dictionaries, tuples to lists, NaN and infinities to None, all the way down."""
    if isinstance(value, float):
        return known(value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.repr}
    return value
