"""The true answers, submitted, score the best value that task.toml names."""

from generation.verification.evidence import Evidence, Lacking, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.sensitivity import tie


@check(
    "grading.answers_best",
    layer="grading",
    needs=[Part.GRADES],
    protects="a grader that joins rows wrongly, reads the wrong column or looks at other answers",
)
def answers_best(evidence: Evidence) -> Finding:
    if isinstance(evidence.grades, Lacking) and evidence.grades.fault:
        return Finding.failed(f"the grader fails: {evidence.grades.why}", where="metric.py")
    metric, graded = evidence.package.card.metric, had(evidence.grades).of["answers"]
    if graded.score is None:
        return Finding.failed(f"the answers are {graded.status}: {graded.message}", where="metric.py")
    return Finding.at_most(
        abs(graded.score - metric.best),
        max(tie(metric), 1e-9 * abs(metric.best)),
        where="metric.py",
        evidence=f"the answers score {graded.score:.6g}, best is {metric.best:g}",
    )
