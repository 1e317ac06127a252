"""The columns that could be asked for, best first: by sense, and by what the others tell of them at a first look."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.profile import DatasetProfile
from generation.rules.candidates import Candidate, candidates
from generation.rules.encoding import Encoded, encode
from generation.rules.forecasting import course
from generation.rules.goals import Reader
from generation.rules.leaks import useless
from generation.rules.sense import Sense, sense
from generation.rules.skill import Signal, folds, measure
from harness.processors import processors

RANKING_ROWS = 800
MOST_MEASURED = 25
SIGNAL_WEIGHT = 0.75
LEARNABLE = 0.03
MEASURING = 0  # the seed of all that is measured: what is asked does not depend on the split
_NOTHING_TO_LEARN = 1.0


@dataclass(frozen=True)
class Ranked:
    """A candidate with its sense and its first, cheap signal."""

    candidate: Candidate
    sense: Sense
    signal: Signal

    @property
    def score(self) -> float:
        """Sense decides; signal breaks ties and keeps out what nothing can learn."""
        skill = min(1.0, self.signal.mean)
        return self.sense.score + SIGNAL_WEIGHT * skill - (_NOTHING_TO_LEARN if skill < LEARNABLE else 0.0)


def rank(profile: DatasetProfile) -> list[Ranked]:
    """All candidates, best first; beyond 25 only those with the most sense are measured."""
    found, reader = _askable(profile), Reader(profile)
    scored = sorted(
        ((candidate, sense(profile, candidate, reader)) for candidate in found),
        key=lambda pair: (-pair[1].score, pair[0].column.position),
    )[:MOST_MEASURED]
    encoded = encode(profile, drawn_places(profile.rows, RANKING_ROWS))
    with ThreadPoolExecutor(processors()) as pool:
        signals = pool.map(lambda pair: _quick_signal(profile, pair[0], encoded), scored)
        ranked = [Ranked(c, s, signal) for (c, s), signal in zip(scored, signals, strict=True)]
    return sorted(ranked, key=lambda item: (-item.score, item.candidate.column.position))


def _askable(profile: DatasetProfile) -> list[Candidate]:
    """All that could be asked for but the name of what is followed over time."""
    found, _ = candidates(profile)
    numbers = next((one for one in found if one.numbers is not None), None)
    followed = course(profile, numbers) if numbers is not None else None
    return [one for one in found if followed is None or one.name != followed[1]]


def drawn_places(rows: int, most: int) -> NDArray[np.int64]:
    """At most so many places of rows, drawn and in order; the same for all that is measured."""
    return np.sort(np.random.default_rng(MEASURING).permutation(rows)[:most]).astype(np.int64)


def _quick_signal(profile: DatasetProfile, candidate: Candidate, encoded: Encoded) -> Signal:
    kin = {candidate.name, *useless(profile)}
    for relation in profile.relations:
        if relation.kind != "sum" and candidate.name in (relation.column, relation.other):
            kin |= {relation.column, relation.other}
    known = encoded.subset(candidate.usable[encoded.rows])
    if len(known.rows) < 40:
        return Signal(0.0, 0.0)
    fold = folds(len(known.rows), 2, MEASURING)
    inputs = known.inputs(name for name in profile.names if name not in kin)
    return measure(inputs, candidate.answers(known.rows), fold, size=15, seed=MEASURING)
