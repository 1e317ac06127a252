"""The yield of verification as a page shows it."""

from pathlib import Path
from typing import TYPE_CHECKING

from generation import TASK
from harness.errors import UserError
from harness.logs.files import LogListing, named
from leaderboards.report import GenerationSummary, Listing

if TYPE_CHECKING:
    from generation.report import GenerationReport

_NAME = TASK.rpartition("/")[2]


def yield_in(logs: LogListing) -> tuple[GenerationSummary | None, str]:
    """What those logs say that `mlesmith generate` wrote on this machine, None without any; and why it is not shown."""
    # Inspect names a log after its task. To open thousands of others, and Inspect itself, would take seconds.
    called = [file.name for file in logs.files if not file.is_address and _NAME in Path(file.name).name]
    try:
        made = [name for name in called if _generates(name)]
        if not made:
            return None, ""
        from generation.report import report

        return yield_of(report(made)), ""
    except UserError as error:
        return None, f"The yield of generation is not shown: {error}"


def _generates(name: str) -> bool:
    from inspect_ai.log import read_eval_log

    with named(name):
        return read_eval_log(name, header_only=True).eval.task == TASK


def yield_of(found: "GenerationReport") -> GenerationSummary:
    """A report on generation as the page shows it."""
    checks = [row.model_dump(mode="json") for row in found.checks]
    rejected = [
        {
            "dataset": row.source.rpartition("/")[2],
            "formulation": row.formulation,
            "stage": row.stage,
            "reason": row.reason,
        }
        for row in found.rejected
    ]
    facts = {
        "datasets": len(found.datasets),
        "formulations": found.formulations,
        "verified without reviews": found.verified,
        "repaired": found.repaired,
    }
    return GenerationSummary(facts=facts, checks=Listing.of(checks), rejected=Listing.of(rejected))
