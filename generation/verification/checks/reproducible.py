"""prepare.py gives the same content again, under another hash seed, time zone and working directory."""

from generation.verification.evidence import Evidence, Lacking, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "data.reproducible",
    layer="data",
    needs=[Part.PREPARED, Part.REPEATED],
    protects="scores that cannot be compared, because every machine has another test set",
)
def reproducible(evidence: Evidence) -> Finding:
    again = evidence.repeated
    if isinstance(again, Lacking) and again.fault:
        return Finding.failed(f"the second run failed: {again.why}", where="prepare.py")
    again = had(again)
    return Finding.none_of(
        [f"{name} differs" for name in again.differences], where="prepare.py", passed=f"equal under {again.environment}"
    )
