"""From logs to a page, beside Inspect's own readers: `python -m benchmarks.reading`, about five minutes.

Templates are logs of a real run of baselines on a curated task. Of these, logs are written by Inspect's own writer into
a temporary folder, with other contestants, tasks, scores and ids. Each figure is a process of its own, its start
counted; Inspect's is one that reads header and summaries of every log and does nothing with them.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from inspect_ai.log import EvalLog, EvalSample, read_eval_log, write_eval_log
from shortuuid import uuid

from benchmarks.measuring import Measured, measured
from harness.runs import run

TASK = "pima_diabetes"
AGENTS = ("constant", "linear")
NEW = 10
LIMIT_WALL_S, LIMIT_MB, LIMIT_RATIO, LIMIT_AGAIN_S = 60.0, 1500.0, 1.3, 5.0
PARTS = {
    "modality": ("tabular", "text", "image"),
    "objective": ("binary", "multiclass"),
    "difficulty": ("easy", "medium", "hard"),
}
INSPECT = """
import sys
from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries
logs = list_eval_logs(sys.argv[1])
headers = [read_eval_log(log, header_only=True) for log in logs]
print(len(headers), sum(len(read_eval_log_sample_summaries(log)) for log in logs))
"""


@dataclass(frozen=True)
class Shape:
    """`contestants` times `tasks` cells in logs of `each` samples."""

    contestants: int
    tasks: int
    each: int

    @property
    def name(self) -> str:
        logs = self.contestants * self.tasks // self.each
        return f"{logs:,} logs, {self.contestants} contestants x {self.tasks} tasks, {self.each} a log"


Cells = tuple[int, Sequence[int]]


def cells_of(shape: Shape) -> Iterator[Cells]:
    """The contestant of each log and its tasks."""
    for contestant in range(shape.contestants):
        for first in range(0, shape.tasks, shape.each):
            yield contestant, range(first, first + shape.each)


def write_logs(folder: Path, templates: Sequence[Path], logs: Sequence[Cells]) -> None:
    """Write logs from templates, two processes at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(2) as pool:
        pool.starmap(_write_some, [(folder, templates, logs[part::2]) for part in range(2)])


def _write_some(folder: Path, templates: Sequence[Path], logs: Sequence[Cells]) -> None:
    whole = [read_eval_log(str(path)) for path in templates]
    for contestant, tasks in logs:
        template = whole[contestant % len(whole)]
        write_eval_log(_log(template, contestant, tasks), str(folder / _name(contestant, tasks)))


def _name(contestant: int, tasks: Sequence[int]) -> str:
    return f"2026-01-01T00-00-00-00-00_suite_{contestant:03d}x{tasks[0]:04d}.eval"


def _log(template: EvalLog, contestant: int, tasks: Sequence[int]) -> EvalLog:
    assert template.samples
    samples = [_sample(template.samples[0], contestant, task) for task in tasks]
    ids = [sample.id for sample in samples]
    dataset = template.eval.dataset.model_copy(update={"sample_ids": ids, "samples": len(ids)})
    about = template.eval.model_copy(update={"task_id": uuid(), "eval_id": uuid(), "dataset": dataset})
    return template.model_copy(update={"eval": about, "samples": samples})


def _sample(template: EvalSample, contestant: int, task: int) -> EvalSample:
    random = np.random.default_rng([contestant, task])
    who = {"contestant": f"agent{contestant:02d}", "family": f"family{contestant % 12:02d}"}
    what = {"task": f"task_{task:03d}", "cluster": f"dataset_{task * 3 // 4:03d}"}
    sorts = {name: values[task % len(values)] for name, values in PARTS.items()}
    assert template.scores
    ((scorer, score),) = template.scores.items()
    found = float(np.round(0.5 + 0.004 * contestant + random.normal(0, 0.05), 5))
    value = {"score": found, "valid": 1, "normalized": found}
    told = score.model_copy(
        update={"value": value, "metadata": {**(score.metadata or {}), **who, "task": what["task"]}}
    )
    return template.model_copy(
        update={
            "id": what["task"],
            "uuid": uuid(),
            "metadata": {**template.metadata, **who, **what, **sorts},
            "scores": {scorer: told},
            "working_time": float(random.gamma(2, 10)),
        }
    )


def figures(shape: Shape, templates: Sequence[Path], folder: Path) -> list[tuple[str, Measured]]:
    """Inspect's readers, the first page, and the page after new logs came."""
    logs, place = list(cells_of(shape)), folder / "logs"
    write_logs(place, templates, logs[: len(logs) - NEW])
    ours = [sys.executable, "-m", "mlesmith", "leaderboard", str(place), "--out", str(folder / "board")]
    own_cache = {"MLESMITH_CACHE": str(folder / "cache")}
    found = [
        ("Inspect's readers alone: header and summaries", measured([sys.executable, "-c", INSPECT, str(place)])),
        ("mlesmith, to a page", measured(ours, own_cache)),
    ]
    write_logs(place, templates, logs[len(logs) - NEW :])
    found.append((f"mlesmith again, {NEW} new logs", measured(ours, own_cache)))
    for what, one in found:
        if one.code:
            raise SystemExit(f"{what}: exit code {one.code}\n{one.output}")
    return found


def table(shape: Shape, found: Sequence[tuple[str, Measured]]) -> str:
    """The figures in Markdown, with the limits."""
    (_, theirs), (_, first), _ = found
    limits = [
        "",
        f"{LIMIT_WALL_S:.0f} s, {LIMIT_MB:,.0f} MB, {LIMIT_RATIO} x Inspect's ({first.wall_s / theirs.wall_s:.2f} x)",
        f"{LIMIT_AGAIN_S:.0f} s",
    ]
    lines = [f"| {shape.name} | wall s | processor s | peak MB | at most |", "|---|---|---|---|---|"]
    for (what, one), limit in zip(found, limits, strict=True):
        lines.append(f"| {what} | {one.wall_s:.1f} | {one.cpu_s:.1f} | {one.peak_all_mb:.0f} | {limit} |")
    return "\n".join(lines)


def main() -> None:
    """Print a table for each shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contestants", type=int, default=50)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--keep", type=Path, help="write here, and leave it there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = asked.keep or Path(temporary)
        real = run(list(AGENTS), [], [TASK], log_dir=root / "real")
        templates = sorted(real.glob("*.eval"))
        for each in (1, asked.tasks):
            shape = Shape(asked.contestants, asked.tasks, each)
            print(table(shape, figures(shape, templates, root / f"each{each}")), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
