"""One line of a leaderboard: a contestant's rating, its cells, and what a reader must know of it."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from leaderboards.outcomes import HeadToHead
from leaderboards.plain import known
from leaderboards.ratings import Ratings

NO_MODEL = ("", "none", "none/none")


class Flag(StrEnum):
    """What a reader must know of one rating."""

    BOUNDED = "bounded by the prior"
    UNPLAYED = "no battle"
    NO_INTERVAL = "no interval"


@dataclass(frozen=True)
class Views:
    """What other views of the field say, means over tasks between 0 and 1; None where the table does not say it.

    `normalized` stands between the sample submission and the best possible score, `aup` is the area under the
    performance profile, `human_rank` the share of a human leaderboard that is not better, `gold`, `silver` and
    `bronze` the shares of tasks with such a medal. The definitions and their sources are in `leaderboards.views`.
    """

    normalized: float | None = None
    aup: float | None = None
    human_rank: float | None = None
    gold: float | None = None
    silver: float | None = None
    bronze: float | None = None

    @property
    def any_medal(self) -> float | None:
        """The share of tasks with a medal, MLE-bench's headline."""
        won = [self.gold, self.silver, self.bronze]
        return None if None in won else sum(share for share in won if share is not None)


@dataclass(frozen=True)
class BoardRow:
    """One contestant. None stands for what the data don't say; ratings are Elo centred on 1000.

    `rank_low` and `rank_high` are the best and the worst rank that hold for all contestants at once; `seconds` is the
    median of a run, `cost_usd` the sum where every run's cost is known, tokens the mean of a run where they are known.
    """

    contestant: str
    family: str
    model: str
    rating: float | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    win_rate: float | None
    wins: float
    ties: float
    battles: float
    runs: int
    valid_rate: float | None
    seconds: float | None
    cost_usd: float | None
    errors: int
    flags: tuple[Flag, ...] = ()
    input_tokens: float | None = None
    output_tokens: float | None = None
    views: Views = Views()

    @property
    def cost_a_run(self) -> float | None:
        """The mean cost of a run in US dollars, where every run's cost is known."""
        return None if self.cost_usd is None or not self.runs else self.cost_usd / self.runs


@dataclass(frozen=True)
class Facts:
    """What a contestant's cells say apart from battles; `valid` is None where nothing says what was valid."""

    family: str
    model: str
    runs: int
    valid: int | None
    seconds: float | None
    cost_usd: float | None
    errors: int
    input_tokens: float | None = None
    output_tokens: float | None = None


def facts_of(rows: pd.DataFrame) -> Facts:
    """The facts of one contestant's rows of a checked results table."""
    done = rows[rows["status"] != "error"]
    seconds, cost = done["seconds"].dropna(), done["cost_usd"]
    return Facts(
        family=str(rows["family"].iloc[0]),
        model=str(rows["model"].iloc[0]),
        runs=len(done),
        valid=int((done["status"] == "graded").sum()),
        seconds=float(seconds.median()) if len(seconds) else None,
        cost_usd=float(cost.sum()) if len(cost) and cost.notna().all() else None,
        errors=len(rows) - len(done),
        input_tokens=known(float(done["input_tokens"].mean())),
        output_tokens=known(float(done["output_tokens"].mean())),
    )


def board_row(name: str, facts: Facts, ratings: Ratings | None, pairs: HeadToHead | None) -> BoardRow:
    """The line of a contestant; without a rating if it has no battle."""
    valid_rate = facts.valid / facts.runs if facts.valid is not None and facts.runs else None
    cells = (facts.runs, valid_rate, facts.seconds, facts.cost_usd, facts.errors)
    tokens = (facts.input_tokens, facts.output_tokens)
    if ratings is None or pairs is None or name not in ratings.outcomes.contestants:
        nothing = (None,) * 7
        return BoardRow(name, facts.family, facts.model, *nothing, 0.0, 0.0, 0.0, *cells, (Flag.UNPLAYED,), *tokens)
    i = ratings.outcomes.contestants.index(name)
    low, high = known(ratings.low[i]), known(ratings.high[i])
    credits, ties, battles = (float(part[i].sum()) for part in (pairs.credits, pairs.ties, pairs.battles))
    return BoardRow(
        name,
        facts.family,
        facts.model,
        float(ratings.elo[i]),
        low,
        high,
        ratings.rank_of(i),
        int(ratings.ranks.low[i]),
        int(ratings.ranks.high[i]),
        credits / battles,
        credits - ties / 2,
        ties,
        battles,
        *cells,
        _flags(i, ratings, low is None or high is None),
        *tokens,
    )


def _flags(contestant: int, ratings: Ratings, is_open: bool) -> tuple[Flag, ...]:
    if any(bound.contestant == contestant for bound in ratings.fit.bounds):
        return (Flag.BOUNDED,)
    return (Flag.NO_INTERVAL,) if is_open else ()
