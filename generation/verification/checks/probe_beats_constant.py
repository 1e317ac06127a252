"""The best probe beats the constant by more than the interval of their paired difference.

And its own guesses given to other rows, many times over: some metrics (macro F1) pay for guessing every class at
random, and on few rows a single shuffle of them may do well by luck.
Which of the probes is best is told, and never held against a task: on real data the simple one often is.
"""

from generation.verification.evidence import Evidence, had
from generation.verification.findings import Finding
from generation.verification.intervals import beyond_chance, gain
from generation.verification.registry import Part, check
from generation.verification.sensitivity import sign
from generation.verification.submissions import CONSTANT, LADDER

STANDARD_ERRORS = 1.96  # as far beyond chance as the 95 % interval asks it to be beyond the constant


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
    found, errors = gain(bench, metric, best, CONSTANT), beyond_chance(bench, metric, best)
    order = ", ".join(f"{name} {score:.4g}" for name, score in scores.items())
    told = f"{best} gains {found.value:.3g} (95 % [{found.low:.4g}, {found.high:.4g}]); {order}"
    if errors is None:
        return Finding.not_run(
            f"the metric is not defined on most shuffles of {best}'s guesses, so chance is not known"
        )
    if found.low > 0 and errors <= STANDARD_ERRORS:
        chance = f"nothing can learn it: {best} is {errors:.2g} standard errors beyond its guesses given to other rows"
        return Finding.failed(f"{chance}; {told}", where="train.csv", figure=errors, limit=STANDARD_ERRORS)
    unlearned = "" if found.low > 0 else "nothing can learn it: "
    return Finding.above(found.low, 0.0, where="train.csv", evidence=unlearned + told)
