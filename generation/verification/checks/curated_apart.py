"""No dataset serves both a generated and a curated task."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check


@check(
    "novelty.curated_apart",
    layer="novelty",
    stage="brainstormer",
    protects="an agreement between generated and curated tasks that is high because they share their rows",
)
def curated_apart(evidence: Evidence) -> Finding:
    package = evidence.package
    if package.card.collection == "curated":
        return Finding.needless("this is a curated task")
    source = package.card.source
    shared = [
        other.id
        for other in evidence.against
        if other.card.collection == "curated"
        and (other.cluster == source.cluster or other.card.source.sha256 == source.sha256)
    ]
    return Finding.none_of(
        [f"the curated task {name} is made of the same data" for name in shared],
        where="task.toml:source",
        passed=f"compared with {sum(other.card.collection == 'curated' for other in evidence.against)} curated tasks",
    )
