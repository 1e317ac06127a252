"""One peer, measured in an environment of its own: `python rating_peers.py PEER CASE.npz ROUNDS BUDGET`; prints JSON.

Nothing of mlesmith is imported here. A peer gets the battles of the case in the form that it wants, made before the
clock starts (`prepare_ms`), and its own recommended call. Times are of the processor, children and threads included.
"""

import itertools
import json
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from types import ModuleType

import numpy as np

ELO = 400 / math.log(10)
REPEATS = 7
SHORT_S = 0.5  # work shorter than this is repeated, and the least time counts


class Refused(Exception):
    """The case is beyond what this peer can hold, with the reason."""


@dataclass(frozen=True)
class Case:
    """Battles as codes: `result` 2 the first won, 0 the second, 1 a tie; `task` says which are not independent."""

    names: list[str]
    first: np.ndarray
    second: np.ndarray
    result: np.ndarray
    task: np.ndarray

    @property
    def wins(self) -> np.ndarray:
        """[K, K] wins plus half the ties of row against column."""
        size = len(self.names)
        cells = self.first * size + self.second
        credit = np.bincount(cells, self.result / 2, minlength=size * size).reshape(size, size)
        lost = np.bincount(cells, 1 - self.result / 2, minlength=size * size).reshape(size, size)
        return credit + lost.T

    def frame(self):
        """The data frame that LMArena's tools take."""
        import pandas as pd

        names, words = np.array(self.names), np.array(["model_b", "tie", "model_a"])
        return pd.DataFrame({"model_a": names[self.first], "model_b": names[self.second], "winner": words[self.result]})


@dataclass(frozen=True)
class Work:
    """`fit` gives Elo in the order of the case's names; `rounds(n)` makes n bootstrap rounds."""

    package: str
    calls: str
    fit: Callable[[], np.ndarray]
    rounds: Callable[[int], object]


def evalica(case: Case) -> Work:
    """Its bootstrap with percentile intervals; the default (BCa) fits once more for each battle."""
    from evalica import Winner, bootstrap, bradley_terry

    names = case.names
    xs, ys = ([names[i] for i in side] for side in (case.first, case.second))
    winners = [(Winner.Y, Winner.Draw, Winner.X)[code] for code in case.result]

    def fit() -> np.ndarray:
        return 400 * np.log10(bradley_terry(xs, ys, winners).scores.reindex(names).to_numpy())

    def rounds(number: int) -> object:
        return bootstrap(
            bradley_terry, xs, ys, winners, n_resamples=number, bootstrap_method="percentile", random_state=0
        )

    return Work("evalica", "bradley_terry; bootstrap(bootstrap_method='percentile')", fit, rounds)


def arenakit(case: Case) -> Work:
    """Without its prior, so that it maximises the same likelihood; battles of one task are resampled together."""
    from arenakit import Arena, Battle, bootstrap, fit_bt

    if len(case.first) > 1_000_000:
        raise Refused(f"it takes a pydantic object for each of {len(case.first):,} battles")
    outcome = ("b", "tie", "a")
    arena = Arena(
        [
            Battle(model_a=case.names[a], model_b=case.names[b], winner=outcome[r], item_id=f"t{t:06d}")
            for a, b, r, t in zip(case.first, case.second, case.result, case.task, strict=True)
        ],
        models=case.names,
    )
    same = partial(fit_bt, prior=0.0)

    def rounds(number: int) -> object:
        return bootstrap(arena, fit=same, n_resamples=number, cluster="item")

    return Work(
        "arenakit",
        "fit_bt(prior=0); bootstrap(cluster='item')",
        lambda: ELO * same(arena.counts()).scores,
        rounds,
    )


def fschat(case: Case) -> Work:
    """The last release's own pair: a logistic regression on every battle, refitted to resampled battles.

    Its module imports the adapters of all its chat models, with torch and transformers, to look up links for a table
    that is not made here; that one import is answered with an empty module.
    """
    registry = ModuleType("fastchat.model.model_registry")
    registry.get_model_info = None  # type: ignore[attr-defined]
    sys.modules |= {"fastchat.model": ModuleType("fastchat.model"), "fastchat.model.model_registry": registry}
    from fastchat.serve.monitor.elo_analysis import compute_elo_mle_with_tie, get_bootstrap_result

    matrix_gb = 2 * len(case.first) * len(case.names) * 8 / 1e9
    if matrix_gb > 1.5:
        raise Refused(f"its table of regressors would take {matrix_gb:.1f} GB, with copies several times that")
    frame = case.frame()
    return Work(
        "fschat",
        "compute_elo_mle_with_tie; get_bootstrap_result",
        lambda: compute_elo_mle_with_tie(frame).reindex(case.names).to_numpy(),
        lambda number: get_bootstrap_result(frame, compute_elo_mle_with_tie, num_round=number),
    )


