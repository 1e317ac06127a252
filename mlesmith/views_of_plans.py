"""What `mlesmith plan` shows on the terminal."""

from pathlib import Path

from leaderboards.enough import Needed
from leaderboards.plan import Plan
from mlesmith.screen import ANSWERS, say, show_facts, show_table
from mlesmith.views import show_next


def show_plan(plan: Plan, out: Path) -> None:
    """The runs in order of worth, what they are foretold to do, and how many datasets the stated width needs."""
    rows = [
        (place, row.agent, row.model or None, row.task, row.epoch, row.gain, row.cost_usd)
        for place, row in enumerate(plan.rows, 1)
    ]
    columns = ["", "agent", "model", "task", "epoch", "gain, Elo", "US dollars"]
    if rows:
        show_table("Runs in order of worth", columns, rows, right=("", "epoch", "gain, Elo", "US dollars"))
    else:
        say("No run that can be made here within the budget would narrow the ratings.")
    needed = {one.what[0]: one for one in plan.enough.contestants}
    intervals = [
        (one.contestant, _elo(one.now), _elo(one.then), *_datasets(needed[one.contestant])) for one in plan.contestants
    ]
    wide = f"datasets for ±{plan.enough.width:g}"
    columns = ["contestant", "half-width", "after the plan", wide, "95 % interval"]
    show_table("\nIntervals, in Elo", columns, intervals, right=("half-width", "after the plan", wide))
    differences = [(" and ".join(one.what), _elo(one.half_width), *_datasets(one)) for one in plan.enough.differences]
    columns = ["neighbours", "half-width", wide, "95 % interval"]
    show_table("\nDifferences, in Elo", columns, differences, right=("half-width", wide))
    ANSWERS.print()
    show_facts(_facts(plan))
    for note in plan.notes:
        say(note)
    if rows:
        show_next([(f"mlesmith run --plan {out} --log-dir logs", "runs exactly these, each in a sandbox")])


def _facts(plan: Plan) -> dict[str, object]:
    worst, enough = plan.enough.worst, plan.enough
    return {
        "half-width over all": "not known"
        if plan.now is None
        else f"{_elo(plan.now)}, after the plan {_elo(plan.then)} (root mean square)",
        "cost of the plan": "not known" if plan.cost_usd is None else f"${plan.cost_usd:.2f}",
        "datasets now": f"{enough.datasets}, with {enough.tasks_each:.2g} tasks each",
        f"for ±{enough.width:g} Elo": "not known"
        if worst.datasets is None
        else f"{worst.datasets} datasets like these ({_range(worst)}), for the widest, {worst.what[0]}",
    }


def _range(needed: Needed) -> str:
    return "too few to say how sure" if needed.low is None else f"95 % interval {needed.low} to {needed.high}"


def _elo(width: float | None) -> str | None:
    return None if width is None else f"{width:.0f}"


def _datasets(needed: Needed) -> tuple[int | None, str | None]:
    return needed.datasets, None if needed.low is None else f"[{needed.low}, {needed.high}]"
