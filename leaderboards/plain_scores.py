"""Scores as arrays or data frames, checked before they are rated: a wrong one is refused, never guessed at."""

import hashlib
from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leaderboards.errors import BadOption
from leaderboards.outcomes import BadScores, Floats, Outcomes, outcomes_from_scores

MOST_DECIMALS = 12


def plain_scores(
    scores: ArrayLike | pd.DataFrame,
    contestants: Sequence[object] | None,
    tasks: Sequence[object] | None,
    *,
    clusters: Sequence[object] | None,
    higher_is_better: ArrayLike,
    decimals: int | None,
) -> Outcomes:
    """Outcomes of an array or a data frame of scores (`leaderboards.board.rate`)."""
    if isinstance(scores, pd.DataFrame):
        contestants = list(scores.columns) if contestants is None else contestants
        tasks = list(scores.index) if tasks is None and _names_tasks(scores.index) else tasks
    values = _numbers(scores)
    names = [f"agent{i + 1}" for i in range(values.shape[1])] if contestants is None else list(map(str, contestants))
    return outcomes_from_scores(
        values,
        names,
        _made_names(values) if tasks is None else list(map(str, tasks)),
        None if clusters is None else list(map(str, clusters)),
        higher_is_better=_directions(higher_is_better, len(values)),
        decimals=_decimals(decimals),
    )


def _names_tasks(index: pd.Index) -> bool:
    """Whether the labels are meant as names; whole numbers in an index without a name count rows, filtered or not."""
    return index.name is not None or not pd.api.types.is_integer_dtype(index.dtype)


def _numbers(scores: ArrayLike | pd.DataFrame) -> Floats:
    try:
        values = np.asarray(scores, dtype=float)
    except (TypeError, ValueError) as wrong:
        raise BadScores(
            f"The scores are no table of numbers: {wrong}. Write NaN for a run that was not made."
        ) from wrong
    if values.ndim not in (2, 3) or not values.size:
        raise BadScores(
            f"The scores have the shape {values.shape}; expected are tasks by contestants, or tasks by contestants by "
            "runs, at least one of each."
        )
    return values


def _made_names(values: Floats) -> list[str]:
    """Names of tasks that no other table has, unless it holds the same scores."""
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:8]
    return [f"task{i + 1} of {digest}" for i in range(len(values))]


def _directions(higher_is_better: ArrayLike, tasks: int) -> np.ndarray:
    """[T] truths; words are refused, because every word would count as true."""
    found = np.asarray(higher_is_better)
    if found.dtype != bool or found.shape not in ((), (tasks,)):
        raise BadScores(
            f"higher_is_better is one truth or one for each of {tasks} tasks, True or False; found are "
            f"{found.dtype.name} of the shape {found.shape}."
        )
    return found


def _decimals(decimals: object) -> int | None:
    if decimals is None:
        return None
    # Within the bounds there is no NaN and no infinity, which int() does not take.
    places = float(decimals) if isinstance(decimals, Real) else -1.0
    if not (0 <= places <= MOST_DECIMALS and places == int(places)):
        raise BadOption(f"decimals is a whole number from 0 to {MOST_DECIMALS}, or None; found is {decimals}.")
    return int(places)
