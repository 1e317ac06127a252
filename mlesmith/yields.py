"""The yield of verification as a page shows it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboards.report import GenerationSummary, Listing
from mlesmith.viewing import log_files

if TYPE_CHECKING:
    from generation.report import GenerationReport

GENERATE = "mlesmith/generate"


def yield_in(places: Sequence[str]) -> GenerationSummary | None:
    """What the logs of `mlesmith generate` below the places say; None without any."""
    # Inspect names a log after its task. To open thousands of others, and Inspect itself, would take seconds.
    named = [path for path in log_files(places) if GENERATE.rpartition("/")[2] in path.name]
    logs = [path for path in named if _generates(path)]
    if not logs:
        return None
    from generation.report import report

    return yield_of(report(logs))


def _generates(path: Path) -> bool:
    from inspect_ai.log import read_eval_log

    return read_eval_log(str(path), header_only=True).eval.task == GENERATE


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
