"""Everything that one set of outcomes says: ratings, their intervals, and ranks that hold together."""

from dataclasses import dataclass

import numpy as np

from leaderboards.bradley_terry import Fit, fit_credits, one_thread
from leaderboards.intervals import (
    Influence,
    Ranks,
    cluster_weights,
    half_widths,
    influence,
    rerate,
    simultaneous_ranks,
)
from leaderboards.outcomes import Floats, Outcomes, pair_counts, win_graph

CONFIDENCE = 0.95
ROUNDS = 1000


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings of contestants who all played.

    Attributes:
        outcomes: what they are made of.
        fit: the maximum of the likelihood.
        influence: what each cluster of tasks pulls each rating by.
        elo: [K] centred on 1000.
        low, high: [K] interval of each; NaN where there is none (one cluster, or no spread between clusters), and on
            the side on which nothing bounds an undefeated or winless contestant.
        ranks: rank ranges that hold for all at once.
    """

    outcomes: Outcomes
    fit: Fit
    influence: Influence
    elo: Floats
    low: Floats
    high: Floats
    ranks: Ranks


def fit_outcomes(outcomes: Outcomes) -> Fit:
    """Maximum likelihood over all battles; raises `Islands` where no chain of battles joins the contestants."""
    with one_thread():
        credits, battles = outcomes.credits.sum(axis=0), pair_counts(outcomes.present)
    return fit_credits(credits, battles, win_graph(outcomes), outcomes.contestants)


def rate_outcomes(
    outcomes: Outcomes, *, confidence: float = CONFIDENCE, rounds: int = ROUNDS, seed: int = 0
) -> Ratings:
    """Rate contestants who each have a battle; intervals and ranks are clustered by dataset."""
    fit = fit_outcomes(outcomes)
    pulls = influence(outcomes, fit)
    half = half_widths(pulls, confidence)
    half = np.where(half > 1e-6, half, np.nan)
    above = np.array([1.0] * len(fit.strengths))
    below = above.copy()
    for bound in fit.bounds:
        above[bound.contestant] = np.nan if bound.open_above else 1.0
        below[bound.contestant] = np.nan if bound.open_below else 1.0
    elo = fit.elo
    moved = elo + bootstrap_moves(outcomes, fit, rounds, seed) if len(elo) > 1 else elo[None, :]
    ranks = simultaneous_ranks(elo, pulls, moved, confidence)
    return Ratings(outcomes, fit, pulls, elo, elo - half * below, elo + half * above, ranks)


def bootstrap_moves(outcomes: Outcomes, fit: Fit, rounds: int, seed: int) -> Floats:
    """[B, K] how far each Bayesian bootstrap round moves each rating from the fit, in Elo."""
    weights = cluster_weights(len(outcomes.cluster_names), rounds, seed)
    return np.asarray(rerate(outcomes, fit, weights) - (fit.elo - fit.elo.mean()))
