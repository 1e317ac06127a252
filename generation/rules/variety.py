"""Which questions are one in two forms, and which are much like one another."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile import DatasetProfile
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.forecasting import course, read_times, time_format
from generation.rules.stems import stemmed, telling
from harness.competition.ranks import correlation, mean_ranks

_SAME_ORDER = 0.95
_FEWEST_PAIRS = 30
_OF_ONE_KIND = 0.6
_LEAST_WORD, _FIRST_WORDS = 3, 6


def is_same_question(profile: DatasetProfile, left: Candidate, right: Candidate) -> bool:
    """Whether two targets are one question in two forms: a transformation, a lookup, or the same quantity."""
    pair = {left.name, right.name}
    related = {r.kind for r in profile.relations if {r.column, r.other} == pair} - {"sum"}
    if left.numbers is None or right.numbers is None or related - {"linear", "monotone"}:
        return bool(related)
    if not related and not _go_together(left.numbers, right.numbers):
        return False
    found = course(profile, left)
    if found is None or _words(left) & _words(right):
        return True
    # What grows over the years does so with all that grows: over time the changes tell, not the levels.
    return _go_together(*_changes(profile, *found, left.numbers, right.numbers))


def likeness(left: Candidate, right: Candidate) -> float:
    """How much two questions are alike, 0 to 1.6: by a word of their names, by their meanings, by what is asked for."""
    names = bool(_words(left) & _words(right))
    ours, theirs = (set(telling(one.column.meaning)[:_FIRST_WORDS]) for one in (left, right))
    meanings = len(ours & theirs) / max(1, len(ours | theirs))
    of_a_kind = left.column.kind is right.column.kind and left.objective == right.objective
    return max(float(names), meanings) + (_OF_ONE_KIND if of_a_kind else 0.0)


def _words(candidate: Candidate) -> set[str]:
    return {stemmed(word) for word in tokens(candidate.name) if len(word) >= _LEAST_WORD and not word.isdigit()}


def _go_together(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    """Whether the ranks of two quantities go together nearly perfectly (Spearman, 1904; ties averaged)."""
    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < _FEWEST_PAIRS:
        return False
    return abs(correlation(mean_ranks(left[both]), mean_ranks(right[both]))) > _SAME_ORDER


def _changes(
    profile: DatasetProfile, time: str, entity: str, *quantities: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """The steps of each quantity from one moment of an entity to its next; those between entities are none."""
    when = read_times(profile.frame[time], time_format(profile[time])).reset_index(drop=True)
    whose = profile.frame[entity].astype(str).reset_index(drop=True) if entity else pd.Series("", index=when.index)
    order = pd.DataFrame({"whose": whose, "when": when}).sort_values(["whose", "when"], kind="stable").index.to_numpy()
    goes_on = whose.to_numpy()[order][1:] == whose.to_numpy()[order][:-1]
    return [np.where(goes_on, np.diff(numbers[order]), np.nan) for numbers in quantities]
