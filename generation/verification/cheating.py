"""What can be guessed without learning from a feature: from ids, places, orders, copies, identifiers, the sample.

Numbers and probabilities are drawn half way to the constant, as a cheat does who is not sure: outright, a guess that is
right for most rows would still lose to the constant by a squared or a logarithmic loss.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.verification.answers import Form, blend, read_prediction
from generation.verification.columns import Column, Numbers
from generation.verification.signal import NO_SKILL, Skill, most_frequent, order_skill, skill_of, sort_key, spread
from generation.verification.tables import Answers, Tables, numbers_of
from generation.verification.twins import twins

NEIGHBOURS = 5  # near ids that a cheat asks: few enough for a fine alternation, enough for a mean
# Distinct cells of a train row: names of models, of which a row has .77 in a table of cars, are levels.
IDENTIFIES = 0.9


def cheat_vectors(form: Form, generator: np.random.Generator) -> dict[str, Answers]:
    """The cheats by name, each a prediction in the order of test.csv."""
    tables = form.tables
    train, test = tables.train[tables.id], tables.test[tables.id]
    n_train, n_test = len(train), len(test)
    by_place = np.linspace(0, n_train - 1, n_test).astype(int)
    by_value = np.argsort(np.argsort(sort_key(test), kind="stable"), kind="stable")
    ordered = tables.y_train[np.argsort(tables.y_train, kind="stable")]
    copied, place = twins(tables)
    known, usual = same_identifier(tables)
    guesses = {
        "cheat_near_ids": _nearest(sort_key(train), tables.y_train, sort_key(test)),
        "cheat_same_place": tables.y_train[by_place],
        "cheat_train_order": tables.y_train[np.arange(n_test) % n_train],
        "cheat_id_as_rank": ordered[by_place[by_value]],
        "cheat_sorted_file": ordered[by_place],
        "cheat_shuffled_train": tables.y_train[generator.integers(0, n_train, n_test)],
    }
    unsure = {name: hedged(form, form.exact(guess)) for name, guess in guesses.items()}
    partly = {"cheat_copies": (copied, tables.y_train[place]), "cheat_same_identifier": (known, usual)}
    unsure |= {
        name: blend(rows, hedged(form, form.exact(guess)), form.constant())
        for name, (rows, guess) in partly.items()
        if rows.any()
    }
    sample = read_prediction(form, tables.sample.to_csv(index=False).encode())
    if sample is not None:
        unsure["cheat_shuffled_sample"] = sample[generator.permutation(n_test)]
    return unsure


def hedged(form: Form, guess: Answers) -> Answers:
    """Half way between a guess and the constant; a label cannot be."""
    return guess if form.kind == "label" else (numbers_of(guess) + numbers_of(form.constant())) / 2


def same_identifier(tables: Tables) -> tuple[npt.NDArray[np.bool_], Answers]:
    """Which test rows share the cell of an identifying column with train rows, and the usual answer of those.

    Of several such columns the one counts whose rows are most alike; where those of one cell are not, equal cells are
    coincidences. What ties rows together is looked for in all rows, answers included: an agent has less to go by.
    """
    known, usual = np.zeros(len(tables.test), dtype=bool), tables.y_train[np.zeros(len(tables.test), dtype=int)]
    y = np.concatenate([tables.y_train, tables.y_test])
    kin = {name: kin_skill(_whole(tables, name), y) for name in tables.features if identifies(tables, name)}
    alike = {name: skill.value for name, skill in kin.items() if skill.likely}
    for name in sorted(alike, key=lambda one: -alike[one]):
        train, test = tables.column("train", name), tables.column("test", name)
        named = np.isin(test.codes, train.codes) & (test.distinct.texts != "").to_numpy()[test.codes]
        new = named & ~known
        if not new.any():
            continue
        asked = np.isin(train.codes, test.codes[new])
        answers = pd.Series(tables.y_train[asked]).groupby(train.codes[asked])
        means = answers.mean() if tables.is_number else answers.agg(lambda part: most_frequent(part.to_numpy(str)))
        usual[new] = means.reindex(test.codes[new]).to_numpy(dtype=usual.dtype)
        known |= new
    return known, usual


def kin_skill(column: Column, y: Answers) -> Skill:
    """How well the other rows with a row's cell tell its answer."""
    points = spread(y)
    codes = column.codes
    count = np.bincount(codes)[codes]
    sums = np.column_stack([np.bincount(codes, part)[codes] for part in points.T])
    kin = count > 1
    if not kin.any():
        return NO_SKILL
    others = (sums - points)[kin] / (count[kin] - 1)[:, None]
    return skill_of(others, points[kin], np.broadcast_to(points.mean(axis=0), others.shape))


def identifies(tables: Tables, name: str) -> bool:
    """Whether a column names things instead of measuring them.

    Nearly every row has a cell of its own; and if they are numbers, near ones are no more alike than others.
    """
    column = _whole(tables, name)
    first = ~pd.Series(column.codes).duplicated().to_numpy()
    if first[: len(tables.train)].mean() < IDENTIFIES or first.all():
        return False
    if name not in tables.numeric:
        return True
    numbers = column.numbers
    apart = first & np.isfinite(numbers)
    return not order_skill(numbers[apart], np.concatenate([tables.y_train, tables.y_test])[apart]).real


def _whole(tables: Tables, name: str) -> Column:
    """A feature of both parts, the train rows first."""
    train, test = tables.column("train", name), tables.column("test", name)
    return replace(train, codes=np.concatenate([train.codes, test.codes]))


def _nearest(keys: Numbers, y: Answers, asked: Numbers) -> Answers:
    """The mean or the most frequent of the nearest neighbours by a key."""
    order = np.argsort(keys, kind="stable")
    width = min(NEIGHBOURS, len(keys))
    low = np.clip(np.searchsorted(keys[order], asked) - width // 2, 0, len(keys) - width)
    near = y[order][low[:, None] + np.arange(width)]
    if y.dtype.kind == "f":
        means: Numbers = near.astype(float).mean(axis=1)
        return means
    return np.array([most_frequent(row) for row in near])
