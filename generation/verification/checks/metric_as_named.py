"""metric.py computes the metric that task.toml names."""

from generation.verification.answers import Form
from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.named import named_score
from generation.verification.registry import Part, check
from generation.verification.sensitivity import tie
from generation.verification.submissions import vectors


@check(
    "grading.metric_as_named",
    layer="grading",
    needs=[Part.PREPARED, Part.BENCH],
    protects="a leaderboard whose column says one metric and holds another",
)
def metric_as_named(evidence: Evidence) -> Finding:
    card, bench = evidence.package.card, had(evidence.bench)
    if card.metric.name == "custom":
        return Finding.needless("the metric is the task's own")
    form = Form(evidence.tables)
    known = vectors(form, seed=bench.seed)
    problems = []
    for name in ("answers", "constant", *known.noise):
        wanted, found = named_score(card.metric.name, form, known.of[name]), bench.scores[name]
        if found is None or wanted is None or abs(found - wanted) > max(tie(card.metric), 1e-9 * abs(wanted)):
            problems.append(f"{name} scores {found}, but its {card.metric.name} is {wanted}")
    return Finding.none_of(problems, where="metric.py", passed=f"{len(known.noise) + 2} predictions recomputed")
