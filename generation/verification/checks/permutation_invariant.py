"""Rows or columns in another order, blanks, line ends: the same meaning, so the same score."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.submissions import REWRITTEN


@check(
    "grading.permutation_invariant",
    layer="grading",
    needs=[Part.GRADES],
    protects="a grader that compares by position instead of by id",
)
def permutation_invariant(evidence: Evidence) -> Finding:
    grades = had(evidence.grades)
    wanted = grades.score("answers")
    problems = []
    for name in REWRITTEN:
        graded = grades.of[name]
        if graded.score is None:
            problems.append(f"{name} is {graded.status}: {graded.message}")
        elif graded.score != wanted:
            problems.append(f"{name} scores {graded.score:.6g} instead of {wanted:.6g}")
    return Finding.none_of(problems, where="metric.py", passed=f"{len(REWRITTEN)} rewritings score the same")
