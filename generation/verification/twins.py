"""Test rows that equal train rows, and how many would by chance."""

import numpy as np
import numpy.typing as npt

from generation.verification.columns import Column, Numbers
from generation.verification.tables import Tables

CHANCE = 0.01  # expected number of equal train rows if the columns were independent


def expected_twins(tables: Tables) -> Numbers:
    """How many train rows each test row would equal by chance if the columns were independent; shape (n_test,)."""
    logs = np.full(len(tables.test), np.log(len(tables.train)))
    for name in tables.features:
        logs += log_shares(tables.column("train", name), tables.column("test", name))
    twins: Numbers = np.exp(logs)
    return twins


def log_shares(train: Column, asked: Column) -> Numbers:
    """How frequent each asked cell is among the train cells, as logarithms; a new cell counts once; shape (n,)."""
    counts = np.bincount(train.alike, minlength=len(train.distinct.alike))[asked.alike]
    return np.log(np.maximum(counts, 1) / len(train.codes))


def twins(tables: Tables) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Which test rows have all features of a train row by more than chance, and its place; both of shape (n_test,)."""
    keys = tables.keys("train", tables.features)
    order = np.argsort(keys, kind="stable")
    asked = tables.keys("test", tables.features)
    at = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
    place = order[at]
    there = keys[place] == asked
    return (there & (expected_twins(tables) < CHANCE) if there.any() else there), place
