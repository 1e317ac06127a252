"""The parts of one table, joined in the order of their names into one file of the cache."""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.places import cache_dir, whole_file
from harness.sources.fetched import ENDINGS, SourceError, digest
from harness.sources.text import encoding_of, line_texts, separator_of

FORM = "1"
HEAD_LINES = 50
SHOWN = 6


class PartsDiffer(SourceError):
    """Files that were taken for the parts of one table have other columns or other formats."""

    def __init__(self, first: Path, other: Path, what: str) -> None:
        super().__init__(
            f"{first.name} and {other.name} are no parts of one table: {what}. Name the file that is meant by #NAME."
        )


def combined(digests: Sequence[str]) -> str:
    """The sha256 of several files together: of their own, one a line, in the order of the files."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def joined(parts: Sequence[Path], name: str) -> Path:
    """One file with the rows of all parts; a record of the parts, their sha256 and their rows lies beside it.

    Raises:
        PartsDiffer: columns or formats differ.
    """
    digests = [digest(part) for part in parts]
    packed = [".parquet" in part.suffixes for part in parts]
    if len(set(packed)) > 1:
        raise PartsDiffer(parts[0], parts[packed.index(not packed[0])], "one is Parquet, the other text")
    folder = cache_dir("sources", "joined", combined([FORM, *digests]))
    target = folder / f"{ENDINGS.sub('', name) or 'table'}{'.parquet' if packed[0] else '.csv'}"
    if not target.is_file():
        with whole_file(target) as draft:
            counts = _join_parquet(parts, draft) if packed[0] else _join_text(parts, draft)
            rows = zip(parts, digests, counts, strict=True)
            about = [{"file": part.name, "sha256": sha256, "rows": count} for part, sha256, count in rows]
            with whole_file(folder / "parts.json") as record:
                record.write_text(json.dumps(about, indent=1), encoding="utf-8")
    return target


def _join_text(parts: Sequence[Path], draft: Path) -> list[int]:
    counts, header = [], list[str]()
    with draft.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for part in parts:
            rows = _rows(part)
            names = next(rows, [])
            if not header:
                header = names
                writer.writerow(header)
            if sorted(names) != sorted(header):
                raise PartsDiffer(parts[0], part, _difference(header, names))
            order = None if names == header else [names.index(name) for name in header]
            count = 0
            for row in rows:
                if len(row) != len(header):
                    raise SourceError(f"{part} has {len(row)} cells in row {count + 1}; its header has {len(header)}.")
                writer.writerow(row if order is None else [row[place] for place in order])
                count += 1
            counts.append(count)
    return counts


def _rows(part: Path) -> Iterator[list[str]]:
    encoding = encoding_of(part)
    lines = line_texts(part, encoding, mixed=False)
    head = [line for _, line in zip(range(HEAD_LINES), lines, strict=False)]
    separator = "\t" if ".tsv" in part.suffixes else separator_of(head)
    return (row for row in csv.reader(line_texts(part, encoding, mixed=False), delimiter=separator) if row)


def _join_parquet(parts: Sequence[Path], draft: Path) -> list[int]:
    import pyarrow as pa
    from pyarrow import parquet

    schemas = [parquet.read_schema(part).remove_metadata() for part in parts]
    for part, schema in zip(parts, schemas, strict=True):
        if sorted(schema.names) != sorted(schemas[0].names):
            raise PartsDiffer(parts[0], part, _difference(schemas[0].names, schema.names))
    names = schemas[0].names
    ordered = [pa.schema([schema.field(name) for name in names]) for schema in schemas]
    try:
        common = pa.unify_schemas(ordered, promote_options="permissive")
    except pa.ArrowException as error:
        raise PartsDiffer(parts[0], parts[-1], f"a column has two types ({error})") from error
    counts = []
    with parquet.ParquetWriter(draft, common) as writer:
        for part in parts:
            file = parquet.ParquetFile(part)
            for batch in file.iter_batches():
                writer.write_table(pa.Table.from_batches([batch]).select(names).cast(common))
            counts.append(file.metadata.num_rows)
    return counts


def _difference(left: Sequence[str], right: Sequence[str]) -> str:
    alone = [name for name in left if name not in right] + [name for name in right if name not in left]
    return f"only one has the columns {', '.join(alone[:SHOWN])}" if alone else "a column is there twice"
