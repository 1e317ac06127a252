"""Two probes on a task's public files, a simple and a strong one; never contestants of a study.

Runs inside an agent's sandbox: `python ladder.py JSON`, with `id`, `target`, `prediction`, `labels`, `metric` and
`rows` (the most train rows to learn from). Reads data/, writes simple.csv and strong.csv.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.linear_model import LogisticRegression, Ridge

Array = npt.NDArray[Any]
Task = dict[str, Any]
LEVELS = 20  # one column for each of the most frequent levels
WORDS = 64  # hashed words for a column of free text
TREES = 60
BALANCED = ("balanced_accuracy", "f1_macro", "qwk")


def encode(train: pd.DataFrame, test: pd.DataFrame) -> tuple[Array, Array]:
    """Both parts as standardised numbers, fitted on train alone; shapes (n, k) and (m, k)."""
    blocks = [_column(train[name], test[name]) for name in train.columns]
    left = np.hstack([block[0] for block in blocks])
    right = np.hstack([block[1] for block in blocks])
    centre, scale = left.mean(axis=0), left.std(axis=0)
    keep = scale > 1e-9
    return (left - centre)[:, keep] / scale[keep], np.clip((right - centre)[:, keep] / scale[keep], -10, 10)


def _column(train: pd.Series, test: pd.Series) -> tuple[Array, Array]:
    numbers = pd.to_numeric(train, errors="coerce")
    filled = train.notna().sum()
    if filled and numbers.notna().sum() >= 0.98 * filled:
        return _numbers(numbers.to_numpy(float), pd.to_numeric(test, errors="coerce").to_numpy(float))
    if _are_dates(train):
        return _numbers(_days(train), _days(test))
    words, asked = train.fillna("").astype(str), test.fillna("").astype(str)
    if words.nunique() > LEVELS and words.str.count(" ").mean() >= 2:
        return _hashed(words), _hashed(asked)
    counts = words.value_counts()
    levels = counts.index[:LEVELS]
    return tuple(  # type: ignore[return-value]
        np.column_stack([*(cells == level for level in levels), np.log1p(cells.map(counts).fillna(0))]).astype(float)
        for cells in (words, asked)
    )


def _numbers(train: Array, test: Array) -> tuple[Array, Array]:
    """The number, its missingness, and its signed logarithm, which tames long tails for the simple probe."""
    middle = np.nanmedian(train) if np.isfinite(train).any() else 0.0
    return tuple(  # type: ignore[return-value]
        np.column_stack([filled, np.isnan(raw), np.sign(filled) * np.log1p(np.abs(filled))])
        for raw, filled in ((part, np.where(np.isfinite(part), part, middle)) for part in (train, test))
    )


def _are_dates(cells: pd.Series) -> bool:
    some = cells.dropna().astype(str).head(50)
    if some.empty or not some.str.contains(r"\d[-/.:]\d").all():
        return False
    return bool(pd.to_datetime(some, errors="coerce", format="mixed").notna().all())


def _days(cells: pd.Series) -> Array:
    """Days since 1970, NaN where a cell is no date."""
    moments = pd.to_datetime(cells, errors="coerce", format="mixed", utc=True)
    days: Array = ((moments - pd.Timestamp("1970-01-01", tz="UTC")) / pd.Timedelta(days=1)).to_numpy(float)
    return days


def _hashed(cells: pd.Series) -> Array:
    from sklearn.feature_extraction.text import HashingVectorizer

    hashed: Array = HashingVectorizer(n_features=WORDS, alternate_sign=False).transform(cells).toarray()
    return hashed


def numbers(task: Task, x: Array, y: Array, asked: Array) -> dict[str, Array]:
    """Predictions of a number; a logarithmic metric is learned on logarithms."""
    logs = task["metric"] in {"rmsle", "msle"}
    goal = np.log1p(np.clip(y, 0, None)) if logs else y
    low, high = goal.min(), goal.max()
    found = {}
    for name, model in (
        ("simple", Ridge(alpha=3.0)),
        ("strong", ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=0)),
    ):
        guess = np.clip(model.fit(x, goal).predict(asked), low, high)
        found[name] = np.expm1(guess) if logs else guess
    return found


def chances(task: Task, x: Array, y: Array, asked: Array) -> dict[str, Array]:
    """Probabilities of the labels in the order of the task; shape (m, labels)."""
    weight = "balanced" if task["metric"] in BALANCED else None
    labels = task["labels"] or sorted(set(y))
    found = {}
    for name, model in (
        ("simple", LogisticRegression(C=0.3, max_iter=200, class_weight=weight)),
        ("strong", ExtraTreesClassifier(TREES, min_samples_leaf=2, class_weight=weight, random_state=0)),
    ):
        guess = model.fit(x, y).predict_proba(asked)
        place = {label: at for at, label in enumerate(model.classes_)}
        found[name] = np.column_stack(
            [guess[:, place[label]] if label in place else np.zeros(len(asked)) for label in labels]
        )
    return found


def main() -> None:
    """Read, learn, write."""
    task = json.loads(sys.argv[1])
    texts = {task["id"]: str, **({} if task["prediction"] == "number" else {task["target"]: str})}
    data = Path("data")
    train = pd.read_csv(data / "train.csv", dtype=texts, keep_default_na=True)
    if task["prediction"] != "number":
        labels = pd.read_csv(data / "train.csv", usecols=[task["target"]], dtype=str, keep_default_na=False)
        train[task["target"]] = labels[task["target"]].str.strip()
    train = train.sample(min(len(train), task["rows"]), random_state=0)
    test = pd.read_csv(data / "test.csv", dtype={task["id"]: str})
    sample = pd.read_csv(data / "sample_submission.csv", dtype=str, keep_default_na=False)
    names = [name for name in test.columns if name != task["id"] and name in train.columns]
    x, asked = encode(train[names], test[names])
    y = train[task["target"]].to_numpy()
    columns = [name for name in sample.columns if name != task["id"]]
    for name, guess in (numbers if task["prediction"] == "number" else chances)(task, x, y, asked).items():
        result = pd.DataFrame({task["id"]: test[task["id"]]})
        if task["prediction"] == "number":
            result[columns[0]] = guess
        elif task["prediction"] == "label":
            result[columns[0]] = np.array(task["labels"] or sorted(set(y)))[guess.argmax(axis=1)]
        elif task["prediction"] == "probability":
            result[columns[0]] = guess[:, 1]
        else:
            shares = guess / guess.sum(axis=1, keepdims=True)
            for label, share in zip(task["labels"], shares.T, strict=True):
                result[f"p_{label}"] = share
        result[list(sample.columns)].to_csv(f"{name}.csv", index=False)


if __name__ == "__main__":
    main()
