"""Parquet files with lists or structures in their cells: such cells become their text in JSON, once."""

import json
from pathlib import Path

from harness.places import cache_dir, whole_file
from harness.sources.fetched import digest

FORM = "1"


def without_nesting(path: Path) -> tuple[Path, tuple[str, ...]]:
    """The file itself where its cells are plain, else a copy in the cache whose nested columns are text; and a note."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = parquet.read_schema(path)
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if not nested:
        return path, ()
    target = cache_dir("sources", "plain", digest(path), FORM) / path.name
    if not target.is_file():
        texts = pa.schema([pa.field(f.name, pa.string()) if f.name in nested else f for f in schema])
        with whole_file(target) as draft, parquet.ParquetWriter(draft, texts) as writer:
            for batch in parquet.ParquetFile(path).iter_batches(batch_size=10_000):
                columns = [
                    pa.array([_json(cell) for cell in column.to_pylist()], pa.string()) if name in nested else column
                    for name, column in zip(batch.schema.names, batch.columns, strict=True)
                ]
                writer.write_batch(pa.record_batch(columns, schema=texts))
    return target, (f"{len(nested)} columns hold lists or structures, which became text: {', '.join(nested[:8])}",)


def _json(cell: object) -> str | None:
    return None if cell is None else json.dumps(cell, ensure_ascii=False, default=str)
