"""From scores to win credits: who beat whom on which task.

A failed run (no valid submission) loses to everyone who submitted and ties with others who failed; a run that is not
there, or that an infrastructure error ended, is no battle. Several epochs are battled run against run with weight
1/(r_i r_j), never averaged: averages of runs stretch the spread of the ratings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from leaderboards.errors import LeaderboardError

Floats = NDArray[np.float64]
FAILED = -np.inf
GRAPH_CHUNK = 2_000_000  # comparisons at once
CREDIT_CHUNK = 25_000  # runs whose credits are counted at once


class BadScores(LeaderboardError):
    """Scores that are no table of tasks by contestants, or hold +infinity."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Battles of every pair of contestants that ran the same task.

    Attributes:
        contestants: K names.
        tasks: T names.
        clusters: T names of the source dataset of each task.
        values: [T, K, R], higher is better, rounded to the printed precision; -inf failed, NaN not run.
    """

    contestants: tuple[str, ...]
    tasks: tuple[str, ...]
    clusters: tuple[str, ...]
    values: Floats

    @cached_property
    def runs(self) -> Floats:
        """[T, K] number of runs, failed ones counted."""
        return np.asarray((~np.isnan(self.values)).sum(axis=2), dtype=float)

    @cached_property
    def present(self) -> Floats:
        """[T, K] 1 where the contestant played the task against someone."""
        played = (self.runs > 0).astype(float)
        return np.asarray(played * (played.sum(axis=1, keepdims=True) > 1))

    @cached_property
    def credits(self) -> Floats:
        """[T, K] wins plus half the ties of each contestant against all others on each task."""
        return win_credits(self.values) * self.present

    @cached_property
    def ties(self) -> Floats:
        """[T] ties between contestants on each task, a pair's tie counted once; the work grows with T K² R²."""
        inverse = np.divide(1.0, self.runs, out=np.zeros_like(self.runs), where=self.runs > 0)
        found = np.zeros(len(self.tasks))
        for row in range(len(self.contestants)):
            for run in range(self.values.shape[2]):
                equal = (self.values[:, row, run, None, None] == self.values).sum(axis=2) * inverse
                equal[:, row] = 0.0
                found += inverse[:, row] * equal.sum(axis=1)
        return found / 2

    @cached_property
    def cluster_index(self) -> NDArray[np.intp]:
        """[T] index of each task's cluster among the sorted cluster names."""
        return np.unique(np.array(self.clusters), return_inverse=True)[1]

    @cached_property
    def cluster_names(self) -> tuple[str, ...]:
        """The clusters in the order of `cluster_index`."""
        return tuple(str(name) for name in np.unique(np.array(self.clusters)))

    def among(self, contestants: Sequence[str]) -> "Outcomes":
        """The battles of some contestants with each other, tasks without one of these left out."""
        columns = [self.contestants.index(name) for name in contestants]
        chosen = replace(self, contestants=tuple(contestants), values=self.values[:, columns])
        return chosen.on((~np.isnan(chosen.values)).any(axis=2).sum(axis=1) > 1)

    def on(self, tasks: NDArray[np.bool_]) -> "Outcomes":
        """The battles on some tasks, [T] of truths."""
        names, clusters = np.array(self.tasks, dtype=object), np.array(self.clusters, dtype=object)
        return replace(self, tasks=tuple(names[tasks]), clusters=tuple(clusters[tasks]), values=self.values[tasks])


