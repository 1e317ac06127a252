"""There is room above the best probe: the task is not solved by the first thing that one tries."""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

LIMIT = 0.995  # of the way from the constant to perfect: what is left is below the resolution of some hundred rows


@check(
    "execution.headroom",
    layer="execution",
    stage="brainstormer",
    needs=[Part.PROBES, Part.BENCH],
    outcome_based=True,
    protects="a task that every agent solves, or whose answer leaks where no other check looked",
)
def headroom(evidence: Evidence) -> Finding:
    bench, metric = had(evidence.bench), evidence.package.card.metric
    constant = bench.scores.get("constant")
    if constant is None or constant == metric.best:
        return Finding.failed("the constant is perfect", where="train.csv")
    shares = {
        name: (score - constant) / (metric.best - constant)
        for name in ("simple", "strong", "reference")
        if (score := bench.scores.get(name)) is not None
    }
    if not shares:
        return Finding.not_run("no probe left a submission that gets a score")
    best = max(shares, key=lambda name: shares[name])
    solved = "" if shares[best] <= LIMIT else "everything solves it: "
    return Finding.at_most(
        shares[best],
        LIMIT,
        where="train.csv",
        evidence=f"{solved}{best} goes {shares[best]:.3f} of the way to perfect",
    )
