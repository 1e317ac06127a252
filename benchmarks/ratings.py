"""Speed and accuracy of the ratings, processor time of this machine: `python benchmarks/ratings.py`.

Every figure is the best of several runs, so that other work on the machine counts least. Accuracy is against the same
likelihood maximised in extended precision by minorisation-maximisation until nothing moves.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leaderboards.bradley_terry import ELO, fit_credits
from leaderboards.intervals import cluster_weights, rerate
from leaderboards.outcomes import Outcomes, outcomes_from_scores, win_credits
from leaderboards.ratings import fit_outcomes, rate_outcomes

REPEATS = 7


def best_ms(work: Callable[[], object]) -> float:
    """Least processor time of several runs, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def board_of(agents: int, tasks: int, seed: int = 0) -> Outcomes:
    """Scores of agents of graded strength with Gumbel noise: exactly Bradley-Terry."""
    rng = np.random.default_rng(seed)
    scores = np.linspace(-1, 1, agents) + rng.gumbel(0, 1, (tasks, agents))
    return outcomes_from_scores(scores, [f"a{i}" for i in range(agents)], [f"t{i}" for i in range(tasks)])


def fresh(outcomes: Outcomes) -> Outcomes:
    """The same outcomes without what they keep from an earlier run."""
    return Outcomes(outcomes.contestants, outcomes.tasks, outcomes.clusters, outcomes.values)


def reference(credits: NDArray[np.float64], battles: NDArray[np.float64]) -> NDArray[np.longdouble]:
    """Minorisation-maximisation of Bradley-Terry in long double until nothing moves: slow, obvious, exact."""
    wins, counts = credits.astype(np.longdouble), battles.astype(np.longdouble)
    powers = np.ones(len(wins), dtype=np.longdouble)
    for _ in range(200_000):
        new = wins / (counts / (powers[:, None] + powers[None, :])).sum(axis=1)
        new /= np.exp(np.log(new).mean())
        if np.abs(np.log(new / powers)).max() < 1e-18:
            break
        powers = new
    strengths = np.log(new)
    return np.asarray(strengths - strengths.mean())


def figures() -> list[tuple[str, float, str]]:
    """Name, value and unit of every figure."""
    found = []
    for agents, tasks, rounds in ((8, 606, 1000), (50, 10_000, 100)):
        outcomes = board_of(agents, tasks)
        fit = fit_outcomes(outcomes)
        weights = cluster_weights(tasks, rounds, 0)
        name = f"{agents} agents x {tasks} tasks"
        found += [
            (f"{name}: win credits from scores", best_ms(lambda o=outcomes: win_credits(o.values)), "ms"),
            (f"{name}: fit from credits", best_ms(lambda o=outcomes: fit_outcomes(o)), "ms"),
            (f"{name}: draw {rounds} rounds", best_ms(lambda t=tasks, r=rounds: cluster_weights(t, r, 0)), "ms"),
            (f"{name}: {rounds} rounds", best_ms(lambda o=outcomes, f=fit, w=weights: rerate(o, f, w)), "ms"),
            (
                f"{name}: all, from scores",
                best_ms(lambda o=outcomes, r=rounds: rate_outcomes(fresh(o), rounds=r)),
                "ms",
            ),
        ]
    rng = np.random.default_rng(1)
    wins = np.floor(rng.random((100, 100)) * 400 / (1 + np.exp(np.subtract.outer(range(100), range(100)) / 40)))
    np.fill_diagonal(wins, 0.0)
    credits, battles, names = wins.sum(axis=1), wins + wins.T, [f"a{i}" for i in range(100)]
    found.append(
        (f"100 agents, {wins.sum():.0f} battles: fit from pair counts",
         best_ms(lambda: fit_credits(credits, battles, wins, names)), "ms")
    )  # fmt: skip
    for label, (s, n) in {
        "8 agents": _counts(board_of(8, 606)),
        "100 agents": (credits, battles),
    }.items():
        strengths = fit_credits(s, n, n, [str(i) for i in range(len(s))]).strengths
        error = np.abs(strengths - strengths.mean() - reference(s, n)).max() * ELO
        found.append((f"{label}: largest error against the reference", float(error), "Elo"))
    return found


def _counts(outcomes: Outcomes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    battles = outcomes.present.T @ outcomes.present
    np.fill_diagonal(battles, 0.0)
    return outcomes.credits.sum(axis=0), battles


def main() -> None:
    """Print every figure."""
    for name, value, unit in figures():
        print(f"{name:<60} {value:>12.3g} {unit}")


if __name__ == "__main__":
    main()