def arena_rank(case: Case) -> Work:
    """Its own loop over resampled counts, in this process: its pool forks after JAX has started threads."""
    import jax
    from arena_rank.models.bradley_terry import BradleyTerry, fit_single_bootstrap_sample
    from arena_rank.utils.data_utils import PairDataset

    data = PairDataset.from_pandas(case.frame())
    order = [data.competitors.index(name) for name in case.names]

    def fit() -> np.ndarray:
        return np.asarray(BradleyTerry(len(case.names)).compute_ratings_and_cis(data)["ratings"])[order]

    def rounds(number: int) -> object:
        model, total = BradleyTerry(len(case.names)), data.counts.sum()
        counts = jax.random.multinomial(
            jax.random.PRNGKey(0), int(total), data.counts / total, shape=(number, len(data.counts)), dtype=model.dtype
        )
        return [np.asarray(fit_single_bootstrap_sample(one, model, data)["ratings"]) for one in counts]

    return Work("arena-rank", "compute_ratings_and_cis; fit_single_bootstrap_sample", fit, rounds)


def choix(case: Case) -> Work:
    """It has no bootstrap: a loop over resampled tables of wins, each begun at the fit."""
    from choix import ilsr_pairwise_dense

    def fit() -> np.ndarray:
        return ELO * ilsr_pairwise_dense(case.wins)

    wins = case.wins
    start = ilsr_pairwise_dense(wins)
    total = round(float(wins.sum()))

    def rounds(number: int) -> object:
        tables = np.random.default_rng(0).multinomial(total, (wins / wins.sum()).ravel(), number)
        return [ilsr_pairwise_dense(one.reshape(wins.shape).astype(float), initial_params=start) for one in tables]

    return Work("choix", "ilsr_pairwise_dense, in a loop over resampled tables", fit, rounds)


PEERS = {"arenakit": arenakit, "fschat": fschat, "evalica": evalica, "arena-rank": arena_rank, "choix": choix}


def processor_s() -> float:
    """Seconds of this process, its threads and the children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def seconds(work: Callable[[], object]) -> float:
    """Processor time of some work; the least of several where it is short."""
    best = math.inf
    for done in itertools.count(1):
        begun = processor_s()
        work()
        best = min(best, processor_s() - begun)
        if best > SHORT_S or done == REPEATS:
            return best
    return best


def rounds_of(work: Work, wanted: int, budget_s: float) -> tuple[float, int]:
    """Seconds for all rounds, and how many were made: fewer than wanted only where all would pass the budget."""
    made = 2
    while True:
        spent = seconds(partial(work.rounds, made))
        if made >= wanted:
            return spent, made
        affordable = int(budget_s / max(spent / made, 1e-9))
        if affordable >= wanted:
            made = wanted
        elif affordable > 4 * made:
            made = affordable  # once more with as many as the budget holds: the first ones carry the start
        else:
            return spent / made * wanted, made


def main(name: str, path: str, wanted: int, budget_s: float) -> dict[str, object]:
    """Everything that is measured of one peer on one case."""
    with np.load(path) as stored:
        case = Case([str(one) for one in stored["names"]], *(stored[k] for k in ("first", "second", "result", "task")))
    begun = processor_s()
    try:
        work = PEERS[name](case)
    except Refused as reason:
        return {"refused": str(reason)}
    prepared = processor_s() - begun
    elo = work.fit()
    fit = seconds(work.fit)
    rounds, made = rounds_of(work, wanted, budget_s)
    return {
        "version": version(work.package),
        "calls": work.calls,
        "prepare_ms": 1000 * prepared,
        "fit_ms": 1000 * fit,
        "rounds_ms": 1000 * rounds,
        "made": made,
        "elo": (elo - elo.mean()).tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
