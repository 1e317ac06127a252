"""The target must not follow from others by a formula: a sum, a difference, a product, a ratio, a table of two."""

from itertools import combinations

import numpy as np

from generation.verification.columns import Codes, Numbers
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.signal import most_frequent
from generation.verification.tables import Tables

LIMIT_FORMULA = 0.9999  # held-out share of variance: rounding in the data leaves more, a fitted model of nature less
LIMIT_TABLE = 0.99  # as for a single column
MOST_LEVELS = 64  # a table of two such columns has 4,096 cells; few tasks have the rows to fill more
SHOWN = 2  # what is computed needs two; the first is what a repair leaves out
MOST_COLUMNS = 16  # 120 pairs


@check(
    "data.determined_by_several",
    layer="data",
    stage="brainstormer",
    needs=[Part.PREPARED],
    protects="a target that was computed from the inputs, so that the question is empty",
)
def determined_by_several(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if tables.is_number:
        skill, how = _best_formula(tables)
        return Finding.at_most(skill, LIMIT_FORMULA, where="train.csv", evidence=f"{how}: {skill:.5f} of the variance")
    skill, how = _best_table(tables)
    return Finding.at_most(skill, LIMIT_TABLE, where="train.csv", evidence=f"{how}: held-out skill {skill:.3f}")


def _best_formula(tables: Tables) -> tuple[float, str]:
    names = sorted(tables.numeric)
    if not names:
        return 0.0, "no numeric column"
    train = np.column_stack([tables.column("train", name).numbers for name in names])
    test = np.column_stack([tables.column("test", name).numbers for name in names])
    plain = np.asarray(tables.y_train, dtype=float), np.asarray(tables.y_test, dtype=float)
    found = [_formula("a weighted sum", names, (train, test), plain)]
    positive = [i for i in range(len(names)) if np.nanmin(train[:, i]) > 0 and np.nanmin(test[:, i]) > 0]
    if positive and min(part.min() for part in plain) > 0:
        logs = np.log(train[:, positive]), np.log(test[:, positive])
        answers = np.log(plain[0]), np.log(plain[1])
        found.append(_formula("a product of powers", [names[i] for i in positive], logs, answers))
    return max(found)


def _formula(
    how: str, names: list[str], inputs: tuple[Numbers, Numbers], answers: tuple[Numbers, Numbers]
) -> tuple[float, str]:
    """The skill of a formula, and what it is, with the columns that weigh most: a repair may leave one of them out."""
    skill, weights = _held_out(inputs[0], answers[0], inputs[1], answers[1])
    heavy = [names[i] for i in np.argsort(-np.abs(weights), kind="stable")[:SHOWN]]
    return skill, f"{how}, above all of {' and '.join(map(repr, heavy))}" if heavy else how


def _held_out(x_train: Numbers, y_train: Numbers, x_test: Numbers, y_test: Numbers) -> tuple[float, Numbers]:
    """R² on the test rows of a least-squares plane over rows without missing cells, and its standardized weights."""
    full_train, full_test = np.isfinite(x_train).all(axis=1), np.isfinite(x_test).all(axis=1)
    if full_train.sum() <= 3 * x_train.shape[1] or full_test.sum() < 10:
        return 0.0, np.zeros(0)
    centre, scale = x_train[full_train].mean(axis=0), x_train[full_train].std(axis=0) + 1e-12
    design = np.column_stack([(x_train[full_train] - centre) / scale, np.ones(int(full_train.sum()))])
    weights, *_ = np.linalg.lstsq(design, y_train[full_train], rcond=None)
    guess = np.column_stack([(x_test[full_test] - centre) / scale, np.ones(int(full_test.sum()))]) @ weights
    truth = y_test[full_test]
    total = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float(((truth - guess) ** 2).sum()) / total if total > 0 else 0.0, weights[:-1]


def _best_table(tables: Tables) -> tuple[float, str]:
    few = [name for name in tables.features if tables.train[name].nunique() <= MOST_LEVELS][:MOST_COLUMNS]
    labels, y = np.unique(tables.y_train, return_inverse=True)
    missed = float((tables.y_test != most_frequent(np.asarray(tables.y_train, dtype=str))).sum())
    best = (0.0, "no pair of columns")
    if missed == 0:
        return best
    codes = {name: _codes(tables, name) for name in few}
    for one, other in combinations(few, 2):
        width = int(codes[other].max()) + 1
        cell = codes[one] * width + codes[other]
        known, asked = cell[: len(y)], cell[len(y) :]
        counts = np.zeros((int(cell.max()) + 1, len(labels)))
        np.add.at(counts, (known, y), 1)
        guess = labels[
            np.where(counts[asked].sum(axis=1) > 0, counts[asked].argmax(axis=1), counts.sum(axis=0).argmax())
        ]
        best = max(best, (1 - float((guess != tables.y_test).sum()) / missed, f"a table of {one!r} and {other!r}"))
    return best


def _codes(tables: Tables, name: str) -> Codes:
    return np.concatenate([tables.column("train", name).codes, tables.column("test", name).codes])
