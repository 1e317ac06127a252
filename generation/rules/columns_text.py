"""What the description says of each column."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from generation.profile import ColumnProfile, Kind
from generation.profile.columns import ordered_levels
from generation.profile.words import tokens
from generation.rules.figures import figure, percent, year

MOST_LEVELS_SHOWN = 8
MOST_COLUMNS_LISTED = 100
_LONGEST_LEVEL = 40
_YES = frozenset({"1", "1.0", "yes", "y", "true", "t"})
_DATE_PARTS = {
    "%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "hh", "%I": "hh", "%M": "mm", "%S": "ss", "%f": "fraction",
    "%p": "AM/PM", "%b": "Mon", "%B": "Month",
}  # fmt: skip
_COUNTED = {
    Kind.NUMBER: ("number", "numbers"),
    Kind.COUNT: ("whole number", "whole numbers"),
    Kind.CATEGORY: ("category", "categories"),
    Kind.ORDERED: ("ordered category", "ordered categories"),
    Kind.BOOLEAN: ("yes-or-no column", "yes-or-no columns"),
    Kind.DATE: ("date", "dates"),
    Kind.TEXT: ("text", "texts"),
    Kind.IDENTIFIER: ("identifier", "identifiers"),
    Kind.CONSTANT: ("constant", "constants"),
}
_KINDS = {
    Kind.NUMBER: "number",
    Kind.COUNT: "whole number",
    Kind.CATEGORY: "category",
    Kind.ORDERED: "ordered category",
    Kind.BOOLEAN: "yes or no",
    Kind.DATE: "date",
    Kind.TEXT: "free text",
    Kind.IDENTIFIER: "identifier",
    Kind.CONSTANT: "constant",
}


def column_table(columns: Sequence[ColumnProfile], *, roles: Mapping[str, str]) -> list[list[str]]:
    """The table of columns: a header, then a line for each; only what is known of at least one has a column of its own.

    `roles` are remarks on columns by name, such as "the later rows are the test rows".
    """
    meant = any(column.meaning for column in columns)
    holes = any(column.missing > 0 for column in columns)
    header = ["column", *(["meaning"] if meant else []), "type", "values", *(["missing"] if holes else [])]
    lines = [header]
    for column in columns:
        lines.append(
            [
                code(column.name),
                *([escape(column.meaning)] if meant else []),
                _kind(column),
                "; ".join(part for part in (escape(_values(column)), roles.get(column.name, "")) if part),
                *([_missing(column)] if holes else []),
            ]
        )
    return lines


def _kind(column: ColumnProfile) -> str:
    if column.kind is Kind.BOOLEAN and {v for v, _ in column.levels} <= {"0", "1", "0.0", "1.0"}:
        return "0 or 1"
    return _KINDS[column.kind]


def code(name: str) -> str:
    """A name in a code span that no character of it can end."""
    fence = "``" if "`" in name else "`"
    return f"{fence}{escape(name)}{fence}"


def escape(text: str) -> str:
    """Text that cannot end a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def listed(names: Iterable[str]) -> str:
    """Names in code spans: `a`, `b` and `c`."""
    parts = [code(name) for name in names]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _values(column: ColumnProfile) -> str:
    if column.kind is Kind.DATE:
        return f"{column.earliest} to {column.latest}, written {date_pattern(column.date_format)}"
    if column.kind is Kind.BOOLEAN:
        return _share_of_yes(column)
    if column.low is not None and column.kind in (Kind.NUMBER, Kind.COUNT):
        return _range(column)
    if column.kind is Kind.TEXT:
        short = [text for text in column.examples if len(text) <= _LONGEST_LEVEL]
        return f"{column.cardinality:,} different texts" + (f", such as {short[0]}" if short else "")
    if column.kind is Kind.IDENTIFIER:
        return f"{column.cardinality:,} different values"
    return _levels(column)


