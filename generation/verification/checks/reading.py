"""A language model reads the task as a stranger: clarity, sufficiency, metric fit, shortcuts, leakage, realism."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check


@check(
    "review.reading",
    layer="review",
    protects="a task that is correct and makes no sense",
    stage="brainstormer",
)
def reading(evidence: Evidence) -> Finding:
    return Finding.not_run(f"no reviewing model was given for {evidence.package.id}")
