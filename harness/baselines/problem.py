"""What a baseline reads and writes: public files as a learning problem, and the answer in the form that is asked."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

Kind = Literal["number", "label", "probability", "probabilities"]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Features as frames, the target as numbers (`targets[n, columns]`) or as codes of `labels` (`targets[n, 1]`).

    `quantile` is the level that is asked for where not the middle but a quantile is.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    targets: Array
    labels: tuple[str, ...]
    kind: Kind
    columns: tuple[str, ...]
    id_column: str
    ids: tuple[str, ...]
    low: float | None
    high: float | None
    quantile: float | None = None

    @property
    def classifies(self) -> bool:
        return self.kind != "number"


def load_problem(folder: Path, rules_path: Path) -> Problem:
    """Read train.csv and test.csv; the rules of a submission say which columns are asked for and how."""
    rules = cast("dict[str, object]", json.loads(rules_path.read_text(encoding="utf-8")))
    columns = tuple(cast("list[str]", rules["columns"]))
    labels = tuple(cast("list[str]", rules["labels"]))
    kind = cast(Kind, rules["kind"])
    identity = str(rules["id_column"])
    train = pd.read_csv(folder / "train.csv", dtype=str, keep_default_na=False)
    test = pd.read_csv(folder / "test.csv", dtype=str, keep_default_na=False)
    targets = [name for name in train.columns if name not in test.columns]
    shared = [name for name in test.columns if name in train.columns and name != identity]
    if kind == "number":
        values = train[list(columns)].apply(pd.to_numeric, errors="coerce").to_numpy(float)
        known = np.isfinite(values).all(axis=1)
    else:
        codes = {label: code for code, label in enumerate(labels)}
        answers = train[columns[0] if columns[0] in train.columns else targets[0]]
        values = answers.map(codes).to_numpy(float).reshape(-1, 1)
        known = np.isfinite(values[:, 0])
    return Problem(
        train=train.loc[known, shared].reset_index(drop=True),
        test=test[shared],
        targets=values[known],
        labels=labels,
        kind=kind,
        columns=columns,
        id_column=identity,
        ids=tuple(test[identity]),
        low=cast("float | None", rules["low"]),
        high=cast("float | None", rules["high"]),
        quantile=cast("float | None", rules["quantile"]),
    )


def write_answer(problem: Problem, predicted: Array, path: Path) -> None:
    """Write the submission. `predicted` is [rows, columns] of numbers, or [rows, labels] of probabilities."""
    table = pd.DataFrame({problem.id_column: list(problem.ids)})
    if problem.kind == "number":
        low = -np.inf if problem.low is None else problem.low
        high = np.inf if problem.high is None else problem.high
        for position, name in enumerate(problem.columns):
            table[name] = np.clip(predicted[:, position], low, high)
    elif problem.kind == "label":
        table[problem.columns[0]] = np.asarray(problem.labels, dtype=object)[predicted.argmax(axis=1)]
    elif problem.kind == "probability":
        table[problem.columns[0]] = np.clip(predicted[:, 1], 0.0, 1.0)
    else:
        shares = predicted / predicted.sum(axis=1, keepdims=True)
        for position, name in enumerate(problem.columns):
            table[name] = shares[:, position]
    # Equal seeds give equal bytes on one machine; ten digits hide the last bits that differ between machines.
    table.to_csv(path, index=False, float_format="%.10g", lineterminator="\n")
