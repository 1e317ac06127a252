"""The best probe beats the constant by more than the interval of their paired difference.

And so it does its own guesses given to other rows: some metrics (macro F1) pay for guessing every class at random.
Which of the probes is best is told, and never held against a task: on real data the simple one often is.
"""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.intervals import gain
from generation.verification.registry import Part, check
from generation.verification.sensitivity import sign
from generation.verification.submissions import CONSTANT, LADDER, shuffled


@check(
    "execution.probe_beats_constant",
    layer="execution",
    stage="brainstormer",
    needs=[Part.PROBES, Part.BENCH],
    outcome_based=True,
    protects="a question that the data does not answer, so that a ranking on it is noise",
)
def probe_beats_constant(evidence: Evidence) -> Finding:
    bench, metric = had(evidence.bench), evidence.package.card.metric
    scores = {name: score for name in LADDER if (score := bench.scores.get(name)) is not None}
    if not scores:
        return Finding.not_run("neither probe left a submission that gets a score")
    best = max(scores, key=lambda name: sign(metric) * scores[name])
    gains = [gain(bench, metric, best, other) for other in (CONSTANT, shuffled(best))]
    found = min(gains, key=lambda one: one.low)
    order = ", ".join(f"{name} {score:.4g}" for name, score in scores.items())
    unlearned = "" if found.low > 0 else "nothing can learn it: "
    return Finding.above(
        found.low,
        0.0,
        where="train.csv",
        evidence=f"{unlearned}{best} gains {found.value:.3g} (95 % [{found.low:.4g}, {found.high:.4g}]); {order}",
    )
