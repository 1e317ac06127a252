"""Exports that are more than a table: titles above the header, a total below, several encodings, decimal commas.

What can be told is set right, once, in a plain CSV of the cache, and said in a note; what can't is left as it stands.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from harness.places import cache_dir, whole_file
from harness.sources.fetched import ENDINGS, digest
from harness.sources.text import (
    blanks_made_one,
    encoding_of,
    last_bytes,
    line_texts,
    mixed_lines,
    parted_by_blanks,
    separator_of,
)

FORM = "1"
HEAD_LINES = 500
MAX_TITLES = 20
MAX_FOOT = 10
LEAST_ROWS = 3
TAIL = 1 << 16
AGREE = 0.9

TOTAL = re.compile(
    r"(?i)\s*(grand\s+|sub-?\s*)?(totals?|sum|summe|gesamt(summe)?|insgesamt|totale?s?|totaal|total\s+g[ée]n[ée]ral|итого|合計|总计)"
    r"\s*:?\s*"
)
NUMBER = re.compile(r"\s*[-+]?\d+([.,]\d+)?\s*")
DECIMAL_COMMA = re.compile(r"\s*[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*%?\s*")
SURE_COMMA = re.compile(r"\s*[-+]?(\d+,(\d{1,2}|\d{4,})|\d{4,},\d+|0,\d+|\d{1,3}(\.\d{3})+,\d+)\s*%?\s*")
DOTTED_THOUSANDS = re.compile(r"\s*[-+]?\d{1,3}(\.\d{3})+\s*")
WHOLE = re.compile(r"\s*[-+]?\d+\s*%?\s*")
NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?", "."})


@dataclass
class Layout:
    """How the rows of a file become a table; all as it stands by default."""

    encoding: str
    separator: str
    mixed: bool = False
    titles: int = 0
    lacks_first_name: bool = False
    width: int = 0
    foot: int = 0
    commas: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """Whether the file can be read as it is."""
        return not self.notes


def laid_out(path: Path) -> tuple[Path, tuple[str, ...]]:
    """The file itself where it is a plain table, else a table made of it in the cache; and what was done.

    Raises:
        OSError: it can't be read.
    """
    layout = look(path)
    if layout.plain:
        return path, ()
    name = f"{ENDINGS.sub('', path.name) or 'table'}.csv"
    target = cache_dir("sources", "laid_out", digest(path), FORM) / name
    if not target.is_file():
        with whole_file(target) as draft, draft.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows(path, layout))
    return target, tuple(layout.notes)


def look(path: Path) -> Layout:
    """What is to be done with a text file."""
    encoding = encoding_of(path)
    layout = Layout(encoding, ",")
    if encoding.startswith(("utf-16", "utf-32")):
        layout.notes.append(f"its text was {encoding.upper()}")
    elif not encoding.startswith("utf-8"):
        good, bad = mixed_lines(path)
        layout.mixed = good > 0
        if layout.mixed:
            layout.notes.append(
                f"{good} of its lines are UTF-8 and {bad} are Windows-1252: each was read as what it is"
            )
    head = list(islice(line_texts(path, encoding, mixed=layout.mixed), HEAD_LINES))
    lines = head[:-1] if len(head) == HEAD_LINES else head
    layout.separator = "\t" if ".tsv" in path.suffixes else separator_of(lines)
    if parted_by_blanks(lines):
        layout.separator = " "
        layout.notes.append("its cells are parted by white space")
    found = list(_split(lines, layout))
    _look_at_the_head(layout, found)
    _look_at_the_foot(layout, path)
    _look_for_commas(layout, found[layout.titles + 1 :])
    return layout


def rows(path: Path, layout: Layout) -> Iterator[list[str]]:
    """The rows of the table, header first."""
    held: list[list[str]] = []
    for place, row in enumerate(_raw_rows(path, layout)):
        if place < layout.titles:
            continue
        if place == layout.titles:
            yield ["row", *row] if layout.lacks_first_name else row
            continue
        held.append([_number(cell) if at in layout.commas else cell for at, cell in enumerate(row)])
        if len(held) > layout.foot:
            yield held.pop(0)


def _raw_rows(path: Path, layout: Layout) -> Iterator[list[str]]:
    lines = line_texts(path, layout.encoding, mixed=layout.mixed)
    return _split(lines, layout)


def _split(lines: Iterable[str], layout: Layout) -> Iterator[list[str]]:
    plain = blanks_made_one(lines) if layout.separator == " " else lines
    return (row for row in csv.reader(plain, delimiter=layout.separator) if row)


def _look_at_the_head(layout: Layout, found: Sequence[Sequence[str]]) -> None:
    """Lines above the header, and a header that lacks the name of the first column (as R writes it)."""
    if len(found) < LEAST_ROWS + 1:
        return
    layout.width, agreeing = Counter(len(row) for row in found).most_common(1)[0]
    if layout.width < 2 or agreeing < LEAST_ROWS:
        return
    first = next((place for place, row in enumerate(found) if _is_full(row, layout.width)), 0)
    below = found[first + 1 :]
    whole = sum(len(row) == layout.width for row in below) >= AGREE * len(below)
    if 0 < first <= MAX_TITLES and whole and len(below) >= LEAST_ROWS and _is_header(found[first]):
        layout.titles = first
        layout.notes.append(f"{first} lines above the header were left out: {_shown(found[:first])}")
    elif len(found[0]) == layout.width - 1 and whole and _is_header(found[0]) and first == 1:
        layout.lacks_first_name = True
        layout.notes.append("its first column has no name and was called 'row'")


def _is_full(row: Sequence[str], width: int) -> bool:
    """Whether this may be a header or a row: of full width, and not a title beside empty cells."""
    filled = sum(bool(cell.strip()) for cell in row)
    return len(row) == width and filled >= min(width, max(2, width // 2))


def _is_header(row: Sequence[str]) -> bool:
    """Whether the cells are names: different ones, and no numbers."""
    named = [cell.strip() for cell in row if cell.strip()]
    return len(set(named)) == len(named) and not any(NUMBER.fullmatch(cell) for cell in named)


def _look_at_the_foot(layout: Layout, path: Path) -> None:
    """A total and remarks below the table: the last rows that are no rows of it."""
    if layout.width < 2 or not _foot_is_odd(layout, path):
        return
    last: list[list[str]] = []
    totals = 0
    for row in islice(_raw_rows(path, layout), layout.titles + 1, None):
        totals += _is_total(row)
        last.append(row)
        if len(last) > MAX_FOOT:
            last.pop(0)
    foot = 0
    for row in reversed(last):
        filled = sum(bool(cell.strip()) for cell in row)
        remark = filled == 0 or (filled == 1 and len(row) != layout.width)
        if not (remark or (_is_total(row) and totals == 1)) or foot == len(last) - 1:
            break
        foot += 1
    if foot and any(_is_total(row) or len(row) != layout.width for row in last[-foot:]):
        layout.foot = foot
        layout.notes.append(f"{foot} lines below the table were left out: {_shown(last[-foot:])}")


def _foot_is_odd(layout: Layout, path: Path) -> bool:
    """A look at the end of the file alone: reading all of a large one for a total that is not there takes seconds."""
    if not layout.encoding.startswith(("utf-8", "cp1252", "latin-1")):
        return True
    tail = last_bytes(path, TAIL).decode("latin-1" if layout.mixed else layout.encoding, errors="replace")
    lines = [line for line in tail.splitlines()[1:] if line.strip()][-MAX_FOOT:]
    found = list(_split(lines[-1:], layout))
    return not found or _is_total(found[0]) or len(found[0]) != layout.width


def _is_total(row: Sequence[str]) -> bool:
    first = next((cell for cell in row if cell.strip()), "")
    return TOTAL.fullmatch(first) is not None


def _look_for_commas(layout: Layout, body: Sequence[Sequence[str]]) -> None:
    """Columns of numbers with a decimal comma; "1,234" alone is one only where semicolons or tabs part the cells."""
    columns = {
        place: [
            row[place].strip() for row in body if len(row) == layout.width and row[place].strip().lower() not in NOTHING
        ]
        for place in range(layout.width)
    }
    like = {place: cells for place, cells in columns.items() if _all(cells, DECIMAL_COMMA, WHOLE)}
    sure = {place for place, cells in like.items() if any(SURE_COMMA.fullmatch(cell) for cell in cells)}
    pointed = any(_all(cells, re.compile(r"[-+]?\d+\.\d+"), WHOLE) for cells in columns.values())
    if layout.separator == ",":
        sure = {place for place in sure if _written_alike(columns[place])}
    elif layout.separator in ";\t" and not (pointed and not sure):
        sure |= {place for place, cells in like.items() if any("," in cell for cell in cells)}
    if not sure:
        return
    sure |= {place for place, cells in columns.items() if _all(cells, DOTTED_THOUSANDS, WHOLE) and _any(cells, ".")}
    layout.commas = sure
    layout.notes.append(f"decimal commas were made points in {len(sure)} columns")


def _written_alike(cells: Sequence[str]) -> bool:
    """Whether quoted cells with one comma are numbers and no short lists: all have it, and they differ."""
    return all("," in cell for cell in cells) and len(set(cells)) >= min(20, len(cells))


def _all(cells: Sequence[str], *forms: re.Pattern[str]) -> bool:
    return bool(cells) and all(any(form.fullmatch(cell) for form in forms) for cell in cells)


def _any(cells: Sequence[str], sign: str) -> bool:
    return any(sign in cell for cell in cells)


def _number(cell: str) -> str:
    """A number with a decimal comma, as one with a point; any other cell as it stands."""
    if DECIMAL_COMMA.fullmatch(cell) or DOTTED_THOUSANDS.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell


def _shown(found: Sequence[Sequence[str]]) -> str:
    said = "; ".join(" ".join(cell.strip() for cell in row if cell.strip())[:60] for row in found[:3])
    return f"{said!r}"
