"""How the quickstart ends on the terminal."""

from typing import TYPE_CHECKING

from mlesmith.screen import ANSWERS, show_facts
from mlesmith.views import show_agreement, show_board, show_next, show_rejections

if TYPE_CHECKING:
    from mlesmith.quickstart import Outcome

NEXT = (
    ("mlesmith generate file:your.csv", "your own table becomes verified tasks below tasks/generated"),
    ("inspect eval mlesmith/TASK --solver mlesmith/boosting --model none/none", "any task is an Inspect eval"),
    ("mlesmith run --agents react --models openai/gpt-5 --tasks 'curated/*'", "your model on the curated tasks"),
)


def show_summary(outcome: "Outcome") -> None:
    """Yield, leaderboard with intervals, agreement with its ceiling, the page, and what to try next."""
    summary = outcome.summary
    show_facts(
        {
            "datasets": summary.datasets,
            "formulations": f"{summary.formulations}, of which {summary.verified} verified (without reviews)",
            "curated tasks": summary.curated,
            "cells": f"{summary.cells} by {summary.agents} agents, {summary.errors} errors",
            "best beats the constant": f"on {summary.best_beats_constant:.0%} of the tasks, beyond the interval",
            "some two others differ": f"on {summary.some_two_differ:.0%} of the tasks, beyond that of all pairs",
            "time": f"{summary.seconds:.0f} s ({summary.seconds_generate:.0f} s generating and verifying, "
            f"{summary.seconds_run:.0f} s running)",
        }
    )
    show_rejections(outcome.generation)
    ANSWERS.print()
    show_board(outcome.generated)
    ANSWERS.print()
    if outcome.comparison is not None:
        show_agreement(outcome.comparison)
    ANSWERS.print(f"\nPage: {summary.page}", markup=False, soft_wrap=True)
    show_next(NEXT)
