"""Four probes on a task's public files, of four families; never contestants of a study.

Runs inside an agent's sandbox: `python ladder.py JSON`, with `id`, `target`, `prediction`, `labels`, `metric`,
`quantile` (the level, or null) and `rows` (the most train rows to learn from). Reads data/, writes tree.csv (one
oblivious tree), neighbours.csv, simple.csv (ridge or logistic regression) and strong.csv (boosted oblivious trees).
numpy and pandas alone: importing more would cost a second of every verification.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.tseries.api import guess_datetime_format

Array = npt.NDArray[np.float64]
Task = dict[str, Any]
Probe = Callable[[Array, Array, Array], Array]

NEAREST = 15
PRIOR = 5.0  # rows that the mean of all counts for beside those of a level
LEVELS = 20  # one column for each of the most frequent levels
WORDS, LONGEST, COMMON = 100, 4000, 0.8  # of a column of free text; characters read; the share of rows at most
WIDEST = 200  # columns of the design: of a thousand more would take half a minute and say little else
BINS, DEPTH, ROUNDS, PATIENCE, RATE = 32, 4, 150, 15, 0.12
BALANCED = ("balanced_accuracy", "f1_macro")
EMPTY = ("", "?", "na", "nan", "n/a", "null", "none")


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(Path("data", name), dtype=str, keep_default_na=False, na_filter=False)


def blocks(train: pd.Series, test: pd.Series) -> tuple[Array, Array]:
    """One column as numbers: itself and its logarithm, days, words, or its frequent levels; (n, k), (m, k)."""
    empty, both = train.str.lower().isin(EMPTY), (train, test)
    numbers = [pd.to_numeric(part, errors="coerce").to_numpy(np.float64) for part in both]
    if (~empty).any() and np.isfinite(numbers[0][~empty.to_numpy()]).mean() >= 0.95:
        return _filled(numbers[0], numbers[1])
    if are_dates(train[~empty]):
        when = [moments(part) for part in both]
        return _filled(*map(days, when), *map(calendar, when))
    if train.nunique() > LEVELS and train.str.count(" ").mean() >= 2:
        return marked(train, test)
    counts = train.value_counts()
    return tuple(  # type: ignore[return-value]
        np.column_stack(
            [*(part == level for level in counts.index[:LEVELS]), np.log1p(part.map(counts).fillna(0))]
        ).astype(np.float64)
        for part in both
    )


def _filled(train: Array, test: Array, *beside: Array) -> tuple[Array, Array]:
    """Gaps filled with the median; beside it where they were, and the signed logarithm, which tames long tails."""
    some = train[np.isfinite(train)]
    middle = float(np.median(some)) if len(some) else 0.0
    made = []
    for part in (train, test):
        gap = ~np.isfinite(part)
        full = np.where(gap, middle, part)
        made.append(np.column_stack([full, gap, np.sign(full) * np.log1p(np.abs(full))]).astype(np.float64))
    return tuple(np.column_stack(parts) for parts in zip(made, beside, strict=True)) if beside else (made[0], made[1])  # type: ignore[return-value]


def calendar(when: pd.Series) -> Array:
    """Where in the year, the week and the day a moment lies: marks of months and weekdays, the hour on its circle."""
    hour = when.dt.hour.fillna(0).to_numpy(np.float64) * np.pi / 12
    months = [when.dt.month == month for month in range(1, 13)]
    return np.column_stack(
        [*months, *(when.dt.day_of_week == day for day in range(7)), np.sin(hour), np.cos(hour)]
    ).astype(np.float64)


def usual(train: pd.Series, test: pd.Series, y: Array) -> tuple[Array, Array]:
    """What goes with each level on average, drawn to the mean of all; for a train row, of the other rows; (n, 1)."""
    middle, kin = y.mean(), pd.Series(y).groupby(train.to_numpy())
    total, count = kin.sum(), kin.count()
    mine, many = train.map(total).to_numpy(np.float64) - y, train.map(count).to_numpy(np.float64) - 1
    asked, known = (test.map(part).fillna(0).to_numpy(np.float64) for part in (total, count))
    drawn = [((s + PRIOR * middle) / (n + PRIOR))[:, None] for s, n in ((mine, many), (asked, known))]
    return drawn[0], drawn[1]


def are_dates(cells: pd.Series) -> bool:
    some = cells.head(50)
    if some.empty or not some.str.contains(r"\d[-/.:]\d").all():
        return False
    return bool(pd.to_datetime(some, errors="coerce", format="mixed").notna().all())


def moments(cells: pd.Series) -> pd.Series:
    """Cells as moments, NaT where they are none; read in the form of the first where all are, which is much faster."""
    said = cells[~cells.str.lower().isin(EMPTY)]
    form = guess_datetime_format(said.iloc[0]) if len(said) else None
    if form is not None:
        read_alike = pd.to_datetime(cells, errors="coerce", format=form, utc=True)
        if read_alike[said.index].notna().all():
            return read_alike
    return pd.to_datetime(cells, errors="coerce", format="mixed", utc=True)


def days(when: pd.Series) -> Array:
    """Days since 1970, NaN where there is no moment."""
    return np.asarray((when - pd.Timestamp("1970-01-01", tz="UTC")) / pd.Timedelta(days=1), dtype=np.float64)


def marked(train: pd.Series, test: pd.Series) -> tuple[Array, Array]:
    """Marks of the words that most train rows have, but for those that nearly all have; shapes (n, k), (m, k)."""
    said = [[set(re.findall(r"[^\W\d_]{2,}", cell[:LONGEST].lower())) for cell in part] for part in (train, test)]
    counts = Counter(word for words in said[0] for word in words)
    shared = sorted((-count, word) for word, count in counts.items() if 3 <= count <= COMMON * len(train))[:WORDS]
    place = {word: at for at, (_, word) in enumerate(shared)}
    made = [np.zeros((len(part), max(len(place), 1))) for part in said]
    for marks, part in zip(made, said, strict=True):
        for row, words in enumerate(part):
            marks[row, [place[word] for word in words if word in place]] = 1.0
    return made[0], made[1]


def design(train: pd.DataFrame, test: pd.DataFrame, y: Array | None = None) -> tuple[Array, Array]:
    """Both parts as standardised columns, fitted on train alone, with a last column of ones; `y` if it is numbers."""
    pairs = [blocks(train[name].str.strip(), test[name].str.strip()) for name in train.columns]
    for name in train.columns if y is not None else ():
        if LEVELS < train[name].nunique() <= len(train) / 3:
            pairs.append(usual(train[name], test[name], np.asarray(y, dtype=np.float64)))
    left, right = np.hstack([pair[0] for pair in pairs]), np.hstack([pair[1] for pair in pairs])
    centre, scale = left.mean(axis=0), left.std(axis=0)
    keep = scale > 1e-9
    x, asked = ((part - centre)[:, keep] / scale[keep] for part in (left, right))
    return np.column_stack([x, np.ones(len(x))]), np.column_stack([asked.clip(-8, 8), np.ones(len(asked))])


def telling(x: Array, asked: Array, y: npt.NDArray[Any]) -> tuple[Array, Array]:
    """Of a very wide table the columns that go most with the target on the train rows, and the column of ones."""
    if x.shape[1] <= WIDEST:
        return x, asked
    goal = y[:, None] if y.dtype.kind == "f" else (y[:, None] == np.unique(y)[None, :]).astype(np.float64)
    strength = np.abs(x[:, :-1].T @ (goal - goal.mean(axis=0))).max(axis=1)
    keep = np.append(np.sort(np.argsort(-strength, kind="stable")[: WIDEST - 1]), x.shape[1] - 1)
    return x[:, keep], asked[:, keep]


def softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def linear(x: Array, goal: Array, weight: Array, asked: Array, *, classes: bool) -> Array:
    """Ridge regression; for classes the same start, then gradient steps with momentum on the logarithmic loss."""
    penalty = 3.0 * np.eye(x.shape[1])
    solved = np.linalg.solve((x * weight[:, None]).T @ x + penalty, (x * weight[:, None]).T @ goal)
    if not classes:
        return asked @ solved
    step = 2.0 / (np.linalg.norm((x * weight[:, None]).T @ x, 2) / 2 + 3.0)
    weights, speed = np.zeros_like(solved), np.zeros_like(solved)
    for _ in range(120):
        slope = x.T @ ((softmax(x @ weights) - goal) * weight[:, None]) + 3.0 * weights
        speed = 0.9 * speed - step * 0.25 * slope
        weights = weights + speed
    return softmax(asked @ weights)


def neighbours(x: Array, goal: Array, asked: Array) -> Array:
    """The mean of the rows nearest in the standardised columns, and a little of all rows; for classes their shares."""
    made, squares, middle = np.empty((len(asked), goal.shape[1])), (x**2).sum(axis=1), goal.mean(axis=0)
    count = min(NEAREST, len(x))
    for start in range(0, len(asked), 500):
        part = asked[start : start + 500]
        far = squares - 2 * part @ x.T
        near = np.argpartition(far, count - 1, axis=1)[:, :count]
        made[start : start + 500] = (goal[near].sum(axis=1) + middle) / (count + 1)
    return made / made.sum(axis=1, keepdims=True) if (goal >= 0).all() else made


class Boosted:
    """Gradient boosting of oblivious trees over binned columns, stopped by a fifth of the rows.

    An oblivious tree asks one question for each level (Kohavi, 1994), so a leaf is the number that its answers spell.
    """

    def __init__(
        self, x: Array, goal: Array, weight: Array, *, classes: bool, medians: bool = False, most: int = ROUNDS
    ) -> None:
        self.classes, self.medians, self.most = classes, medians, most
        self.rate = RATE if most > 1 else 1.0  # one tree alone says all that it knows
        self.edges = [np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1])) for column in x.T]
        self.start = np.median(goal, axis=0) if medians else np.average(goal, axis=0, weights=weight)
        if classes:
            self.start = np.log(self.start.clip(1e-6))
        self.trees: list[tuple[list[tuple[int, int]], Array]] = []
        held = np.random.default_rng(0).random(len(x)) < 0.2
        self._fit(self.binned(x), goal, weight, held)

    def binned(self, x: Array) -> npt.NDArray[np.int64]:
        columns = [np.searchsorted(edges, column, side="right") for edges, column in zip(self.edges, x.T, strict=True)]
        return np.column_stack(columns).astype(np.int64)

    def _fit(self, bins: npt.NDArray[np.int64], goal: Array, weight: Array, held: npt.NDArray[np.bool_]) -> None:
        scores, best, since, kept = np.tile(self.start, (len(goal), 1)), np.inf, 0, 0
        for _ in range(self.most):
            slope = (goal - (softmax(scores) if self.classes else scores)) * weight[:, None]
            questions, leaf = self._questions(
                bins[~held], np.sign(slope[~held]) if self.medians else slope[~held], weight[~held]
            )
            tree = questions, self._values(leaf, slope[~held], weight[~held])
            self.trees.append(tree)
            scores = scores + self._leaves(bins, tree)
            loss = self._loss(scores[held], goal[held], weight[held])
            if loss < best - 1e-9:
                best, since, kept = loss, 0, len(self.trees)
            else:
                since += 1
            if since >= PATIENCE:
                break
        self.trees = self.trees[: max(kept, 1)]

    def _loss(self, scores: Array, goal: Array, weight: Array) -> float:
        if self.classes:
            return float(-(weight * np.log((softmax(scores) * goal).sum(axis=1).clip(1e-9))).sum())
        errors = np.abs(goal - scores)
        return float((weight[:, None] * (errors if self.medians else errors**2)).sum())

    def _questions(
        self, bins: npt.NDArray[np.int64], slope: Array, weight: Array
    ) -> tuple[list[tuple[int, int]], npt.NDArray[np.int64]]:
        """One question a level, and the leaf of every row."""
        rows, columns = bins.shape
        leaf, questions = np.zeros(rows, dtype=np.int64), []
        place = np.arange(columns) * BINS + bins
        # The slopes of all classes add up to nothing, so the last one's is known from the others'.
        known = slope[:, :-1] if self.classes else slope
        mass, steps = np.repeat(weight, columns), [np.repeat(one, columns) for one in known.T]
        for level in range(DEPTH):
            shape = (2**level, columns, BINS)
            size = int(np.prod(shape))
            flat = (leaf[:, None] * (columns * BINS) + place).ravel()
            count = np.bincount(flat, mass, size).reshape(shape).cumsum(axis=2)
            lefts = [np.bincount(flat, one, size).reshape(shape).cumsum(axis=2) for one in steps]
            lefts += [-np.sum(lefts, axis=0)] if self.classes else []
            gain = np.zeros((columns, BINS))
            for left in lefts:
                right, others = left[:, :, -1:] - left, count[:, :, -1:] - count
                gain += (left**2 / (count + 1.0) + right**2 / (others + 1.0)).sum(axis=0)
            column, cut = divmod(int(gain[:, :-1].argmax()), BINS - 1)
            questions.append((column, cut))
            leaf = leaf * 2 + (bins[:, column] > cut)
        return questions, leaf

    def _values(self, leaf: npt.NDArray[np.int64], slope: Array, weight: Array) -> Array:
        """What each leaf adds: the median of its errors, or a step of Newton's, which many rows make bolder."""
        total = np.bincount(leaf, weight, 2**DEPTH)
        if self.medians:
            middles = pd.DataFrame(slope).groupby(leaf).median().reindex(range(2**DEPTH)).fillna(0.0)
            return np.asarray(middles.to_numpy(np.float64) * (total / (total + 1.0))[:, None] * self.rate)
        curve = 0.5 if self.classes else 1.0  # the logarithmic loss bends less: a longer step is safe
        steps = np.column_stack([np.bincount(leaf, one, 2**DEPTH) / (curve * total + 1.0) for one in slope.T])
        return steps * self.rate

    def _leaves(self, bins: npt.NDArray[np.int64], tree: tuple[list[tuple[int, int]], Array]) -> Array:
        leaf = np.zeros(len(bins), dtype=np.int64)
        for column, cut in tree[0]:
            leaf = leaf * 2 + (bins[:, column] > cut)
        return tree[1][leaf]

    def predict(self, x: Array) -> Array:
        bins = self.binned(x)
        scores = np.tile(self.start, (len(x), 1)) + sum(self._leaves(bins, tree) for tree in self.trees)
        return softmax(scores) if self.classes else scores


