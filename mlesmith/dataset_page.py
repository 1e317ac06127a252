"""`mlesmith show` of a raw dataset: what is in it, column by column, and what could be asked of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mlesmith.screen import ANSWERS, show_facts

if TYPE_CHECKING:
    from generation.formulation import Formulation
    from generation.profile import ColumnProfile, DatasetProfile, Relation
    from harness.sources import Fetched

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_COLUMNS = 60
MOST_RELATIONS = 10
NARROW = 100
_LEVELS = {True: 3, False: 5}
_SHORT = 28
_SIGNS = frozenset({"separated", "currency", "percentage", "quantity"})


def show_dataset(
    profile: "DatasetProfile", fetched: "Fetched", questions: Sequence["Formulation"], asked: bool = True
) -> None:
    """The page: facts, columns, what follows from what, and questions; `asked` says whether any were looked for."""
    narrow = ANSWERS.width < NARROW
    ANSWERS.print(Text(profile.name, style="bold"))
    show_facts(dict(_facts(profile, fetched)))
    ANSWERS.print()
    ANSWERS.print(_columns(profile, narrow))
    _show_rest(profile.columns[MOST_COLUMNS:])
    if profile.relations:
        ANSWERS.print(Text("\nWhat follows from what", style="bold"))
        sums = Counter(_summed(relation) for relation in profile.relations if relation.kind == "sum")
        lines = list(dict.fromkeys(_relation(relation, sums) for relation in profile.relations))
        for line in lines[:MOST_RELATIONS]:
            ANSWERS.print(Text("  " + line))
        if len(lines) > MOST_RELATIONS:
            ANSWERS.print(Text(f"  and {len(lines) - MOST_RELATIONS} more (--json has them all)", style="dim"))
    if asked:
        _show_questions(questions)


def _facts(profile: "DatasetProfile", fetched: "Fetched") -> Iterator[tuple[str, object]]:
    yield "source", fetched.pinned_uri
    yield "licence", fetched.licence
    if fetched.citation:
        yield "cite", fetched.citation
    yield "size", f"{profile.raw_rows:,} rows, {len(profile.columns):,} columns ({_kinds(profile.columns)})"
    if sampling := _sampling(profile):
        yield "looked at", sampling
    if fetched.notes:
        yield "made plain", "; ".join(fetched.notes)
    if profile.key:
        yield "a row is", f"one {' at one '.join(profile.key)}"
    for name in profile.entities:
        column = profile[name]
        each = profile.sampled * (1 - column.missing) / max(1, column.cardinality)
        yield "entities", f"{name}: {column.cardinality:,}, with {each:.3g} rows each on average"
    for name in profile.times:
        yield "time", f"{name}: {_span(profile[name])}"
    if profile.positions:
        yield "places", "; ".join(f"{one} and {other}" for one, other in profile.positions)
    yield "missing", _missing_cells(profile)
    yield "repeated", _repeated(profile)
    yield "sha256", fetched.sha256


def _kinds(columns: Sequence["ColumnProfile"]) -> str:
    return ", ".join(f"{count} {kind.value}" for kind, count in Counter(c.kind for c in columns).most_common())


def _sampling(profile: "DatasetProfile") -> str:
    parts = []
    if profile.is_drawn:
        parts.append(f"{profile.rows:,} rows drawn at random: tasks are made of these")
    if profile.sampled < profile.rows:
        parts.append(f"{profile.sampled:,} rows for all that is said here")
    return "; ".join(parts)


def _missing_cells(profile: "DatasetProfile") -> str:
    if not any(column.missing for column in profile.columns):
        return "nothing"
    share = sum(column.missing for column in profile.columns) / len(profile.columns)
    most = max(profile.columns, key=lambda column: column.missing)
    return f"{_percent(share)} of all cells, most in {most.name} ({_percent(most.missing)})"


def _repeated(profile: "DatasetProfile") -> str:
    near = profile.near_duplicates
    parts = [f"{profile.duplicates:,} {'row equals' if profile.duplicates == 1 else 'rows equal'} an earlier one"]
    if near.count:
        one, other = (place + 1 for place in near.rows)
        where = f"rows {one:,} and {other:,}" if profile.sampled == profile.raw_rows else "two rows"
        parts.append(
            f"{near.count:,} nearly do (but for identifiers, white space, case or rounding: {where} differ in "
            f"{', '.join(near.differing) or 'nothing else'})"
        )
    return "; ".join(parts)


def _columns(profile: "DatasetProfile", narrow: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0), expand=False)
    table.add_column("column", overflow="fold", max_width=22 if narrow else 30)
    table.add_column("kind", overflow="fold", max_width=14 if narrow else 22)
    table.add_column("missing", justify="right", max_width=9 if narrow else 14)
    table.add_column("shape", no_wrap=True)
    table.add_column("values", overflow="fold")
    for column in profile.columns[:MOST_COLUMNS]:
        values = Text(_values(column, narrow))
        if column.meaning:
            values.append(f"\n{column.meaning}", style="dim")
        table.add_row(
            Text(column.name, style="cyan"), Text(_kind(column)), Text(_missing(column)), _shape(column, narrow), values
        )
    return table


def _kind(column: "ColumnProfile") -> str:
    if column.running:
        return "row number"
    written = f", {column.form}" if column.form and column.form != "separated" else ""
    return f"{column.kind.value}{written}" + (f" ({column.unit})" if column.unit and not column.form else "")


def _missing(column: "ColumnProfile") -> str:
    if not column.missing:
        return ""
    codes = f"\n{' '.join(column.missing_codes[:3])}" if column.missing_codes else ""
    return _percent(column.missing) + codes


def _shape(column: "ColumnProfile", narrow: bool) -> Text:
    """Counts as blocks: of equal parts of the range, or of the levels."""
    counts = list(column.histogram)
    if narrow and len(counts) > 8:
        counts = [sum(counts[at : at + 2]) for at in range(0, len(counts), 2)]
    if not counts and column.levels and column.cardinality > 1:
        known = dict(column.levels)
        counts = [known[level] for level in column.order if level in known] or list(known.values())
        counts = counts[: 8 if narrow else 16]
    if not counts:
        return Text("")
    top = max(counts)
    return Text(
        "".join(" " if count == 0 else BLOCKS[min(7, int(8 * count / top - 1e-9))] for count in counts), style="green"
    )


def _values(column: "ColumnProfile", narrow: bool) -> str:
    kind = column.kind.value
    if kind == "date":
        doubt = "; day and month may be the other way round" if column.ambiguous else ""
        return f"{_span(column)}{doubt}"
    if column.low is not None and kind in ("number", "count"):
        unit = f" {column.unit}" if column.unit and column.form != "" else ""
        return f"{_figure(column.low)} to {_figure(column.high)}{unit}, median {_figure(column.median)}"
    if column.order and column.levels:
        return _levels([(level, dict(column.levels).get(level, 0)) for level in column.order], column, " < ", 8)
    if column.levels and kind in ("category", "boolean", "ordered"):
        return _levels(list(column.levels), column, ", ", _LEVELS[narrow])
    if kind == "constant":
        return f"always {_short(column.examples[0])}" if column.examples else "always empty"
    some = ", ".join(_short(text) for text in column.examples[: 1 if kind == "text" else 3])
    return f"{column.cardinality:,} different: {some}"


def _levels(levels: list[tuple[str, int]], column: "ColumnProfile", between: str, most: int) -> str:
    total = sum(count for _, count in column.levels)
    said = between.join(f"{_short(level)} {_percent(count / total)}" for level, count in levels[:most])
    more = len(levels) - most
    return f"{said} and {more} more" if more > 0 else said


def _span(column: "ColumnProfile") -> str:
    if column.earliest:
        return f"{column.earliest} to {column.latest}"
    return f"{column.low:.0f} to {column.high:.0f}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 1].rstrip() + "…"


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1:
        return ">99.9 %"
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def _figure(number: float | None) -> str:
    """Four significant digits; whole numbers whole, with separators from ten thousand on (a year has none)."""
    if number is None:
        return "–"
    if number == round(number) and abs(number) < 1e12:
        return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.0f}"
    return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.4g}"


def _show_rest(columns: Sequence["ColumnProfile"]) -> None:
    if columns:
        ANSWERS.print(
            Text(
                f"and {len(columns):,} more, from {columns[0].name} to {columns[-1].name}: {_kinds(columns)} "
                "(--json has them all)",
                style="dim",
            )
        )


def _summed(relation: "Relation") -> frozenset[str]:
    return frozenset((*relation.parts, relation.other))


def _relation(relation: "Relation", sums: Mapping[frozenset[str], int]) -> str:
    """One line; where each of some columns follows from the others, the same line for all of them."""
    if relation.kind == "function":
        return f"{relation.column} → {relation.other} ({_percent(relation.strength)})"
    if relation.kind == "linear":
        return f"{relation.column} and {relation.other} lie on a straight line"
    if relation.kind == "monotone":
        return f"{relation.column} and {relation.other} have the same order"
    if relation.kind == "sum" and sums[_summed(relation)] > 1:
        *most, last = sorted(_summed(relation))
        return f"{', '.join(most)} and {last}: each is a weighted sum of the others"
    if relation.kind == "sum":
        return f"{' + '.join(relation.parts)} → {relation.other} (a weighted sum)"
    return f"{relation.column} and {relation.other} are named alike"


def _show_questions(questions: Sequence["Formulation"]) -> None:
    ANSWERS.print(Text("\nWhat could be asked", style="bold"))
    if not questions:
        ANSWERS.print(Text("  Nothing that the rules engine finds worth asking."))
    for one in questions:
        split = f"{one.split.rule} split" + (f" by {one.split.column}" if one.split.column else "")
        ANSWERS.print(f"  [bold]{escape(one.question)}[/]")
        ANSWERS.print(Text(f"    {one.target}: {one.objective}, {one.metric}, {split}", style="dim"))
