"""prepare.py runs in a sandbox and leaves the files of the contract."""

from generation.verification.evidence import Evidence, Lacking
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check("data.prepares", layer="data", needs=[Part.PREPARED], protects="a task that never reaches an agent")
def prepares(evidence: Evidence) -> Finding:
    prepared = evidence.prepared
    if isinstance(prepared, Lacking):
        return Finding.failed(prepared.why, where="prepare.py") if prepared.fault else Finding.not_run(prepared.why)
    return Finding.passed(f"{len(prepared.train)} train rows, {len(prepared.test)} test rows")
