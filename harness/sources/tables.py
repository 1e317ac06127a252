"""From what a source gave to one table that `prepare.py` can read: unpacked, converted, joined, laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.sources.converting import converted, converter_for
from harness.sources.fetched import Fetched
from harness.sources.joining import joined
from harness.sources.layout import laid_out
from harness.sources.nesting import without_nesting
from harness.sources.table_like import require_table
from harness.sources.unpacking import SINGLE, member_of, require_bounded, unpacked

PLAIN_TEXT = (".csv.gz", ".tsv.gz", ".txt.gz", ".data.gz", ".dat.gz")
DEEPEST = 4


@dataclass(frozen=True)
class Table:
    """A readable file and what was done to have it."""

    path: Path
    notes: tuple[str, ...] = ()


def opened(fetched: Fetched) -> Fetched:
    """The fetched source with a table in `path`; a plain table stays where and as it is.

    Raises:
        SourceError: it is no table, or no telling which; the message says what to do.
        MachineError: a sandbox is needed and none works here.
    """
    table = _tables(fetched.parts or (fetched.path,), fetched.inside, fetched)
    return replace(fetched, path=table.path, notes=(*fetched.notes, *table.notes))


def _tables(parts: Sequence[Path], inside: str, fetched: Fetched, depth: int = 0) -> Table:
    found = [_table(part, inside, fetched, depth) for part in parts]
    if len(found) == 1:
        return found[0]
    notes = tuple(dict.fromkeys(note for table in found for note in table.notes))
    path = joined([table.path for table in found], fetched.cluster)
    require_table(path)
    return Table(path, notes)


def _table(path: Path, inside: str, fetched: Fetched, depth: int) -> Table:
    name = path.name.lower()
    by = converter_for(name)
    if by is not None:
        made = converted(path, by, inside, fetched.uri)
        return made_plain(made) if by.gives == ".csv" else _as_it_is(made)
    if name.endswith(".zip") and depth < DEEPEST:
        files, rest, notes = member_of(path, inside)
        table = _tables(files, rest, fetched, depth + 1)
        return Table(table.path, (*notes, *table.notes))
    if name.endswith(SINGLE) and not name.endswith(PLAIN_TEXT) and depth < DEEPEST:
        return _table(unpacked(path), inside, fetched, depth + 1)
    return made_plain(path)


def made_plain(path: Path) -> Table:
    """A text table or Parquet file, laid out as a plain table."""
    if path.suffix == ".gz":
        require_bounded(path)
    require_table(path)
    if ".parquet" in path.suffixes:
        return Table(*without_nesting(path))
    clean, notes = laid_out(path)
    if clean != path:
        require_table(clean)
    return Table(clean, notes)


def _as_it_is(path: Path) -> Table:
    require_table(path)
    return Table(path)
