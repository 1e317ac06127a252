"""Grading twice gives the same score."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.sensitivity import unsteady


@check(
    "grading.deterministic",
    layer="grading",
    needs=[Part.GRADES, Part.BENCH],
    protects="a score that depends on the moment of grading",
)
def deterministic(evidence: Evidence) -> Finding:
    grades, bench = had(evidence.grades), had(evidence.bench)
    problems = unsteady({name: graded.score for name, graded in grades.of.items()})
    problems += unsteady(bench.scores)
    problems += [
        f"{name} scores {graded.score} in the grader and {bench.scores[name]} apart from it"
        for name, graded in grades.of.items()
        if name in bench.scores and graded.score is not None and _differ(graded.score, bench.scores[name])
    ]
    return Finding.none_of(problems, where="metric.py")


def _differ(one: float, other: float | None) -> bool:
    return other is None or abs(one - other) > 1e-9 * max(1.0, abs(one))
