"""What the commands show on the terminal."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlesmith.screen import ANSWERS, say, show_facts, show_table

if TYPE_CHECKING:
    import pandas as pd

    from generation.report import GenerationReport
    from generation.verification.report import VerificationReport
    from leaderboards.agreement import Agreement
    from leaderboards.board import Board
    from leaderboards.coefficients import Interval

LONGEST_REASON = 160


def show_generation(report: "GenerationReport") -> None:
    """Datasets, verified tasks, rejected formulations with reasons, the yield of each layer."""
    datasets = [
        (row.name or row.source, row.rows, row.drawn or "all", row.formulations, row.verified, row.status)
        for row in report.datasets
    ]
    columns = ("dataset", "rows", "drawn", "asked", "verified", "status")
    show_table("Datasets", columns, datasets, right=("rows", "drawn", "asked", "verified"))
    if report.tasks:
        tasks = [(row.id, row.objective, row.metric, row.question) for row in report.tasks]
        show_table("\nVerified tasks", ("id", "objective", "metric", "question"), tasks)
    show_rejections(report)
    show_yield(report)
    say(
        f"\n{report.verified} of {report.formulations} formulations verified (without reviews), {report.seconds:.0f} s."
    )


def show_yield(report: "GenerationReport") -> None:
    """What each layer let through, and the checks that something failed."""
    rows = [
        (row.layer, row.came, row.sent_back, row.repaired, row.rejected, row.kept, f"[{row.low:.0%}, {row.high:.0%}]")
        for row in report.layers
    ]
    columns = ("layer", "came in", "sent back", "repaired", "rejected", "kept", "95 % interval")
    show_table("\nYield", columns, rows, right=columns[1:])
    failing = [(row.check, row.sent_back, row.repaired, row.rejected) for row in report.turned_down]
    if failing:
        counts = ("sent back", "repaired", "rejected")
        show_table("\nChecks that failed", ("check", *counts), failing, right=counts)


def show_rejections(report: "GenerationReport") -> None:
    """Every formulation and dataset that was turned down, with its reason."""
    rows = [(row.formulation, row.stage, row.reason[:LONGEST_REASON]) for row in report.rejected]
    rows += [(row.name or row.source, "dataset", row.reason[:LONGEST_REASON]) for row in report.datasets if row.reason]
    if rows:
        show_table("\nRejected", ("what", "at", "why"), rows)


def show_verifications(reports: Mapping[str, "VerificationReport"]) -> None:
    """Each check of each task: verdict, figure, limit, evidence."""
    for name, report in reports.items():
        rows = [
            (item.id, item.verdict.value, item.figure, item.limit, item.where, item.evidence[:LONGEST_REASON])
            for item in report.checks
        ]
        columns = ("check", "verdict", "figure", "limit", "where", "evidence")
        show_table(f"{name}: {report.verdict}, reviews not run", columns, rows, right=("figure", "limit"))


def show_cells(cells: "pd.DataFrame", log_dir: Path) -> None:
    """Scores by contestant and task, and how to go on."""
    graded = cells.assign(cell=[_cell(row) for row in cells.to_dict(orient="records")])
    table = graded.pivot_table(index="contestant", columns="task", values="cell", aggfunc="first", fill_value="")
    rows = [(name, *row) for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)]
    show_table("Cells", ("contestant", *map(str, table.columns)), rows)
    say(f"Logs: {log_dir}. Next: mlesmith leaderboard {log_dir}, or inspect view --log-dir {log_dir}.")


def _cell(row: Mapping[object, object]) -> str:
    score = row["score"]
    return (
        f"{score:.5g}" if isinstance(score, float) and row["status"] == "graded" else f"{row['status']} {row['reason']}"
    )


def show_board(board: "Board", page: Path | None = None) -> None:
    """The leaderboard with its intervals and rank ranges."""
    rows = [
        (
            row.rank,
            row.contestant,
            row.rating and round(row.rating),
            _range(row.low, row.high),
            _ranks(row),
            row.valid_rate,
        )
        for row in board.rows
    ]
    columns = ("rank", "contestant", "Elo", "95 % interval", "ranks", "valid")
    show_table(board.heading, columns, rows, right=("rank", "Elo", "valid"))
    for control in board.controls:
        mark = "as it must" if control.holds else f"NOT as it must: {', '.join(control.against[:3])}"
        say(f"control {control.contestant}: {control.expectation} in {control.cells} cells, {mark}")
    for note in board.notes:
        say(note)
    if page is not None:
        say(f"Page: {page}")


def _range(low: float | None, high: float | None) -> str:
    ends = ["open" if end is None else f"{end:.0f}" for end in (low, high)]
    return f"[{ends[0]}, {ends[1]}]"


def _ranks(row: object) -> str:
    low, high = getattr(row, "rank_low", None), getattr(row, "rank_high", None)
    return "–" if low is None else str(low) if low == high else f"{low}–{high}"


def show_agreement(found: "Agreement") -> None:
    """r and CCC with their intervals and the ceiling, and whether there is enough to judge."""
    facts: dict[str, object] = {
        "contestants": len(found.points),
        "Pearson r": _interval(found.r),
        "Lin's CCC": _interval(found.ccc),
        "Spearman, Kendall": f"{found.spearman:.3f}, {found.kendall:.3f}",
        "noise ceiling": f"{found.noise.ceiling:.3f}"
        if found.noise and found.noise.ceiling is not None
        else "not known",
        "scale ratio": _figure(found.scale),
    }
    if found.too_few:
        facts["too few to judge"] = found.too_few
    ANSWERS.print(found.heading, style="bold")
    show_facts(facts)
    for note in found.notes:
        say(note)


def _figure(value: float) -> str:
    return "not defined" if math.isnan(value) else f"{value:.3f}"


def _interval(figure: "Interval") -> str:
    if figure.low is None or figure.high is None:
        return _figure(figure.value)
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def show_next(commands: Sequence[tuple[str, str]]) -> None:
    """Commands to try next, each with what it does."""
    ANSWERS.print("\nNext", style="bold")
    for command, what in commands:
        ANSWERS.print(f"  {command}\n      {what}", markup=False)
