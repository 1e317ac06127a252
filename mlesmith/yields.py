"""The yield of verification as a page shows it."""

from collections.abc import Sequence

from inspect_ai.log import read_eval_log

from generation.report import GenerationReport, report
from leaderboards.report import GenerationSummary, Listing
from mlesmith.viewing import log_files

GENERATE = "mlesmith/generate"


def yield_in(places: Sequence[str]) -> GenerationSummary | None:
    """What the logs of `mlesmith generate` below the places say; None without any."""
    logs = [path for path in log_files(places) if _generates(str(path))]
    return yield_of(report(logs)) if logs else None


def _generates(path: str) -> bool:
    return read_eval_log(path, header_only=True).eval.task == GENERATE


def yield_of(found: GenerationReport) -> GenerationSummary:
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
