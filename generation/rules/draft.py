"""A formulation with the rows that it gives: all that a description is written from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.formulation import Formulation
from generation.profile import ColumnProfile, DatasetProfile
from generation.rules.assignment import Assignment
from generation.rules.phrases import Voice
from generation.rules.plain import plain
from harness.competition.metrics import get as get_metric

MOST_GLANCED = 20_000


@dataclass(frozen=True)
class Draft:
    """A question, its table, and which rows are to learn from and which to answer."""

    profile: DatasetProfile
    formulation: Formulation
    assignment: Assignment
    id_column: str

    @property
    def voice(self) -> Voice:
        return Voice(f"{self.profile.name}/{self.formulation.slug}")

    @property
    def target(self) -> ColumnProfile:
        return self.profile[self.formulation.target]

    @property
    def features(self) -> list[ColumnProfile]:
        gone = {*self.formulation.drop, self.formulation.target}
        return [column for column in self.profile.columns if column.name not in gone]

    @property
    def train_count(self) -> int:
        return int(self.assignment.train_rows.sum())

    @property
    def test_count(self) -> int:
        return int(self.assignment.test_rows.sum())

    def cells(self, name: str) -> pd.Series:
        """A column's cells in all rows of the table, stripped; the target's as prepare.py writes them."""
        return self._written(name, self.profile.frame[name])

    def glance(self, name: str) -> pd.Series:
        """Such cells in at most 20,000 rows, evenly drawn: enough for what is said in words."""
        step = max(1, -(-len(self.profile.frame) // MOST_GLANCED))
        return self._written(name, self.profile.frame[name].iloc[::step])

    def _written(self, name: str, cells: pd.Series) -> pd.Series:
        text = cells.astype(str).str.strip()
        return plain(text, self.formulation.writing) if name == self.formulation.target else text

    @cached_property
    def train_cells(self) -> pd.Series:
        """The target's cells in the train rows, stripped."""
        return self.cells(self.formulation.target)[self.assignment.train_rows]

    @cached_property
    def train_numbers(self) -> NDArray[np.float64]:
        return pd.to_numeric(self.train_cells, errors="coerce").to_numpy(dtype=np.float64)

    @property
    def level(self) -> float:
        """The level of the quantile that it pays to state: `pinball_90` asks for 0.9; 0.5 where the mean is asked."""
        elicited = get_metric(self.formulation.metric).elicits
        return 0.5 if elicited == "mean" else elicited

    @property
    def entity(self) -> str:
        """The column whose values several rows share, or nothing."""
        if self.formulation.split.rule == "group":
            return self.formulation.split.column
        if self.formulation.entity:
            return self.formulation.entity
        gone = {*self.formulation.drop, self.formulation.target}
        return next((name for name in self.profile.entities if name not in gone), "")
