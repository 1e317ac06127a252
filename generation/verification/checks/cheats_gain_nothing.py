"""Guesses from ids, places, orders, copies and identifiers, from no feature, are no better than the honest constant."""

from generation.verification.evidence import Bench, Evidence, had
from generation.verification.findings import Finding
from generation.verification.intervals import beyond_chance, gain
from generation.verification.registry import Part, check
from generation.verification.sensitivity import tie
from harness.schema import Metric

STANDARD_ERRORS = 4.0  # nine cheats on two dozen packages of a run: one false alarm in a hundred runs


@check(
    "execution.cheats_gain_nothing",
    layer="execution",
    needs=[Part.BENCH],
    protects="an agent that scores without learning anything",
)
def cheats_gain_nothing(evidence: Evidence) -> Finding:
    metric, bench = evidence.package.card.metric, had(evidence.bench)
    if evidence.package.card.task.split.rule == "time":
        return Finding.needless("rows are in the order of time, which is public, so a place in it may be used")
    measured = {name: beyond_chance(bench, metric, name) for name in bench.cheats}
    unknown = [name for name, errors in measured.items() if errors is None and beyond_constant(bench, metric, name)]
    if unknown:
        words = "the metric is not defined on most shuffles of its guesses"
        return Finding.not_run(f"{unknown[0]} beats the constant, and chance is not known: {words}")
    found = {name: errors or 0.0 for name, errors in measured.items()}
    winners = [
        told
        for name, errors in found.items()
        if errors > STANDARD_ERRORS and (told := beyond_constant(bench, metric, name))
    ]
    best = max(found, key=lambda name: found[name])
    passed = f"{len(found)} cheats; the best is {best}, {found[best]:.1f} standard errors beyond chance"
    return Finding.none_of(winners, where="test.csv", passed=passed)


def beyond_constant(bench: Bench, metric: Metric, name: str) -> str:
    """What a cheat wins over the constant, in words; nothing where the paired interval of it holds no gain at all."""
    if name not in bench.replicates:  # the bench resamples only what beats the constant
        return ""
    won = gain(bench, metric, name, "constant")
    if won.value <= tie(metric) or won.low <= 0:
        return ""
    return f"{name} wins {won.value:.4g} [{won.low:.4g}, {won.high:.4g}] over the constant"
