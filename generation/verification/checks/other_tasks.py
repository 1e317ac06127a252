"""The question was not asked before: no other task has the same target on the same data."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from harness.package import TaskPackage


@check(
    "novelty.other_tasks",
    layer="novelty",
    stage="brainstormer",
    protects="one task that counts twice in every mean",
)
def other_tasks(evidence: Evidence) -> Finding:
    package = evidence.package
    twins = [other.id for other in evidence.against if other.id != package.id and _same_question(package, other)]
    return Finding.none_of(
        [f"{twin} asks the same of the same data" for twin in twins],
        where=package.id,
        passed=f"compared with {len(evidence.against)} tasks",
    )


def _same_question(one: TaskPackage, other: TaskPackage) -> bool:
    same_data = one.cluster == other.cluster or one.card.source.sha256 == other.card.source.sha256
    return same_data and _plain(one) == _plain(other)


def _plain(package: TaskPackage) -> tuple[str, ...]:
    return tuple(sorted("".join(c for c in name.lower() if c.isalnum()) for name in package.card.task.target))
