"""Everything that one set of outcomes says: ratings, their intervals, and ranks that hold together."""

from dataclasses import dataclass
from enum import StrEnum
from numbers import Integral, Real

import numpy as np

from leaderboards.battle_noise import battle_influence, rerate_battles
from leaderboards.battles import Battles
from leaderboards.bradley_terry import Fit, fit_credits, one_thread
from leaderboards.davidson import fit_davidson
from leaderboards.errors import BadOption, UnknownRule
from leaderboards.intervals import (
    Influence,
    Ranks,
    cluster_weights,
    half_widths,
    influence,
    rerate,
    simultaneous_ranks,
)
from leaderboards.outcomes import Floats, HeadToHead, Outcomes, head_to_head, pair_counts, win_graph

CONFIDENCE = 0.95
ROUNDS = 1000
EQUAL = 6  # decimals of Elo at which ratings are equal: what is below is rounding of the arithmetic
LEAST_WON = 1e-9  # wins of a pair are differences of sums: below this they are rounding


def check_confidence(confidence: object) -> None:
    """Raise `BadOption` unless it lies between 0 and 1."""
    if not (isinstance(confidence, Real) and 0 < float(confidence) < 1):
        raise BadOption(f"confidence lies between 0 and 1, for example 0.95; found is {confidence}.")


def check_rounds(rounds: object) -> None:
    """Raise `BadOption` unless it is a number of bootstrap rounds."""
    if not (isinstance(rounds, Integral) and int(rounds) >= 1):
        raise BadOption(f"rounds is a whole number of at least 1, for example {ROUNDS}; found is {rounds}.")


class Ties(StrEnum):
    """What a tie is: half a win each, or an outcome of its own (Davidson 1970)."""

    HALF = "half"
    DAVIDSON = "davidson"

    @classmethod
    def _missing_(cls, value: object) -> "Ties":
        raise UnknownRule(f"ties are counted by {' or '.join(map(repr, map(str, cls)))}; found is {value!r}.")

    @property
    def words(self) -> str:
        """As a report says it."""
        return "half a win each" if self is Ties.HALF else "an outcome of its own (Davidson 1970)"


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

    outcomes: Outcomes | Battles
    fit: Fit
    influence: Influence
    elo: Floats
    low: Floats
    high: Floats
    ranks: Ranks

    @property
    def order(self) -> list[int]:
        """[K] contestants in the order of a board (`place`)."""
        names = self.outcomes.contestants
        return sorted(range(len(names)), key=lambda one: place(float(self.elo[one]), names[one]))

    def rank_of(self, contestant: int) -> int:
        """1 and how many are rated above a contestant; equal ratings have one rank."""
        rounded = np.round(self.elo, EQUAL)
        return 1 + int((rounded > rounded[contestant]).sum())


def place(rating: float, name: str) -> tuple[float, str]:
    """What contestants are sorted by wherever they are listed: higher ratings first, equal ones by name."""
    return -float(np.round(rating, EQUAL)), name


def fit_outcomes(outcomes: Outcomes | Battles, ties: Ties = Ties.HALF) -> Fit:
    """Maximum likelihood over all battles; raises `Islands` where no chain of battles joins the contestants."""
    if ties is Ties.DAVIDSON or isinstance(outcomes, Battles):
        return _fit_pairs(pairs_of(outcomes), outcomes.contestants, ties)
    with one_thread():
        credits, battles = outcomes.credits.sum(axis=0), pair_counts(outcomes.present)
    return fit_credits(credits, battles, win_graph(outcomes), outcomes.contestants)


def _fit_pairs(pairs: HeadToHead, names: tuple[str, ...], ties: Ties) -> Fit:
    credits = pairs.credits.sum(axis=1)
    if ties is Ties.HALF:
        return fit_credits(credits, pairs.battles, pairs.credits, names)
    won = np.where(pairs.credits - pairs.ties / 2 > LEAST_WON, 1.0, 0.0)
    return fit_davidson(credits, pairs.battles, won, pairs.ties, names, ties=float(pairs.ties.sum()) / 2)


def pairs_of(outcomes: Outcomes | Battles) -> HeadToHead:
    """Every pair's battles, credits and ties."""
    return outcomes.pairs if isinstance(outcomes, Battles) else head_to_head(outcomes)


@one_thread()
def rate_outcomes(
    outcomes: Outcomes | Battles,
    *,
    confidence: float = CONFIDENCE,
    rounds: int = ROUNDS,
    seed: int = 0,
    ties: Ties = Ties.HALF,
) -> Ratings:
    """Rate contestants who each have a battle; intervals and ranks are clustered by dataset, or as the battles say.

    Raises:
        BadOption: a confidence or a number of rounds that can't be meant.
    """
    check_confidence(confidence)
    check_rounds(rounds)
    fit = fit_outcomes(outcomes, ties)
    pulls = battle_influence(outcomes, fit) if isinstance(outcomes, Battles) else influence(outcomes, fit)
    half = half_widths(pulls, confidence)
    above = np.array([1.0] * len(fit.strengths))
    below = above.copy()
    for bound in fit.bounds:
        above[bound.contestant] = np.nan if bound.open_above else 1.0
        below[bound.contestant] = np.nan if bound.open_below else 1.0
    elo = fit.elo
    moved = elo + bootstrap_moves(outcomes, fit, rounds, seed) if len(elo) > 1 else elo[None, :]
    ranks = simultaneous_ranks(elo, pulls, moved, confidence)
    return Ratings(outcomes, fit, pulls, elo, elo - half * below, elo + half * above, ranks)


def bootstrap_moves(outcomes: Outcomes | Battles, fit: Fit, rounds: int, seed: int) -> Floats:
    """[B, K] how far each Bayesian bootstrap round moves each rating from the fit, in Elo."""
    if isinstance(outcomes, Battles):
        moved = rerate_battles(outcomes, fit, rounds, seed)
    else:
        moved = rerate(outcomes, fit, cluster_weights(len(outcomes.cluster_names), rounds, seed))
    return np.asarray(moved - (fit.elo - fit.elo.mean()))
