"""Mistakes in any tenth of the rows, or in any class, cost something."""

from generation.verification.evidence import Evidence, Lacking, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.sensitivity import not_worse


@check(
    "grading.every_row_counts",
    layer="grading",
    needs=[Part.BENCH],
    protects="a metric that looks at some rows only",
)
def every_row_counts(evidence: Evidence) -> Finding:
    if isinstance(evidence.bench, Lacking) and evidence.bench.fault:
        return Finding.failed(f"metric.py fails: {evidence.bench.why}", where="metric.py")
    bench = had(evidence.bench)
    problems = not_worse(bench.scores, evidence.package.card.metric, [*bench.slices, "shuffled_answers"])
    return Finding.none_of(problems, where="metric.py", passed=f"{len(bench.slices)} parts, mistakes in each are seen")