def probes(medians: bool) -> dict[str, Probe]:
    """All four, for numbers: from what is known, its answers and what is asked to guesses."""
    return {
        "tree": lambda x, y, asked: Boosted(x, y, np.ones(len(x)), classes=False, most=1).predict(asked),
        "neighbours": neighbours,
        "simple": lambda x, y, asked: linear(x, y, np.ones(len(x)), asked, classes=False),
        "strong": lambda x, y, asked: Boosted(x, y, np.ones(len(x)), classes=False, medians=medians).predict(asked),
    }


def stated(probe: Probe, task: Task, x: Array, y: Array, asked: Array) -> Array:
    """The probe's guesses, moved to the quantile that is asked for by what it misses on a fifth of the rows."""
    guess = probe(x, y, asked)
    if task["quantile"] is None:
        return guess
    held = np.random.default_rng(0).random(len(x)) < 0.2
    missed = y[held] - probe(x[~held], y[~held], x[held])
    moved: Array = guess + np.quantile(missed, task["quantile"])
    return moved


def guesses(task: Task, x: Array, y: Array, asked: Array) -> dict[str, Array]:
    """What each probe says: shape (m, 1) for numbers, (m, labels) for classes."""
    weight = np.ones(len(x))
    if task["prediction"] == "number":
        logs = task["metric"] in {"rmsle", "msle"}
        goal = np.log1p(np.clip(y, 0, None)) if logs else y
        centre, scale = goal.mean(), goal.std() + 1e-12
        scaled = ((goal - centre) / scale)[:, None]
        found = {name: stated(probe, task, x, scaled, asked) for name, probe in probes(task["metric"] == "mae").items()}
        back = {name: np.clip(guess * scale + centre, goal.min(), goal.max()) for name, guess in found.items()}
        return {name: np.expm1(guess) if logs else guess for name, guess in back.items()}
    goal = (y[:, None] == np.array(task["labels"])[None, :]).astype(np.float64)
    if task["metric"] in BALANCED:
        weight = (goal @ (len(goal) / (goal.shape[1] * np.maximum(goal.sum(axis=0), 1)))).clip(0.05, 20)
    return {
        "tree": Boosted(x, goal, weight, classes=True, most=1).predict(asked),
        "neighbours": neighbours(x, goal * weight[:, None], asked),
        "simple": linear(x, goal, weight, asked, classes=True),
        "strong": Boosted(x, goal, weight, classes=True).predict(asked),
    }


def main() -> None:
    """Read, learn, write."""
    task: Task = json.loads(sys.argv[1])
    train, test, sample = read("train.csv"), read("test.csv"), read("sample_submission.csv")
    if len(train) > task["rows"]:
        train = train.iloc[np.sort(np.random.default_rng(0).choice(len(train), task["rows"], replace=False))]
    names = [name for name in test.columns if name != task["id"] and name in train.columns]
    numbers = task["prediction"] == "number"
    y = train[task["target"]].str.strip().to_numpy(np.float64 if numbers else str)
    x, asked = telling(*design(train[names], test[names], y if numbers else None), y)
    columns = [name for name in sample.columns if name != task["id"]]
    for name, guess in guesses(task, x, y, asked).items():
        made: dict[str, Any] = {task["id"]: test[task["id"]]}
        if task["prediction"] == "label":
            made[columns[0]] = np.array(task["labels"])[guess.argmax(axis=1)]
        elif task["prediction"] == "probabilities":
            made |= {f"p_{label}": share for label, share in zip(task["labels"], guess.T, strict=True)}
        else:
            made[columns[0]] = guess[:, -1]
        pd.DataFrame(made)[list(sample.columns)].to_csv(f"{name}.csv", index=False)


if __name__ == "__main__":
    main()
