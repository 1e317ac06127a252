"""What the deterministic battery costs: `python -m benchmarks.battery [--only NAME] [--repeat N] [--rows N]`.

Three tasks of 10,000 rows and 20 columns and the same of 1,000 rows (real tables, widened by shuffled columns of their
own), written by the rules engine and verified by `mlesmith verify`, each in a process of its own: processor time of
the program and of all its sandboxes, the most memory that the program held, and with all its sandboxes. Raw data is on
this machine and what an agent can read is listed before (both once for a machine); nothing of the task is prepared.

The limits are of the battery without the program's start (Python and its imports, once for any number of tasks), which
is what the same command takes on a package that is refused before anything is executed.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from benchmarks.help_pages import uri
from benchmarks.large_tables import widened
from benchmarks.measuring import Measured, measured
from generation.engines import open_engine
from generation.profile.source import profile_source
from generation.rules.brainstormer import formulations
from harness.package import TaskPackage
from harness.sources import resolve

COLUMNS = 20
LIMITS = {1_000: 8.0, 10_000: 20.0}
MOST_MB = 1024
MOST_ASKED = 10
HEADER = (
    "| task | rows x columns | wall s | CPU s | of which the program | without its start | at most "
    "| peak MB of the program | with all its sandboxes | at most | verdict |\n" + "|---" * 11 + "|"
)


@dataclass(frozen=True)
class Question:
    """A table of R's and the column that is asked for."""

    name: str
    dataset: str
    target: str


QUESTIONS = (
    Question("number", "ggplot2/diamonds", "price"),
    Question("labels", "ggplot2/diamonds", "cut"),
    Question("probability", "DAAG/nassCDS", "dead"),
)


class NotAsked(SystemExit):
    """The engine does not ask for the column any more: choose another table."""


def package(source: str, target: str) -> TaskPackage:
    """The package that the rules engine writes for one column of a source."""
    fetched = resolve(source)
    profile = profile_source(fetched)
    asked = {one.target: one for one in formulations(profile, limit=MOST_ASKED)}
    if target not in asked:
        raise NotAsked(f"{source}: of {', '.join(asked) or 'nothing'} instead of {target} a task would be made")
    engine = open_engine("rules")

    async def written() -> TaskPackage:
        design = await engine.designer.design(profile, asked[target])
        return await engine.refactor.refactor(design, profile, fetched)

    return anyio.run(written)


def verify(task: Path, cache: Path) -> Measured:
    """`mlesmith verify` of a package, prepared data removed before."""
    shutil.rmtree(cache / "prepared", ignore_errors=True)
    command = [sys.executable, "-m", "mlesmith", "verify", str(task), "--json"]
    found = measured(command, {"MLESMITH_CACHE": str(cache)})
    if found.code not in (0, 1):
        raise SystemExit(f"{task.name} ended with exit code {found.code}:\n{found.output}")
    return found


def middle(runs: Sequence[Measured]) -> Measured:
    """The middle run by processor time."""
    return sorted(runs, key=lambda one: one.cpu_s)[len(runs) // 2]


def start_s(task: Path, cache: Path, repeat: int) -> float:
    """Processor time of the command on a package whose prepare.py is no Python."""
    refused = task.parent.parent / "refused" / task.name
    shutil.copytree(task, refused, dirs_exist_ok=True)
    (refused / "prepare.py").write_text("def (", encoding="utf-8")
    return middle([verify(refused, cache) for _ in range(repeat)]).cpu_s


def line(name: str, rows: int, runs: Sequence[Measured], start: float) -> str:
    """The row of a task."""
    run = middle(runs)
    report = next(iter(json.loads(run.output).values()))
    failed = [one["id"] for one in report["checks"] if one["verdict"] == "fail"]
    cells = (
        name,
        f"{rows:,} x {COLUMNS}",
        *(f"{seconds:.1f}" for seconds in (run.wall_s, run.cpu_s, run.own_s, run.cpu_s - start)),
        f"{LIMITS[rows]:.0f}",
        f"{run.peak_mb:.0f}",
        f"{run.peak_all_mb:.0f}",
        str(MOST_MB),
        ", ".join([report["verdict"], *failed]),
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the tasks, verify them, print."""
    words = argparse.ArgumentParser(description="Processor time and memory of the whole battery.")
    words.add_argument("--only", action="append", choices=[one.name for one in QUESTIONS])
    words.add_argument("--rows", type=int, action="append", choices=list(LIMITS))
    words.add_argument("--repeat", type=int, default=3, help="the middle one counts")
    words.add_argument("--keep", type=Path, help="keep tasks and cache in this folder, for a profiler")
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlesmith-benchmark-") as temporary:
        folder = said.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        cache, start = folder / "cache", 0.0
        print(HEADER, flush=True)
        for rows in said.rows or LIMITS:
            for one in QUESTIONS:
                if said.only and one.name not in said.only:
                    continue
                table = widened(uri(one.dataset), one.name, rows, COLUMNS, folder)
                task = package(str(table), one.target).write(folder / "tasks")
                if not start:
                    verify(task, cache)
                    start = start_s(task, cache, said.repeat)
                runs = [verify(task, cache) for _ in range(said.repeat)]
                print(line(one.name, rows, runs, start), flush=True)
        print(f"\nThe start of the program: {start:.1f} s.")


if __name__ == "__main__":
    main()
