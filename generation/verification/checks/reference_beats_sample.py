"""The reference solution beats the sample submission by more than the standard error of their paired difference."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.intervals import gain
from generation.verification.registry import Part, check
from generation.verification.sensitivity import tie


@check(
    "execution.reference_beats_sample",
    layer="execution",
    needs=[Part.PROBES, Part.BENCH],
    outcome_based=True,
    protects="a task on which doing something is no better than copying the example",
)
def reference_beats_sample(evidence: Evidence) -> Finding:
    bench, probes, metric = had(evidence.bench), had(evidence.probes), evidence.package.card.metric
    known = bench.scores.get("reference")
    if known is not None and probes.score is not None and abs(known - probes.score) > 2 * tie(metric):
        return Finding.failed(
            f"metric.py scores its submission {known:.6g}, and the eval {probes.score:.6g}", where="metric.py"
        )
    found = gain(bench, metric, "reference", "sample")
    return Finding.above(
        found.value,
        found.error,
        where="solution.py",
        evidence=f"gain {found.value:.4g}, 95 % interval {found.low:.4g} to {found.high:.4g}",
    )
