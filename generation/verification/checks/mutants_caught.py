"""Broken versions of the metric are told from the good one by what they do on this task's own answers."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.sensitivity import violations


@check(
    "grading.mutants_caught",
    layer="grading",
    needs=[Part.BENCH],
    protects="answers on which a broken grader cannot be told from a good one",
)
def mutants_caught(evidence: Evidence) -> Finding:
    bench, metric = had(evidence.bench), evidence.package.card.metric
    alive = [one.name for one in bench.mutants if not violations(one.scores, metric, bench.noise, bench.slices)]
    killed = len(bench.mutants) - len(alive)
    return Finding.at_least(
        killed,
        len(bench.mutants),
        where="metric.py",
        evidence=f"{killed} of {len(bench.mutants)} broken metrics caught"
        + (f", not {', '.join(alive)}" if alive else ""),
    )
