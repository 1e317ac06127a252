"""Runs inside a sandbox: reads records in JSON (lines, or one document) and writes their cells as CSV."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

DEEPEST = 5
WIDEST = 20_000
SHOWN = 60


def main(source: str, target: str, wanted: str) -> None:
    """Write the records of `source`, or of its entry named `wanted`, to `target`."""
    flat = [dict(cells(record)) for record in records(Path(source), wanted)]
    names = list(dict.fromkeys(name for record in flat for name in record))
    if len(names) > WIDEST:
        raise SystemExit(f"its records have {len(names)} names together, which is no table")
    if len(names) < 2:
        raise SystemExit(f"its records have {len(names)} names; at least two are needed")
    with Path(target).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)


def records(source: Path, wanted: str) -> Iterator[Mapping[str, object]]:
    """The records one by one, numbers still as the text that they were written in."""
    content = source.read_bytes().decode("utf-8-sig")
    try:
        found = parse(content)
    except RecursionError as error:
        raise SystemExit("it is nested too deep for a table") from error
    except json.JSONDecodeError:
        found = list(lines(content))
    for place, record in enumerate(table(found, wanted), start=1):
        if not isinstance(record, dict):
            raise SystemExit(f"record {place} is {str(record)[:SHOWN]!r}, and an object with named cells is expected")
        yield record


def lines(content: str) -> Iterator[object]:
    """One document a line."""
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                yield parse(line)
            except (json.JSONDecodeError, RecursionError) as error:
                raise SystemExit(f"line {number} is no JSON ({error}): {line[:SHOWN]!r}") from error


def parse(content: str) -> object:
    """A document whose numbers stay as they are written."""
    return json.loads(content, parse_int=str, parse_float=str, parse_constant=lambda _word: None)


def table(found: object, wanted: str) -> Iterable[object]:
    """The list of records in a document: the document itself, one of its entries, or its columns turned.

    Raises:
        SystemExit: there is none, or several and none was named.
    """
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        raise SystemExit(f"it holds {str(found)[:SHOWN]!r}, and a list of records is expected")
    if not wanted and isinstance(found.get("columns"), list) and isinstance(found.get("data"), list):
        return [dict(zip(map(str, found["columns"]), row, strict=False)) for row in found["data"]]
    lists = {name: entry for name, entry in found.items() if isinstance(entry, list) and entry}
    of_records = [name for name, entry in lists.items() if isinstance(entry[0], dict)]
    if wanted in of_records or (not wanted and len(of_records) == 1):
        return lists[wanted or of_records[0]]
    if of_records:
        raise SystemExit(f"it holds several lists of records; name one by #NAME: {', '.join(of_records)}")
    if len(lists) >= 2 and len({len(entry) for entry in lists.values()}) == 1:
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    raise SystemExit(f"it is one object ({', '.join(list(found)[:8])}), and a list of records is expected")


def cells(record: Mapping[str, object], above: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The cells of a record by name; those of an object inside it are called `outer.inner`, lists stay as JSON."""
    for name, value in record.items():
        full = f"{above}{name}"
        if isinstance(value, dict) and value and depth < DEEPEST:
            yield from cells(value, f"{full}.", depth + 1)
        elif isinstance(value, dict | list):
            yield full, json.dumps(value, ensure_ascii=False)
        elif isinstance(value, bool):
            yield full, str(value).lower()
        else:
            yield full, "" if value is None else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
