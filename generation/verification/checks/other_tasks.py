"""The question was not asked before: no other task has the same target on the same rows."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.fingerprints import kept_fingerprint, same_rows, same_targets
from generation.verification.registry import Part, check
from harness.package import TaskPackage


@check(
    "novelty.other_tasks",
    layer="novelty",
    stage="brainstormer",
    needs=[Part.CONTENT],
    protects="one task that counts twice in every mean, also where its data goes by other names",
)
def other_tasks(evidence: Evidence) -> Finding:
    package = evidence.package
    others = [other for other in evidence.against if other.id != package.id]
    twins = [f"{other.id} asks the same of the same data" for other in others if _same_question(package, other)]
    if twins:
        return Finding.none_of(twins, where=package.id)
    copies, compared = _copies(evidence, others)
    passed = f"compared with {len(others)} tasks, with {compared} of them by their rows"
    return Finding.none_of(copies, where=package.id, passed=passed)


def _copies(evidence: Evidence, others: list[TaskPackage]) -> tuple[list[str], int]:
    """The tasks that ask the same of the same rows, and how many could be compared so.

    Whose file is the same was compared by the target's name: two labels of one table may be equally frequent.
    """
    mine, own = had(evidence.content), evidence.package.card.source.sha256
    prints = {other.id: kept_fingerprint(other) for other in others if other.card.source.sha256 != own}
    known = {name: theirs for name, theirs in prints.items() if theirs is not None}
    copies = [
        f"{name} asks the same of the same rows under other names"
        for name, theirs in known.items()
        if same_targets(mine, theirs) and same_rows(mine, theirs)
    ]
    return copies, len(known)


def _same_question(one: TaskPackage, other: TaskPackage) -> bool:
    same_data = one.cluster == other.cluster or one.card.source.sha256 == other.card.source.sha256
    return same_data and _plain(one) == _plain(other)


def _plain(package: TaskPackage) -> tuple[str, ...]:
    return tuple(sorted("".join(c for c in name.lower() if c.isalnum()) for name in package.card.task.target))
