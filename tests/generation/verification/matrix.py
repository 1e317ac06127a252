"""`python -m tests.generation.verification.matrix [--write]`: every seeded fault through the whole battery.

Prints the faults with the checks that fail on each, the catch rate, and for each check how many faults would get
through without it; with `--write` that becomes docs/faults.md, too. What was run under the same code is not run again:
results are kept in the cache.
"""

import sys
from pathlib import Path

import anyio

from generation.shares import wilson
from generation.verification.findings import Layer
from generation.verification.registry import Check, catalogue
from tests.generation.verification.good_bases import BASES
from tests.generation.verification.listed import malformed_page, mutants_page
from tests.generation.verification.seeded.corpus import FAULTS
from tests.generation.verification.seeded.fault import Fault
from tests.generation.verification.seeded.running import Outcome, outcomes

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
UNBROKEN = tuple(Fault(f"unbroken_{base}", "", "nothing", base=base) for base in BASES)
SHOWN = 6
# Checks without a fault that they alone catch, and why they stay.
STAYS = {
    "structure.parses": "what does not parse fails when it is run, too; but the other checks of the text see only what "
    "parses, and nothing of a package is run before they all have passed",
    "data.prepares": "without tables no other check is asked, which is never a pass; only this one says what went "
    "wrong, so that a stage can mend it",
    "grading.permutation_invariant": "the harness aligns rows and columns before a metric sees them, so that no "
    "package can break it; it watches the harness",
    "data.answers_not_public": "the cheats that win by such files stop the same packages; this one names the file, "
    "also where the answers in it are too few or too rough to win by",
    "data.duplicates_across": "an agent that looks copies up wins where they are many; this one counts them where "
    "they are few, too",
    "execution.verdict_bare": "the command is the harness's own, so that no package can break it; it watches the "
    "harness",
    "review.reading": "a language model's; without one it is not run, and the verdict says so",
}
HEAD = """\
# What the battery catches

Packages broken on purpose, each a small edit of a good one, through the whole battery in real sandboxes; and what is
tried on every task besides. This page is written by `python -m tests.generation.verification.matrix --write`; adding a
fault or a check is told in [CONTRIBUTING](../CONTRIBUTING.md#a-check-and-its-fault).
"""


def is_caught(fault: Fault, outcome: Outcome) -> bool:
    """Whether the check that is meant for a fault fails; any other does not count."""
    return fault.caught_by in outcome.failed


def alone(found: dict[str, Outcome]) -> dict[str, list[str]]:
    """For each check the faults that get through where it is switched off, and only it."""
    made: dict[str, list[str]] = {check.id: [] for check in catalogue()}
    for name, outcome in found.items():
        if len(outcome.failed) == 1 and not outcome.besides and outcome.failed[0] in made:
            made[outcome.failed[0]].append(name)
    return made


def rate(found: dict[str, Outcome]) -> str:
    """The catch rate in a sentence, with its interval."""
    caught = sum(is_caught(fault, found[fault.name]) for fault in FAULTS)
    low, high = wilson(caught, len(FAULTS))
    good = sum(found[one.name].passes for one in UNBROKEN)
    return (
        f"{caught} of {len(FAULTS)} faults are caught by the check that is meant for them "
        f"(95 % interval {low:.1%} to {high:.1%}, Wilson); "
        f"{good} of {len(UNBROKEN)} packages that are not broken pass."
    )


def fault_lines(found: dict[str, Outcome]) -> list[str]:
    """The table of faults."""
    lines = ["| fault | what was broken | base task | check meant | caught | also stopped by |", "|---" * 6 + "|"]
    for fault in FAULTS:
        outcome = found[fault.name]
        also = [name for name in outcome.failed if name != fault.caught_by]
        also += outcome.besides if len(outcome.besides) <= SHOWN else [f"{len(outcome.besides)} more, not asked"]
        words = [
            fault.name,
            fault.broken,
            fault.base,
            fault.caught_by,
            "yes" if is_caught(fault, outcome) else "**no**",
        ]
        lines.append(f"| {' | '.join([*words, ', '.join(also) or '-'])} |")
    return lines


def check_lines(found: dict[str, Outcome]) -> list[str]:
    """The table of checks."""
    single = alone(found)
    lines = ["| check | protects from | faults meant for it | faults that it alone catches |", "|---" * 4 + "|"]
    for check in catalogue():
        meant = sum(fault.caught_by == check.id for fault in FAULTS)
        only = len(single[check.id])
        lines.append(f"| {check.id} | {check.protects} | {meant} | {only or f'0: {stays(check)}'} |")
    return lines


def stays(check: Check) -> str:
    """Why a check stays that catches nothing alone."""
    return STAYS.get(check.id, "**no reason is given**")


def summary(found: dict[str, Outcome]) -> list[str]:
    """The figures in sentences."""
    single = alone(found)
    needed = [check for check in catalogue() if single[check.id]]
    texts = sum(check.layer is Layer.STRUCTURE for check in needed)
    rest = [check.id for check in catalogue() if not single[check.id]]
    return [
        rate(found),
        f"{len(needed)} of {len(catalogue())} checks are needed: with one of them switched off a fault gets through "
        f"({texts} of them read texts alone, {sum(check.outcome_based for check in needed)} look at how models do). "
        f"Without such a fault: {', '.join(rest) or 'none'}.",
        f"The faults start from {len({fault.base for fault in FAULTS})} tasks: "
        + ", ".join(f"{base} ({sum(fault.base == base for fault in FAULTS)})" for base in BASES)
        + ".",
    ]


def page(found: dict[str, Outcome]) -> str:
    """docs/faults.md."""
    told = {base: found[f"unbroken_{base}"].told for base in BASES}
    parts = [
        HEAD,
        *(f"{line}\n" for line in summary(found)),
        "## Faults\n",
        "`also stopped by` names every other check that fails on it, or that could not be asked because of it. Where "
        "a text is at fault nothing is executed; such packages were verified again without the checks that failed.\n",
        "\n".join([*fault_lines(found), ""]),
        "## Checks\n",
        "\n".join([*check_lines(found), ""]),
        malformed_page({base: one.get("grading.malformed_refused", "") for base, one in told.items()}),
        mutants_page({base: one.get("grading.mutants_caught", "") for base, one in told.items()}),
    ]
    return "\n".join(parts)


def main(words: list[str]) -> int:
    """Run what is missing, print, write; 1 where a fault gets away or a good package is refused."""
    found = anyio.run(outcomes, (*UNBROKEN, *FAULTS))
    for fault in FAULTS:
        outcome = found[fault.name]
        mark = " " if is_caught(fault, outcome) else "!"
        failed = ", ".join((*outcome.failed, *(f"({name})" for name in outcome.besides)))
        sys.stdout.write(f"{mark} {fault.name}: {fault.caught_by} | {failed}\n")
    for name, outcome in ((one.name, found[one.name]) for one in UNBROKEN):
        if not outcome.passes:
            sys.stdout.write(f"! {name}: {', '.join((*outcome.failed, *outcome.besides))}\n")
    sys.stdout.write("\n" + "\n".join(summary(found)) + "\n")
    if "--write" in words:
        PAGE.write_text(page(found), encoding="utf-8")
    whole = all(is_caught(fault, found[fault.name]) for fault in FAULTS)
    return 0 if whole and all(found[one.name].passes for one in UNBROKEN) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
