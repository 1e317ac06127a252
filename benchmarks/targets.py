"""Does the rules engine ask for the column that people predict? `python benchmarks/targets.py`.

Lists of public datasets with the columns that people predict (`data/`): the published one; a second and a third,
decided from documentation before the engine had seen their tables, whose misses were looked at later; a fourth, of
whatever tables were left, also trials, survival and single series; and a fifth by the rule of the published list (a
column is predicted from the others). Of these two the misses of every second table were looked at while the present
rules were made, of the other half the totals alone. Sixth and seventh are drawn at random from what was left; the
misses of the sixth were looked at, of the seventh none. The eighth, of what was left then (half of its tables have
fewer than 150 rows), served to weigh the ratings of words.

A column counts by its name; `a|b` means either. Of the fourth a second reader gave three guesses a table, from the
documentation, without knowing the list: what somebody who reads reaches there, and on which tables two readers agree.
A second line of each list leaves out the tables of which no column that people predict can be learned from the others
(by the engine's own measure: R squared or 2 AUC - 1 no more than chance gives), or which the others give away, and
those of fewer than 150 rows: there is no task to be made of them. The intervals are Wilson's (1927), 95 %. What was
asked of a table is kept in the cache as long as the table, its help page and the code stay the same.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from benchmarks.help_pages import PACKAGE, documented
from generation import profile, rules
from generation.engines import CannotBeAsked
from generation.private_splits import PUBLIC
from generation.profile.source import profile_source
from generation.rules.brainstormer import FEWEST_ROWS, Questions
from generation.shares import wilson
from harness import sources
from harness.places import cache_dir, whole_file

LISTS = {
    "published": "targets.csv",
    "second": "targets_held_out.csv",
    "third": "targets_third.csv",
    "fourth": "targets_fourth.csv",
    "fifth": "targets_fifth.csv",
    "sixth": "targets_sixth.csv",
    "seventh": "targets_seventh.csv",
    "eighth": "targets_eighth.csv",
}
UNSEEN = ("seventh",)
TOGETHER = ("second", "third", "fourth", "fifth", "sixth", "seventh")  # the eighth is half of tables that are too small
HALF_SEEN = ("fourth", "fifth")  # the rows with an even index: the first, the third and so on
READ_TWICE, OPINIONS = "fourth", "opinions_fourth.csv"
DATA = Path(__file__).parent / "data"
LIMITS = {3: 0.90, 1: 0.70}


@dataclass(frozen=True)
class Known:
    """A dataset (a table of R's, or the source itself) and the columns that people predict."""

    package: str
    dataset: str
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the engine asked of it, best first; `hopeless` where no wanted column can be learned from the others.

    Nobody can make a task of such a column: verification would reject it.
    """

    known: Known
    targets: tuple[str, ...]
    hopeless: bool = False

    def among_first(self, count: int) -> bool:
        return any(target in self.known.wanted for target in self.targets[:count])


def read(file: str) -> list[Known]:
    """The datasets of a list."""
    with (DATA / file).open(encoding="utf-8", newline="") as stream:
        return [
            Known(row["package"], row["dataset"], tuple(row["targets"].split("|"))) for row in csv.DictReader(stream)
        ]


def second_reader(known: Sequence[Known]) -> list[Asked]:
    """The guesses of somebody who read the documentation of each table and did not know the list."""
    with (DATA / OPINIONS).open(encoding="utf-8", newline="") as stream:
        said = {row["dataset"]: row for row in csv.DictReader(stream)}
    guesses = [[said[one.dataset][place] for place in ("first", "second", "third")] for one in known]
    return [Asked(one, tuple(filter(None, found))) for one, found in zip(known, guesses, strict=True)]


def fingerprint(*packages: ModuleType) -> str:
    """One of what decides an outcome: the code, word lists and templates of packages."""
    found = hashlib.sha256()
    for package in packages:
        for path in sorted(Path(str(package.__file__)).parent.rglob("*")):
            if path.suffix in {".py", ".toml", ".j2"}:
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


def fetched(known: Known) -> sources.Fetched:
    """The table of one dataset, of R's with its help page."""
    return documented(known.dataset) if known.package == PACKAGE else sources.resolve(known.dataset)


def profiled(known: Known) -> profile.DatasetProfile:
    """The profile of one dataset; a table of R's has its own name."""
    name = known.dataset.rpartition("/")[2] if known.package == PACKAGE else ""
    return profile_source(fetched(known), name)


def ask(known: Known, version: str) -> Asked:
    """The targets of the first three formulations of one dataset."""
    kept = cache_dir("benchmarks", "targets", version) / f"{known.dataset.replace('/', '+')}.json"
    if not kept.is_file():
        questions = Questions(profiled(known), PUBLIC)
        found = Asked(known, tuple(one.target for one in questions.best(max(LIMITS))))
        # What is asked can be learned; the rest is looked at only where it was not.
        hopeless = not found.among_first(max(LIMITS)) and all(_hopeless(questions, name) for name in known.wanted)
        with whole_file(kept) as draft:
            draft.write_text(json.dumps([found.targets, hopeless]), encoding="utf-8")
    targets, hopeless = json.loads(kept.read_text(encoding="utf-8"))
    return Asked(known, tuple(targets), hopeless)


def _hopeless(questions: Questions, name: str) -> bool:
    """Whether the other columns tell hardly anything of a column, or all, or rows are too few; not where the engine
    refuses its form."""
    if questions.profile.rows < FEWEST_ROWS:
        return True
    try:
        return questions.unasked(name) is None
    except CannotBeAsked:
        return False


def row(name: str, asked: Sequence[Asked], first: int) -> str:
    """A line of the table."""
    hits, count = sum(one.among_first(first) for one in asked), len(asked)
    low, high = wilson(hits, count)
    return (
        f"| {name} | {count} | first {first} | {hits} | {hits / count:.0%} "
        f"| [{low:.0%}, {high:.0%}] | {LIMITS[first]:.0%} |"
    )


def _parts(name: str, asked: Sequence[Asked]) -> dict[str, Sequence[Asked]]:
    """The lines of one list: itself, its halves where one was looked at, and what a second reader found."""
    hopeful = [one for one in asked if not one.hopeless]
    found = {name: asked, f"{name}, where the others tell the column": hopeful}
    if name in HALF_SEEN:
        found |= {f"{name}, the half that was looked at": asked[::2], f"{name}, the other half": asked[1::2]}
    if name == READ_TWICE:
        reader = second_reader([one.known for one in asked])
        agreed = [one for one, other in zip(asked, reader, strict=True) if other.among_first(1)]
        found |= {f"{name}, a second reader": reader, f"{name}, where both readers agree": agreed}
    return found


def _seen(name: str, asked: Sequence[Asked]) -> Sequence[Asked]:
    """Whose misses may be shown."""
    return () if name in UNSEEN else asked[::2] if name in HALF_SEEN else asked


def _print(name: str, asked: Sequence[Asked]) -> None:
    for title, some in _parts(name, asked).items():
        for first in LIMITS:
            print(row(title, some, first), flush=True)


def main() -> None:
    """Print the table and, with --misses, what was asked instead."""
    words = argparse.ArgumentParser(description="The columns that people predict, and the engine's questions.")
    words.add_argument("--list", choices=list(LISTS), action="append", dest="lists", help="one of the lists alone")
    words.add_argument("--misses", action="store_true", help="show what was asked instead, never of an unseen half")
    words.add_argument("--processes", type=int, default=2)
    said = words.parse_args()
    version = fingerprint(profile, rules, sources)
    print("| list | datasets | among the | hits | share | 95 % interval | at least |\n|---|---|---|---|---|---|---|")
    found: dict[str, list[Asked]] = {}
    for name in said.lists or LISTS:
        known = read(LISTS[name])
        with ProcessPoolExecutor(said.processes) as pool:
            found[name] = asked = list(pool.map(ask, known, [version] * len(known)))
        _print(name, asked)
        for one in _seen(name, asked) if said.misses else ():
            if not one.among_first(1):
                mark = " " if one.among_first(3) else "MISSED "
                print(
                    f"  {mark}{one.known.dataset}: {'|'.join(one.known.wanted)}, asked {', '.join(one.targets) or '-'}"
                )
    if {*found} >= {*TOGETHER}:
        _print("second to seventh together", [one for name in TOGETHER for one in found[name]])


if __name__ == "__main__":
    main()
