"""Are the tasks kept worth an agent's time? `python -m benchmarks.worth [--list FILE]`.

Generates tasks of a committed list of tables with the rules engine and prints, over the tasks kept: on how many the
best probe beats the constant by more than the 95 % interval of their paired difference, and on how many some two of the
learning probes differ by more than the simultaneous interval over all their pairs, both with Wilson intervals. Then
each task's figures, and what was rejected and why. A second call with the same code reads the log of the first.
"""

import argparse
from pathlib import Path

from benchmarks.help_pages import uri
from benchmarks.targets import DATA
from generation.pipeline import generate
from generation.report import GenerationReport
from generation.shares import wilson
from harness.places import cache_dir

LIMITS = {"the best probe beats the constant": 0.85, "some two learning probes differ": 0.80}


def sources(path: Path) -> list[str]:
    """The sources of a list, a name a line."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [uri(line) for line in lines if line and not line.startswith("#")]


def show(found: GenerationReport) -> None:
    """Both shares, then the tasks, then the rejected."""
    judged = [task for task in found.tasks if task.worth is not None]
    worths = [task.worth for task in judged if task.worth is not None]
    print(f"{len(found.datasets)} tables, {found.formulations} formulations, {found.verified} tasks kept")
    print("\n| of the tasks kept | hits | share | 95 % interval | at least |\n|---|---|---|---|---|")
    said = ([one.beats_constant for one in worths], [one.two_differ for one in worths])
    for (name, limit), hits in zip(LIMITS.items(), said, strict=True):
        low, high = wilson(sum(hits), len(hits))
        share = f"{sum(hits) / len(hits):.0%} | [{low:.0%}, {high:.0%}] | {limit:.0%}"
        print(f"| {name} | {sum(hits)} of {len(hits)} | {share} |")
    print("\n| task | objective | difficulty | simple | strong | best | gain over the constant | two differ |")
    print("|---|---|---|---|---|---|---|---|")
    for task, one in zip(judged, worths, strict=True):
        gain = f"{one.gain.value:.3g} [{one.gain.low:.3g}, {one.gain.high:.3g}]"
        way = f"{one.way.get('simple', float('nan')):.2f} | {one.way.get('strong', float('nan')):.2f} | {one.best}"
        differ = "yes" if one.two_differ else "no"
        print(f"| {task.id} | {task.objective} | {one.difficulty} | {way} | {gain} | {differ} |")
    for row in found.rejected:
        print(f"rejected: {row.source.rpartition('_data/')[2]} {row.formulation} ({row.stage}): {row.reason[:160]}")
    for dataset in found.datasets:
        if dataset.reason:
            print(f"no task: {dataset.source.rpartition('_data/')[2]}: {dataset.reason[:160]}")


def made(path: Path) -> GenerationReport:
    """The run over a list, or its log."""
    place = cache_dir("benchmarks", "worth")
    return generate(sources(path), out=place / "tasks", log_dir=place / "logs", against=[])


def main() -> None:
    """Generate or read the log, and print."""
    words = argparse.ArgumentParser(description="What the tasks kept are worth, measured by probes.")
    words.add_argument("--list", type=Path, default=DATA / "worth_sources.txt")
    said = words.parse_args()
    show(made(said.list))


if __name__ == "__main__":
    main()
