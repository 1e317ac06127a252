"""More noise in the answers, a worse score, in ten steps."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.sensitivity import LEAST_RANK_CORRELATION, noise_correlation, noise_problems


@check(
    "grading.noise_monotone",
    layer="grading",
    needs=[Part.GRADES],
    protects="a metric that does not tell a better submission from a worse one",
)
def noise_monotone(evidence: Evidence) -> Finding:
    metric, grades = evidence.package.card.metric, had(evidence.grades)
    scores = {name: graded.score for name, graded in grades.of.items()}
    problems = noise_problems(scores, metric, grades.noise)
    correlation = noise_correlation(scores, metric, grades.noise)
    if problems:
        return Finding.failed("; ".join(problems), where="metric.py", figure=correlation, limit=LEAST_RANK_CORRELATION)
    ends = f"from {grades.score(grades.noise[0]):.6g} to {grades.score(grades.noise[-1]):.6g}"
    return Finding.passed(f"{len(grades.noise)} steps {ends}", figure=correlation, limit=LEAST_RANK_CORRELATION)
