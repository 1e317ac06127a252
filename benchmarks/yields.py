"""The yield of each layer of verification in a real run: `python -m benchmarks.yields [--list FILE] [--short]`.

Generates tasks of a committed list of tables with the rules engine (the run of `benchmarks.worth`: whichever command
comes second reads the log of the first) and prints what each layer let through, which checks sent something back, and
every formulation that was rejected with its reason. Intervals are Wilson's (1927), 95 %.
"""

import argparse
from pathlib import Path

from benchmarks.targets import DATA
from benchmarks.worth import made
from generation.report import GenerationReport
from generation.shares import wilson

LONGEST = 200


def show(found: GenerationReport) -> None:
    """The table of layers."""
    print(f"{len(found.datasets)} tables, {found.formulations} formulations, {found.verified} tasks kept\n")
    print("| layer | came in | sent back | repaired | rejected | kept | share | 95 % interval |")
    print("|---|---|---|---|---|---|---|---|")
    for row in found.layers:
        counts = f"{row.came} | {row.sent_back} | {row.repaired} | {row.rejected} | {row.kept}"
        share = f"{row.kept / row.came:.0%}" if row.came else "–"
        print(f"| {row.layer} | {counts} | {share} | [{row.low:.0%}, {row.high:.0%}] |")
    for name, kept in (
        ("all layers", found.verified),
        ("all but the outcome-based checks", found.without_outcome_based),
    ):
        low, high = wilson(kept, found.formulations)
        counts = f"{found.formulations} | – | – | {found.formulations - kept} | {kept}"
        print(f"| **{name}** | {counts} | {kept / found.formulations:.0%} | [{low:.0%}, {high:.0%}] |")


def show_reasons(found: GenerationReport) -> None:
    """The checks that sent something back, then each rejection."""
    print("\n| check | sent back | repaired | rejected |\n|---|---|---|---|")
    for row in found.turned_down:
        print(f"| {row.check} | {row.sent_back} | {row.repaired} | {row.rejected} |")
    print("\n| table | formulation | rejected by | reason |\n|---|---|---|---|")
    for one in found.rejected:
        source, reason = one.source.rpartition("_data/")[2].removesuffix(".pkl.compress"), one.reason[:LONGEST]
        print(f"| {source} | {one.formulation} | {one.stage} | {reason.replace('|', chr(92) + '|')} |")
    for dataset in found.datasets:
        if dataset.reason:
            print(f"no task: {dataset.source.rpartition('_data/')[2]}: {dataset.reason[:LONGEST]}")


def main() -> None:
    """Generate or read the log, and print."""
    words = argparse.ArgumentParser(description="What each layer of verification lets through.")
    words.add_argument("--list", type=Path, default=DATA / "worth_sources.txt")
    words.add_argument("--short", action="store_true", help="the table of layers alone")
    said = words.parse_args()
    found = made(said.list)
    show(found)
    if not said.short:
        show_reasons(found)


if __name__ == "__main__":
    main()
