"""Which of several files is the table: the one that is named, the parts of one table, or the one that stands out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath

from harness.sources.fetched import SourceError

PACKED = r"(\.(gz|bz2|xz|zst))?"
TABLES = re.compile(
    r"(?i)\.(csv|tsv|tab|parquet|pq|json|jsonl|ndjson|data|dat|xlsx|xlsm|xlsb|xls|ods|arff|rda|rdata|rds|pkl|pickle|joblib)"
    + PACKED
    + "$"
)
PLAIN = re.compile(r"(?i)\.txt" + PACKED + "$")
# What lies beside a table and is none: how to hand in, what the columns mean, how the package is made.
BESIDE = re.compile(
    r"(?i)^(readme|licen[cs]e|copying|citation|changelog|notice|code_?book|dictionary|sample_?submission|dataset_infos?"
    r"|dataset-metadata|croissant|package(-lock)?\.json|metadata)|(data_?dictionary|code_?book|_names|schema)\."
)
NUMBER = re.compile(r"\d+")
STANDS_OUT = 10
SHOWN = 8


@dataclass(frozen=True)
class Candidates:
    """Files by name with their sizes in bytes; `header` gives the column names of one where that can be told."""

    where: str
    sizes: Mapping[str, int]
    header: Callable[[str], tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Chosen:
    """The files that make up the table, in the order of their names, and how they were chosen."""

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def is_table(name: str) -> bool:
    """Whether a file's name says that it is a table, and not what lies beside one."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and not BESIDE.search(path.name) and TABLES.search(path.name) is not None


def choose(among: Candidates, named: str = "") -> Chosen:
    """The table among files.

    Raises:
        SourceError: no such file, none at all, or no telling which is meant; the message names the candidates.
    """
    if named:
        return _named(among, named)
    names = sorted(name for name in among.sizes if is_table(name) and among.sizes[name])
    names = names or sorted(
        name for name in among.sizes if PLAIN.search(name) and not BESIDE.search(PurePosixPath(name).name)
    )
    if not names:
        there = ", ".join(sorted(among.sizes)[:SHOWN]) or "nothing"
        raise SourceError(f"{among.where} holds no table (CSV, TSV, Parquet, JSON, Excel, …). In it: {there}.")
    if len(names) == 1:
        return Chosen((names[0],))
    return _parts(names) or _train_and_test(names, among) or _largest(names, among)


def _named(among: Candidates, named: str) -> Chosen:
    folder = sorted(name for name in among.sizes if name.startswith(f"{named.rstrip('/')}/") and is_table(name))
    if named in among.sizes:
        return Chosen((named,))
    if folder:
        return choose(Candidates(f"{among.where}#{named}", {name: among.sizes[name] for name in folder}, among.header))
    same = [name for name in sorted(among.sizes) if PurePosixPath(name).name == named]
    if len(same) == 1:
        return Chosen((same[0],))
    near = get_close_matches(named, sorted(among.sizes), n=4, cutoff=0.4) or sorted(filter(is_table, among.sizes))
    raise SourceError(f"{among.where} holds no file {named!r}. Near names: {', '.join(near[:SHOWN]) or 'none'}.")


def _parts(names: list[str]) -> Chosen | None:
    """Files whose names differ in one number alone are the parts of one table."""
    shapes = {NUMBER.sub("#", name) for name in names}
    if len(shapes) > 1 or "#" not in shapes.pop():
        return None
    return Chosen(tuple(names), (f"{len(names)} parts were joined in the order of their names: {_listed(names)}",))


def _train_and_test(names: list[str], among: Candidates) -> Chosen | None:
    """A train and a test file are one table where they have the same columns; else the train file is the table."""
    roles = {role: [name for name in names if _role(name) == role] for role in ("train", "valid", "test")}
    known = [name for role in roles.values() for name in role]
    if not roles["train"] or not roles["test"] or sorted(known) != names or among.header is None:
        return None
    headers = {among.header(name) for name in known}
    if len(headers) == 1:
        return Chosen(tuple(known), (f"the parts {_listed(known)} have the same columns and were joined",))
    if len(roles["train"]) > 1:
        return None
    return Chosen((roles["train"][0],), (f"{roles['train'][0]} was taken; {_listed(roles['test'])} has other columns",))


def _role(name: str) -> str:
    words = re.split(r"[^a-z]+", PurePosixPath(name).name.lower())
    found = {"train" if w in {"train", "training"} else "test" if w in {"test", "testing"} else "" for w in words}
    found |= {"valid" for w in words if w in {"valid", "validation", "val", "dev"}}
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _largest(names: list[str], among: Candidates) -> Chosen:
    """The largest file where no other comes near it.

    Raises:
        SourceError: that would be a guess.
    """
    first, second = sorted(names, key=lambda name: -among.sizes[name])[:2]
    if among.sizes[first] >= STANDS_OUT * among.sizes[second]:
        return Chosen((first,), (f"{first} was taken, by far the largest of {len(names)} tables",))
    plain = among.where.partition("#")[0]
    raise SourceError(
        f"{among.where} holds {len(names)} tables, and none stands out: {_listed(names)}. Name one: {plain}#{first}."
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
