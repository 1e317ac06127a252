"""check-submission says of submissions that differ in their answers alone the same, to the letter."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

VALID = "valid (exit code 0)"


@check(
    "execution.verdict_bare",
    layer="execution",
    needs=[Part.PROBES],
    protects="answers that an agent learns by asking check-submission again and again",
)
def verdict_bare(evidence: Evidence) -> Finding:
    verdicts = had(evidence.probes).verdicts
    problems = []
    for form, said in verdicts.items():
        # No verdict on a whole one may say more than the word; on a broken one, no more than on another so broken.
        expected = VALID if form == "whole" else next(iter(said.values()))
        problems += [f"{form} {name}: {words!r}, not {expected!r}" for name, words in said.items() if words != expected]
    asked = sum(map(len, verdicts.values()))
    if not asked:
        return Finding.not_run("check-submission was not asked")
    return Finding.none_of(
        problems, where="check-submission", passed=f"{asked} submissions that differ in their answers"
    )
