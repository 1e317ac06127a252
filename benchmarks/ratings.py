"""Speed and accuracy of the ratings beside those of peers, in one run: `python benchmarks/ratings.py`.

Processor time of this machine, children and threads included; short work is repeated and the least time counts, so that
other work on the machine counts least. Each peer runs in an environment of its own (`peer_environments.py`), made once
in --environments from the package index, on the same battles and by its own recommended call (`rating_peers.py`). That
it answers the same is shown by the largest difference of a rating from ours. Accuracy is against the same likelihood
maximised in extended precision by minorisation-maximisation until nothing moves.
"""

import argparse
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from peer_environments import Failed, ask, environment
from rating_cases import Case, frame_of
from rating_cases import cases as all_cases

from leaderboards.battle_noise import rerate_battles
from leaderboards.battles import Battles, read_battles
from leaderboards.bradley_terry import ELO
from leaderboards.intervals import cluster_weights, rerate
from leaderboards.outcomes import Outcomes, head_to_head
from leaderboards.ratings import fit_outcomes, rate_outcomes

REPEATS = 15
CLOSEST = 1e-6  # Elo, from the reference


@dataclass(frozen=True)
class Ours:
    """Milliseconds of processor time, and the ratings about their mean."""

    fit: float
    rounds: float
    everything: float
    frame: float
    elo: NDArray[np.float64]

    @property
    def both(self) -> float:
        """Fit and rounds."""
        return self.fit + self.rounds


def best_ms(work: Callable[[], object]) -> float:
    """Least processor time of several runs, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def fresh(made: Outcomes | Battles) -> Outcomes | Battles:
    """The same without what is kept from an earlier run."""
    return replace(made)


def ours(case: Case) -> Ours:
    """All that is measured of mlesmith on a case."""
    made, rounds = case.made, case.rounds
    fit = fit_outcomes(made)
    frame = frame_of(made) if isinstance(made, Battles) else None

    def again() -> object:
        if isinstance(made, Battles):
            return rerate_battles(made, fit, rounds, 0)
        return rerate(made, fit, cluster_weights(len(made.tasks), rounds, 0))

    return Ours(
        fit=best_ms(lambda: fit_outcomes(fresh(made))),
        rounds=best_ms(again),
        everything=best_ms(lambda: rate_outcomes(fresh(made), rounds=rounds)),
        frame=float("nan") if frame is None else best_ms(lambda: rate_outcomes(read_battles(frame), rounds=rounds)),
        elo=fit.elo - fit.elo.mean(),
    )


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


def error_of(case: Case) -> float:
    """Largest error of a rating against the reference, in Elo."""
    pairs = case.made.pairs if isinstance(case.made, Battles) else head_to_head(case.made)
    exact = reference(pairs.credits.sum(axis=1), pairs.battles)
    fit = fit_outcomes(case.made)
    return float(np.abs(fit.strengths - fit.strengths.mean() - exact).max() * ELO)


def line(name: str, fit: str, rounds: str, both: str, rest: str) -> None:
    """A row of the table."""
    print(f"  {name:<20} {fit:>12} {rounds:>14} {both:>14}   {rest}", flush=True)


def ms(value: float) -> str:
    """Milliseconds as people read them."""
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def against(case: Case, mine: Ours, environments: Path, budget_s: float) -> dict[str, float]:
    """Print a row for each peer; fit and rounds of those that gave them."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "case.npz"
        case.write(stored)
        for peer in case.peers:
            python = environment(peer, environments)
            said = python if isinstance(python, Failed) else ask(peer, python, stored, case.rounds, budget_s)
            if isinstance(said, Failed):
                line(peer, "-", "-", "-", said.seen)
                continue
            fit, rounds, made = (float(str(said[name])) for name in ("fit_ms", "rounds_ms", "made"))
            found[peer] = fit + rounds
            apart = np.abs(np.array(said["elo"]) - mine.elo).max()
            told = "" if made >= case.rounds else f"; from {made:.0f} rounds"
            line(
                f"{peer} {said['version']}",
                ms(fit),
                ms(rounds),
                ms(fit + rounds),
                f"{(fit + rounds) / mine.both:,.0f} times ours; off by {apart:.1g} Elo; made ready in "
                f"{ms(float(str(said['prepare_ms'])))}; {said['calls']}{told}",
            )
    return found


def show(case: Case, peers: tuple[str, ...], environments: Path, budget_s: float) -> list[tuple[str, float, float]]:
    """Print a case and give what is asked of it: the words, the figure, the most that it may be."""
    print(f"{case.name}, {case.rounds:,} rounds: processor time in ms")
    line("", "fit", "rounds", "both", "")
    mine = ours(case)
    extra = "" if np.isnan(mine.frame) else f"; all from a data frame of strings {ms(mine.frame)}"
    line(
        f"mlesmith {version('mlesmith')}",
        ms(mine.fit),
        ms(mine.rounds),
        ms(mine.both),
        f"with intervals and ranks {ms(mine.everything)}{extra}",
    )
    chosen = replace(case, peers=tuple(peer for peer in case.peers if peer in peers))
    theirs = against(chosen, mine, environments, budget_s)
    asked = [(f"{case.name}: {name}, ms", getattr(mine, name), most) for name, most in case.at_most.items()]
    rivals = [theirs[peer] for peer in case.against if peer in theirs]
    if case.times_less and rivals:
        asked.append((f"{case.name}: both, ms, a {case.times_less:.0f}th of the fastest peer's",
                      mine.both, min(rivals) / case.times_less))  # fmt: skip
    asked.append((f"{case.name}: largest error, Elo", error_of(case), CLOSEST))
    print()
    return asked


def main() -> int:
    """Print every figure; 1 where one is above its limit."""
    parser = argparse.ArgumentParser(description="Speed and accuracy of the ratings beside those of peers.")
    names = ("arenakit", "fschat", "evalica", "arena-rank", "choix")
    parser.add_argument("--peers", default=",".join(names), help="which peers, with commas; '' for none")
    parser.add_argument("--cases", default="", help="only cases whose name begins so")
    parser.add_argument("--budget", type=float, default=12.0, help="seconds for a peer's rounds, else extrapolated")
    parser.add_argument("--environments", type=Path, default=Path(tempfile.gettempdir()) / "mlesmith-peers")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {version('scipy')}, {platform.machine()}\n"
    )
    asked = []
    for case in all_cases():
        if case.name.startswith(options.cases):
            asked += show(case, tuple(options.peers.split(",")), options.environments, options.budget)
    for words, figure, most in asked:
        print(f"{'holds' if figure <= most else 'ABOVE'}  {words:<66} {figure:>10.3g}  at most {most:.3g}")
    return int(any(figure > most for _, figure, most in asked))


if __name__ == "__main__":
    raise SystemExit(main())
