"""The main job, from raw datasets to agreement: generate, verify, run, rate, compare. Done steps are not repeated."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

from generation.pipeline import generate
from generation.report import GenerationReport
from harness.agents.catalogue import AGENTS
from harness.logs.files import LogListing, log_files
from harness.package import CARD
from harness.places import shipped_tasks
from harness.results import read_listed, write_results
from harness.runs import run
from harness.schema import read_card
from harness.separation import Separation, separation
from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.results import read_table
from mlesmith.reports import CURATED, GENERATED, Report, report_on
from mlesmith.screen import Tick
from mlesmith.viewing import links_of
from mlesmith.yields import yield_of

Progress = Callable[[str], AbstractContextManager[Tick]]
TITLE = "mlesmith quickstart"


class Summary(BaseModel):
    """What `summary.json` holds; figures that are not known are null."""

    model_config = ConfigDict(frozen=True)

    datasets: int
    formulations: int
    verified: int
    curated: int
    agents: int
    cells: int
    errors: int
    seconds: float
    seconds_generate: float
    seconds_run: float
    pearson: float | None
    pearson_low: float | None
    pearson_high: float | None
    ccc: float | None
    ccc_low: float | None
    ccc_high: float | None
    ceiling: float | None
    too_few: str
    controls_hold: bool
    best_beats_constant: float
    some_two_differ: float
    page: str


class Outcome(BaseModel):
    """The summary with the objects that the terminal shows."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    summary: Summary
    generation: GenerationReport
    generated: Board
    comparison: Agreement | None
    separation: Separation


def sources() -> list[str]:
    """The datasets of the quickstart."""
    lines = files("mlesmith").joinpath("quickstart_sources.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def run_quickstart(out: Path, *, jobs: int, progress: Progress, uris: Sequence[str] | None = None) -> Outcome:
    """Run the whole line and write tasks/, logs/, results.parquet, leaderboard/ and summary.json below `out`.

    Raises:
        MachineError: no sandbox works here, or the package index can't be reached.
    """
    start = time.monotonic()
    with progress("Generating and verifying") as tick:
        generation = generate(
            uris or sources(), out=out / "tasks" / "generated", log_dir=out / "logs" / "generate", on_progress=tick
        )
    generated = time.monotonic()
    with progress("Running agents") as tick:
        cells, logs = _run_agents(out, jobs, tick)
    ran = time.monotonic()
    table = read_table(cells)
    report = report_on(table, first=GENERATED, generation=yield_of(generation), links=links_of(table, logs))
    apart = separation(out / "logs" / "run", cells)
    page = report.write(out / "leaderboard", TITLE)
    summary = Summary.model_validate(
        {
            "datasets": len(generation.datasets),
            "formulations": generation.formulations,
            "verified": generation.verified,
            "curated": int(cells.loc[cells["collection"] == CURATED, "task"].nunique()),
            "agents": int(cells["contestant"].nunique()),
            "cells": len(cells),
            "errors": int((cells["status"] == "error").sum()),
            "seconds": round(time.monotonic() - start, 1),
            "seconds_generate": round(generated - start, 1),
            "seconds_run": round(ran - generated, 1),
            "controls_hold": all(row.holds for shown in report.boards.values() for row in shown.controls),
            "best_beats_constant": apart.best_beats_constant,
            "some_two_differ": apart.some_two_differ,
            "page": str(page),
            **_figures(report),
        }
    )
    (out / "summary.json").write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return Outcome(
        summary=summary,
        generation=generation,
        generated=report.main,
        comparison=report.agreement,
        separation=apart,
    )


def _run_agents(out: Path, jobs: int, tick: Tick) -> tuple[pd.DataFrame, LogListing]:
    """The cells of all agents without a model on all tasks, and the logs that they were read from."""
    agents = [card.name for card in AGENTS.values() if card.kind in {"baseline", "control"}]
    tasks = [str(out / "tasks" / "generated"), *_curated()]
    log_dir = run(agents, [], tasks, log_dir=out / "logs" / "run", jobs=jobs, on_cell=tick)
    logs = log_files([str(log_dir)])
    cells, _ = read_listed(logs)
    write_results(cells, out / "results.parquet")
    return cells, logs


def _curated() -> list[str]:
    """The curated tasks that all baselines finish soon: those with the tag `lite`."""
    folders = sorted(card.parent for card in (shipped_tasks() / "curated").glob(f"*/{CARD}"))
    return [str(folder) for folder in folders if "lite" in read_card(folder).task.tags]


def _figures(report: Report) -> dict[str, float | str | None]:
    found = report.agreement
    if found is None:
        names = ("pearson", "pearson_low", "pearson_high", "ccc", "ccc_low", "ccc_high", "ceiling")
        return {**dict.fromkeys(names), "too_few": report.unsaid or "the two sides have no board in common"}
    return {
        "pearson": found.r.value,
        "pearson_low": found.r.low,
        "pearson_high": found.r.high,
        "ccc": found.ccc.value,
        "ccc_low": found.ccc.low,
        "ccc_high": found.ccc.high,
        "ceiling": found.noise.ceiling if found.noise else None,
        "too_few": found.too_few,
    }
