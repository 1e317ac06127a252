"""The sample submission is valid, and worse than the answers."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.sensitivity import sign, tie


@check(
    "grading.sample_valid_and_worse",
    layer="grading",
    needs=[Part.GRADES],
    protects="an example that agents copy and that is refused, or that wins",
)
def sample_valid_and_worse(evidence: Evidence) -> Finding:
    metric, grades = evidence.package.card.metric, had(evidence.grades)
    sample = grades.of["sample"]
    if sample.score is None:
        return Finding.failed(f"it is {sample.status}: {sample.message}", where="sample_submission.csv")
    behind = sign(metric) * (grades.score("answers") - sample.score)
    return Finding.at_least(
        behind,
        tie(metric) * 2,
        where="sample_submission.csv",
        evidence=f"the sample scores {sample.score:.6g}, the answers {grades.score('answers'):.6g}",
    )
