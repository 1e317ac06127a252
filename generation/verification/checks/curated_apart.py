"""No dataset serves both a generated and a curated task, under whatever names."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.fingerprints import kept_fingerprint, same_rows
from generation.verification.registry import Part, check


@check(
    "novelty.curated_apart",
    layer="novelty",
    stage="brainstormer",
    needs=[Part.CONTENT],
    protects="an agreement between generated and curated tasks that is high because they share their rows",
)
def curated_apart(evidence: Evidence) -> Finding:
    package = evidence.package
    if package.card.collection == "curated":
        return Finding.needless("this is a curated task")
    source, curated = package.card.source, [one for one in evidence.against if one.card.collection == "curated"]
    shared = [
        f"the curated task {other.id} is made of the same data"
        for other in curated
        if other.cluster == source.cluster or other.card.source.sha256 == source.sha256
    ]
    if shared:
        return Finding.none_of(shared, where="task.toml:source")
    mine = had(evidence.content)
    known = {other.id: theirs for other in curated if (theirs := kept_fingerprint(other)) is not None}
    copies = [
        f"the curated task {name} is made of the same rows under other names"
        for name, theirs in known.items()
        if same_rows(mine, theirs)
    ]
    passed = f"compared with {len(curated)} curated tasks, with {len(known)} of them by their rows"
    return Finding.none_of(copies, where="task.toml:source", passed=passed)
