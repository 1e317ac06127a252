"""The reference solution runs unattended in the eval that users run and leaves a submission that gets a score."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from harness.competition.reasons import Status

SHARE_OF_TIME = 0.5  # an agent must be able to do more than the reference within its limit


@check(
    "execution.reference_runs",
    layer="execution",
    needs=[Part.PROBES],
    protects="a task that cannot be solved in its own sandbox, with its own limits",
)
def reference_runs(evidence: Evidence) -> Finding:
    probes, limit = had(evidence.probes), evidence.package.card.limits.time_s * SHARE_OF_TIME
    run = probes.reference
    if run.code != 0:
        return Finding.failed(f"it ended with code {run.code}: {run.messages[-600:]}", where="solution.py")
    if run.submission is None:
        return Finding.failed("it left no /workspace/submission.csv", where="solution.py")
    if probes.checked.code != 0:
        return Finding.failed(f"check-submission says: {probes.checked.messages[-300:]}", where="solution.py")
    if probes.status != Status.GRADED.value:
        return Finding.failed(f"its cell of the eval is {probes.status}: {probes.said[-600:]}", where="solution.py")
    told = f"{run.seconds:.1f} s of {limit:g} allowed; the eval scores it {probes.score:g}"
    return Finding.at_most(run.seconds, limit, where="solution.py", evidence=told)