def win_credits(values: Floats) -> Floats:
    """Credits of each contestant on each task: [T, K, R] runs to [T, K].

    Some tasks at a time, so that what is in between stays in the processor's cache.
    """
    tasks, contestants, width = values.shape
    credits = np.empty((tasks, contestants))
    chunk = max(1, CREDIT_CHUNK // max(1, contestants * width))
    for first in range(0, tasks, chunk):
        part = values[first : first + chunk]
        if width == 1:
            credits[first : first + chunk] = _credits_of_single_runs(part[:, :, 0])
        else:
            credits[first : first + chunk] = _credits_of_runs(part)
    return credits


def _credits_of_single_runs(values: Floats) -> Floats:
    """[T, K] runs to credits: where all ran and none tie, whoever stands at place p from below has beaten p others."""
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    plain = (ordered[:, 1:] > ordered[:, :-1]).all(axis=1)  # never where one is NaN, for nothing is above or below it
    credits = np.empty(values.shape)
    np.put_along_axis(credits, order, np.arange(values.shape[1], dtype=float)[None, :], axis=1)
    if not plain.all():
        credits[~plain] = _credits_of_runs(values[~plain][:, :, None])
    return credits


def _credits_of_runs(values: Floats) -> Floats:
    """[T, K, R] runs to credits [T, K].

    The sum over opponents j of 1/(r_i r_j) times (runs won + half the runs tied) is the mean over i's runs of their
    weighted midrank among all runs (weight 1/r_j), less 1/2 for the battle with itself. So one sort a task is enough.
    """
    tasks, contestants, width = values.shape
    there = ~np.isnan(values)
    runs = there.sum(axis=2, keepdims=True)
    weights = np.divide(there, runs, out=np.zeros(values.shape), where=runs > 0)
    flat, flat_weights = values.reshape(tasks, -1), weights.reshape(tasks, -1)
    order = np.argsort(flat, axis=1)
    ordered = np.take_along_axis(flat, order, axis=1)
    upto = np.cumsum(np.take_along_axis(flat_weights, order, axis=1), axis=1)
    changes = np.ones((tasks, contestants * width + 1), dtype=bool)
    changes[:, 1:-1] = ordered[:, 1:] != ordered[:, :-1]
    before = np.concatenate([np.zeros((tasks, 1)), upto[:, :-1]], axis=1)
    below = np.maximum.accumulate(np.where(changes[:, :-1], before, 0.0), axis=1)
    above = np.where(changes[:, 1:], upto, np.inf)
    through = np.minimum.accumulate(above[:, ::-1], axis=1)[:, ::-1]
    midranks = np.empty_like(flat)
    np.put_along_axis(midranks, order, (below + through) / 2, axis=1)
    mean = (midranks.reshape(values.shape) * weights).sum(axis=2)
    return np.asarray(np.where(runs[:, :, 0] > 0, mean - 0.5, 0.0))


@dataclass(frozen=True, eq=False)
class HeadToHead:
    """Pairs: `battles`, `credits` (wins plus half the ties) and `ties` of row against column, each [K, K]."""

    battles: Floats
    credits: Floats
    ties: Floats


def head_to_head(outcomes: Outcomes) -> HeadToHead:
    """Count every pair's battles; the work grows with T K² R²."""
    values, size = outcomes.values, len(outcomes.contestants)
    runs = outcomes.runs
    inverse = np.divide(1.0, runs, out=np.zeros_like(runs), where=runs > 0)
    credits, ties = np.zeros((size, size)), np.zeros((size, size))
    for row in range(size):
        for run in range(values.shape[2]):
            own = values[:, row, run, None, None]
            tied = (own == values).sum(axis=2) * inverse
            won = (own > values).sum(axis=2) * inverse
            credits[row] += inverse[:, row] @ (won + tied / 2)
            ties[row] += inverse[:, row] @ tied
    np.fill_diagonal(credits, 0.0)
    np.fill_diagonal(ties, 0.0)
    return HeadToHead(pair_counts(outcomes.present), credits, ties)


def win_graph(outcomes: Outcomes) -> Floats:
    """[K, K] 1 where row won or tied against column somewhere; stops early once everyone is tied to everyone.

    Edges never break a connection, so a graph that is strongly connected after some tasks stays so.
    """
    values, size = outcomes.values, len(outcomes.contestants)
    graph = np.zeros((size, size), dtype=bool)
    chunk = max(1, GRAPH_CHUNK // (size * values.shape[2]) ** 2)
    for first in range(0, len(values), chunk):
        part = values[first : first + chunk]
        for run in range(values.shape[2]):
            graph |= (part[:, :, None, run, None] >= part[:, None, :, :]).any(axis=(0, 3))
        if connected_components(csr_matrix(graph), directed=True, connection="strong")[0] == 1:
            break
    np.fill_diagonal(graph, False)
    return graph.astype(float)


def pair_counts(present: Floats) -> Floats:
    """[K, K] number of tasks that both played, 0 on the diagonal."""
    counts = np.asarray(present.T @ present)
    np.fill_diagonal(counts, 0.0)
    return counts


def outcomes_of(frame: pd.DataFrame) -> Outcomes:
    """Outcomes of a checked results table (`ResultsTable.frame`); rows with status `error` are not run."""
    played = frame[frame["status"] != "error"]
    contestants = sorted(frame["contestant"].unique())
    units = sorted(played["unit"].unique())
    graded = (played["status"] == "graded").to_numpy()
    sign = np.where(played["direction"] == "maximize", 1.0, -1.0)
    scores = np.where(graded, sign * played["score"].to_numpy(float), FAILED)
    scores = at_printed_precision(scores, played["decimals"].to_numpy(float))
    rows = pd.Index(units).get_indexer(pd.Index(played["unit"]))
    columns = pd.Index(contestants).get_indexer(pd.Index(played["contestant"]))
    run = played.groupby(["unit", "contestant"]).cumcount().to_numpy()
    width = int(run.max()) + 1 if len(run) else 1
    values = np.full((len(units), len(contestants), width), np.nan)
    values[rows, columns, run] = scores
    first = played.drop_duplicates("unit").set_index("unit")
    return Outcomes(
        tuple(str(name) for name in contestants),
        tuple(units),
        tuple(str(first.loc[unit, "cluster"]) for unit in units),
        values,
    )


def at_printed_precision(scores: Floats, decimals: Floats) -> Floats:
    """Scores rounded to each one's own number of decimals; NaN decimals leave a score as it is."""
    rounded = scores.copy()
    for places in np.unique(decimals[~np.isnan(decimals)]):
        here = (decimals == places) & np.isfinite(scores)
        rounded[here] = np.round(scores[here], int(places))
    return rounded


def outcomes_from_scores(
    scores: ArrayLike,
    contestants: Sequence[str],
    tasks: Sequence[str],
    clusters: Sequence[str] | None = None,
    *,
    higher_is_better: ArrayLike = True,
    decimals: int | None = None,
) -> Outcomes:
    """Outcomes of an array of scores [T, K] or, with runs, [T, K, R]; NaN is not run, -inf failed (either direction).

    Raises:
        BadScores: another shape, repeated names, or +infinity.
    """
    values = np.array(scores, dtype=float)
    if values.ndim == 2:
        values = values[:, :, None]
    if values.ndim != 3 or values.shape[:2] != (len(tasks), len(contestants)):
        raise BadScores(
            f"scores have the shape {values.shape[:2]}, but there are {len(tasks)} tasks (rows) and "
            f"{len(contestants)} contestants (columns)."
        )
    for kind, names in (("contestant", contestants), ("task", tasks)):
        twice = sorted({name for name in names if list(names).count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise BadScores(f"A {kind} is named twice: {', '.join(twice[:5])}. Give each a name of its own.")
    if np.isposinf(values).any():
        task, contestant, _ = np.argwhere(np.isposinf(values))[0]
        raise BadScores(
            f"The score of {contestants[contestant]} on {tasks[task]} is +infinity. Write -inf for a failed run and "
            "NaN for one that was not made."
        )
    higher = np.broadcast_to(np.asarray(higher_is_better, dtype=bool), (len(tasks),))
    oriented = np.where(np.isneginf(values) | higher[:, None, None], values, -values)
    if decimals is not None:
        oriented = at_printed_precision(oriented, np.full(oriented.shape, float(decimals)))
    datasets = tuple(tasks) if clusters is None else tuple(clusters)
    if len(datasets) != len(tasks):
        raise BadScores(f"There are {len(datasets)} clusters for {len(tasks)} tasks.")
    return Outcomes(tuple(contestants), tuple(tasks), datasets, oriented)
