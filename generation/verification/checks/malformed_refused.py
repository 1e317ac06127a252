"""Every malformed submission of a fixed battery is refused, with the right reason, and never graded."""

from generation.verification.evidence import Evidence, Graded, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from harness.competition.reasons import Status


@check(
    "grading.malformed_refused",
    layer="grading",
    needs=[Part.GRADES],
    protects="a broken file that gets a score, or an agent that is told the wrong reason",
)
def malformed_refused(evidence: Evidence) -> Finding:
    grades = had(evidence.grades)
    problems = [problem for name in grades.malformed if (problem := _problem(name, grades.of[name]))]
    return Finding.none_of(problems, where="metric.py", passed=f"{len(grades.malformed)} variants refused")


def _problem(name: str, graded: Graded) -> str:
    if graded.status is not Status.INVALID:
        return f"{name} is {graded.status}" + ("" if graded.score is None else f" with {graded.score:.6g}")
    if graded.reason not in graded.expected:
        wanted = " or ".join(sorted(reason.value for reason in graded.expected))
        return f"{name} is refused for {graded.reason}, not for {wanted}"
    return ""