def _share_of_yes(column: ColumnProfile) -> str:
    order = sorted(column.levels, key=lambda level: level[0].lower() in _YES)
    (no, _), (yes, count) = order[0], order[-1]
    total = sum(number for _, number in column.levels)
    return f"{yes} in {percent(count / total)}, else {no}"


def date_pattern(date_format: str) -> str:
    """A date format in letters that everybody reads: `%m/%d/%Y` as MM/DD/YYYY."""
    if date_format == "ISO8601":
        return "as ISO 8601 has it"
    for mark, letters in _DATE_PARTS.items():
        date_format = date_format.replace(mark, letters)
    return date_format


def kinds(columns: Sequence[ColumnProfile]) -> str:
    """How many there are of each kind: "7 whole numbers, 2 dates"."""
    counts = Counter(column.kind for column in columns)
    parts = []
    for kind, count in counts.most_common():
        one, many = _COUNTED[kind]
        parts.append(f"{count} {one if count == 1 else many}")
    if len(parts) == 1 and len(columns) > 1:
        return f"all {parts[0].partition(' ')[2]}"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else "none"


def number_text(column: ColumnProfile, number: float) -> str:
    """A number of a column: years without a separator, whole numbers below a million in full, else four digits."""
    if number == int(number) and _holds_years(column):
        return year(number)
    return f"{number:,.0f}" if column.whole and number == int(number) and abs(number) < 1e6 else figure(number)


def _holds_years(column: ColumnProfile) -> bool:
    low, high = column.low or 0.0, column.high or 0.0
    named = bool({"year", "yr"} & set(tokens(column.name))) and low >= 1500 and high <= 2200
    return column.whole and (named or (low >= 1800 and high <= 2100))


def _range(column: ColumnProfile) -> str:
    low, median, high = (number_text(column, number or 0.0) for number in (column.low, column.median, column.high))
    unit = f" {column.unit}" if column.unit else ""
    few = [value for value, _ in column.levels]
    if column.whole and 2 < len(few) <= MOST_LEVELS_SHOWN:
        return ", ".join(sorted(few, key=float)) + unit
    return f"{low} to {high}{unit}, median {median}"


def _levels(column: ColumnProfile) -> str:
    levels = [value for value, _ in column.levels]
    if not levels:
        return f"{column.cardinality:,} values, such as {', '.join(_short(v) for v in column.examples[:3])}"
    if len(levels) > MOST_LEVELS_SHOWN:
        return f"{len(levels)} values, most often {', '.join(_short(v) for v in levels[:4])}"
    if column.kind is Kind.ORDERED:
        order = ordered_levels(levels) or (sorted(levels, key=float) if column.low is not None else levels)
        return " < ".join(_short(level) for level in order)
    return ", ".join(_short(level) for level in sorted(levels))


def _short(level: str) -> str:
    flat = " ".join(level.split())
    return flat if len(flat) <= _LONGEST_LEVEL else flat[:_LONGEST_LEVEL].rstrip() + "…"


def _missing(column: ColumnProfile) -> str:
    if column.missing <= 0:
        return ""
    codes = [c for c in column.missing_codes if c]
    return (
        f"{percent(column.missing)}, as {' or '.join(code(c) for c in codes[:3])}" if codes else percent(column.missing)
    )


def families(columns: Sequence[ColumnProfile]) -> tuple[list[ColumnProfile], list[str]]:
    """Beyond a hundred columns the first and last are listed and the rest told in one line for each kind."""
    if len(columns) <= MOST_COLUMNS_LISTED:
        return list(columns), []
    shown = [*columns[:40], *columns[-10:]]
    rest = columns[40:-10]
    lines = []
    for kind in Kind:
        names = [c.name for c in rest if c.kind is kind]
        if names:
            lines.append(
                f"{len(names)} more {_COUNTED[kind][len(names) > 1]}, from {code(names[0])} to {code(names[-1])}."
            )
    return shown, lines
