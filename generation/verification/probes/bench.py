"""metric.py on many predictions at once: as it is, broken on purpose, and on resampled rows.

Runs inside a sandbox apart from every agent: `python bench.py METRIC ANSWERS JOB RESULT`. JOB is an .npz of predictions
by name (rows as in the ids of `rules`) with a `job`: a JSON text of `rules`, `targets`, `columns`, `vectors`, `mutate`,
`resample`, `draws`, `shuffle`, `suspect`, `times`, `sign` (1 where more is better, else -1), `seed`. A suspect is
resampled as well where it beats the constant. RESULT becomes JSON: `scores`, `mutants`, `replicates`, `shuffles`; null
where a score is none.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.competition.contract import load_metric
from harness.competition.grade import read_answers
from harness.competition.validity import SubmissionRules

Array = npt.NDArray[Any]
Score = Callable[[pd.DataFrame, pd.DataFrame], float]
ENOUGH_LEVELS = 20  # more distinct answers are numbers, and the "largest class" is their lower half


def frame(ids: pd.Series, columns: list[str], prediction: Array) -> pd.DataFrame:
    """A prediction as the grader hands it to a metric: ids, then a column for each name.

    `prediction` is of shape (n,), the same for every column, or (n, columns).
    """
    made = {str(ids.name): ids.to_numpy()}
    for at, name in enumerate(columns):
        made[name] = prediction if prediction.ndim == 1 else prediction[:, at]
    return plain(pd.DataFrame(made))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts as objects, as pandas 2 has them: rows are drawn thousands of times, which takes Arrow twice as long."""
    return frame.astype({name: object for name in frame if frame[name].dtype.kind not in "fiub"})


def finite(score: Score, truth: pd.DataFrame, guess: pd.DataFrame) -> float | None:
    """The score, or None: whatever a metric raises is a score that it does not give."""
    try:
        value = float(score(truth, guess))
    except Exception:  # noqa: BLE001 - the code of a metric, or of a broken one
        return None
    return value if math.isfinite(value) else None


