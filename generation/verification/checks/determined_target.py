"""No single column may determine the target."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.signal import column_skill

LIMIT = 0.99  # held-out skill: what is left is less than a metric can tell at some hundred test rows


@check(
    "data.determined_target",
    layer="data",
    stage="brainstormer",
    needs=[Part.PREPARED],
    protects="a question whose answer stands in another column, recoded or renamed",
)
def determined_target(evidence: Evidence) -> Finding:
    tables = evidence.tables
    skills = {
        name: column_skill(
            tables.column("train", name),
            tables.y_train,
            tables.column("test", name),
            tables.y_test,
            numeric=name in tables.numeric,
        )
        for name in tables.features
    }
    worst = max(skills, key=lambda name: skills[name])
    return Finding.at_most(
        skills[worst],
        LIMIT,
        where=f"train.csv:{worst}",
        evidence=f"{worst!r} alone has a held-out skill of {skills[worst]:.3f}",
    )