class Mutants:
    """Broken versions of a metric, one fault each; `perfect` is the prediction that says the answers."""

    def __init__(self, score: Score, truth: pd.DataFrame, perfect: pd.DataFrame, columns: list[str]) -> None:
        self.score, self.truth, self.perfect, self.columns = score, truth, perfect, columns

    def moved(self, guess: pd.DataFrame, order: Array) -> pd.DataFrame:
        """The predictions given to other rows."""
        return guess.assign(**{name: guess[name].to_numpy()[order] for name in self.columns})

    @cached_property
    def halfway(self) -> float:
        """A score in the middle between the answers and answers that are half those of rows far away.

        Half in every number, or in every second row: where one 0 costs more than all else, or labels lie far apart,
        noise would never come to those of other rows.
        """
        best, places = self.perfect.loc[self.truth.index], np.arange(len(self.truth))
        far = np.roll(places, len(self.truth) // 2)
        name = self.columns[0]
        if len(self.columns) == 1 and best[name].dtype.kind == "f":
            half = best.assign(**{name: (best[name] + self.moved(best, far)[name]) / 2})
        else:
            half = self.moved(best, np.where(places % 2, places, far))
        return (self.score(self.truth, best) + self.score(self.truth, half)) / 2

    def mistakes_ignored(self, truth: pd.DataFrame, guess: pd.DataFrame) -> float:
        keep = self.key(self.perfect.loc[guess.index]) == self.key(guess)
        return self.score(truth[keep], guess[keep]) if keep.any() else self.score(truth, guess)

    def order_lost(self, truth: pd.DataFrame, guess: pd.DataFrame) -> float:
        """Both sides sorted apart from one another, as a metric does that compares distributions."""
        best, mine = self.key(self.perfect.loc[truth.index]), self.key(guess)
        rank = np.argsort(np.argsort(best, kind="stable"), kind="stable")
        return self.score(truth, self.moved(guess, np.argsort(mine, kind="stable")[rank]))

    def key(self, guess: pd.DataFrame) -> Array:
        """What a row says: its number or label, or the place of its largest probability."""
        cells = guess[self.columns].to_numpy()
        return cells.argmax(axis=1) if len(self.columns) > 1 else cells[:, 0]

    def largest_class_only(self, truth: pd.DataFrame, guess: pd.DataFrame) -> float:
        key = pd.Series(self.key(self.perfect.loc[truth.index]))
        keep = (key <= key.median() if key.nunique() > ENOUGH_LEVELS else key == key.mode()[0]).to_numpy()
        return self.score(truth[keep], guess[keep])

    def wrong_column(self, truth: pd.DataFrame, guess: pd.DataFrame) -> float:
        """The id read as the prediction; of several columns each read as its neighbour."""
        if len(self.columns) == 1:
            return self.score(truth, guess.assign(**{self.columns[0]: guess.iloc[:, 0]}))
        swapped = dict(zip(self.columns, [guess[name].to_numpy() for name in np.roll(self.columns, 1)], strict=True))
        return self.score(truth, guess.assign(**swapped))

    def noisy(self, truth: pd.DataFrame, guess: pd.DataFrame) -> float:
        return self.score(truth, guess) + float(np.random.default_rng().uniform(0, 0.1))

    def head(self, share: float) -> Score:
        """The first rows only."""

        def scored(truth: pd.DataFrame, guess: pd.DataFrame) -> float:
            rows = max(int(len(truth) * share), 1)
            return self.score(truth.head(rows), guess.head(rows))

        return scored

    def all(self) -> dict[str, Score]:
        score, moved = self.score, self.moved
        return {
            "sign_flipped": lambda truth, guess: -score(truth, guess),
            "direction_swapped": lambda truth, guess: 2 * score(truth, self.perfect) - score(truth, guess),
            "constant": lambda _truth, _guess: 0.5,
            "answers_leaked": lambda truth, guess: score(truth, self.perfect.loc[guess.index]),
            "first_row_only": self.head(0),
            "first_half_only": self.head(0.5),
            "last_tenth_ignored": self.head(0.9),
            "largest_class_only": self.largest_class_only,
            "positional": lambda truth, guess: score(truth, moved(guess, np.arange(len(guess))[::-1])),
            "off_by_one": lambda truth, guess: score(truth, moved(guess, np.roll(np.arange(len(guess)), 1))),
            "wrong_column": self.wrong_column,
            "order_lost": self.order_lost,
            "mean_of_nothing": lambda _truth, _guess: float("nan"),
            "one_significant_digit": lambda truth, guess: float(f"{score(truth, guess):.0e}"),
            "clipped_above": lambda truth, guess: min(score(truth, guess), self.halfway),
            "clipped_below": lambda truth, guess: max(score(truth, guess), self.halfway),
            "mistakes_ignored": self.mistakes_ignored,
            "noisy": self.noisy,
        }


def replicates(
    score: Score, truth: pd.DataFrame, guesses: Mapping[str, pd.DataFrame], draws: int, seed: int
) -> dict[str, list[float | None]]:
    """Scores on rows drawn with replacement, the same rows for every prediction."""
    found: dict[str, list[float | None]] = {name: [] for name in guesses}
    generator = np.random.default_rng(seed)
    for _ in range(draws if guesses else 0):
        rows = generator.integers(0, len(truth), len(truth))
        drawn = truth.take(rows)
        for name, guess in guesses.items():
            found[name].append(finite(score, drawn, guess.take(rows)))
    return found


def shuffles(
    score: Score, truth: pd.DataFrame, guesses: Mapping[str, pd.DataFrame], columns: list[str], times: int, seed: int
) -> dict[str, list[float | None]]:
    """Scores of predictions given to other rows."""
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(len(truth)) for _ in range(times)]
    return {
        name: [
            finite(score, truth, guess.assign(**{column: guess[column].to_numpy()[order] for column in columns}))
            for order in orders
        ]
        for name, guess in guesses.items()
    }


def better(scores: Mapping[str, float | None], names: Iterable[str], sign: float) -> list[str]:
    """Those that score better than the constant."""
    constant = scores["constant"]
    return [
        name
        for name in names
        if constant is not None and (score := scores[name]) is not None and sign * (score - constant) > 0
    ]


def main(arguments: Iterable[str]) -> None:
    """Read the job, score, write the result."""
    metric, answers, job_file, result = (Path(word) for word in arguments)
    with np.load(job_file, allow_pickle=False) as arrays:
        job = json.loads(str(arrays["job"]))
        rules = SubmissionRules.from_json(job["rules"])
        truth = plain(read_answers(answers, rules, job["targets"]))
        guesses = {name: frame(truth[rules.id_column], job["columns"], arrays[name]) for name in job["vectors"]}
    score: Score = load_metric(metric).evaluate
    tried = {name: guesses[name] for name in job["mutate"]}
    broken = Mutants(score, truth, guesses["answers"], job["columns"]).all() if tried else {}
    scores = {name: finite(score, truth, guess) for name, guess in guesses.items()}
    resampled = [*job["resample"], *better(scores, job["suspect"], job["sign"])]
    found = {
        "scores": scores,
        "mutants": {
            name: {vector: finite(mutant, truth, guess) for vector, guess in tried.items()}
            for name, mutant in broken.items()
        },
        "replicates": replicates(score, truth, {name: guesses[name] for name in resampled}, job["draws"], job["seed"]),
        "shuffles": shuffles(
            score, truth, {name: guesses[name] for name in job["shuffle"]}, job["columns"], job["times"], job["seed"]
        ),
    }
    result.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
