"""The questions that the good packages ask, over made-up tables with real signal."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

ROWS = 420
BED_ROWS = 5


def plants(rows: int = ROWS, seed: int = 3) -> pd.DataFrame:
    """A made-up greenhouse: a mass, whether it blooms, and the kind follow from the measurements with noise."""
    generator = np.random.default_rng(seed)
    height, light = generator.normal(40, 9, rows), generator.uniform(4, 14, rows)
    water, soil = generator.gamma(3, 1.2, rows), generator.normal(6.5, 0.7, rows)
    site = generator.choice(["north", "south", "east", "west"], rows)
    pot = generator.choice(["clay", "tin", "wood"], rows)
    pull = 0.08 * (height - 40) + 0.25 * (light - 9) + 0.3 * (water - 3.6) + (site == "south") * 0.9
    mass = 30 + 6 * pull + 3 * np.sin(soil * 2) + generator.normal(0, 4, rows)
    blooms = np.where(pull + generator.normal(0, 0.9, rows) > 0.2, "yes", "no")
    cut = pull + generator.normal(0, 0.7, rows)
    kind = np.select([cut < -0.6, cut < 0.8], ["fern", "herb"], "shrub")
    table = pd.DataFrame(
        {
            "height": [f"{cell:.2f}" for cell in height],
            "light": [f"{cell:.1f}" for cell in light],
            "water": [f"{cell:.2f}" for cell in water],
            "soil": [f"{cell:.2f}" for cell in soil],
            "site": site,
            "pot": pot,
            "mass": [f"{cell:.2f}" for cell in mass],
            "blooms": blooms,
            "kind": kind,
        }
    )
    table.loc[generator.random(rows) < 0.05, "water"] = ""
    return table


def with_vigour(table: pd.DataFrame) -> pd.DataFrame:
    """A grade in three levels that follows from the mass with noise."""
    seen = table["mass"].astype(float) + np.random.default_rng(6).normal(0, 3, len(table))
    return table.assign(vigour=np.select([seen < 26, seen < 35], ["weak", "fair"], "strong"))


def with_beds(table: pd.DataFrame) -> pd.DataFrame:
    """Rows come in beds of five, and the plants of one bed share a part of their mass."""
    beds = np.arange(len(table)) // BED_ROWS
    shared = np.random.default_rng(4).normal(0, 2, beds.max() + 1)[beds]
    mass = table["mass"].astype(float) + shared
    return table.assign(bed=[f"b{bed}" for bed in beds], mass=mass.map("{:.2f}".format))


def with_days(table: pd.DataFrame) -> pd.DataFrame:
    """One row a day, and the table in no order of time."""
    days = pd.date_range("2020-01-01", periods=len(table)).strftime("%Y-%m-%d")
    return table.assign(day=np.random.default_rng(1).permutation(days))


def as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table


@dataclass(frozen=True)
class Base:
    """One question. `call` is what metric.py returns, `sample` and `learn` are lines of prepare.py and solution.py."""

    target: str
    title: str
    meaning: str
    example: str
    metric: str
    words: str
    formula: str
    call: str
    sample: str
    learn: str
    objective: str = "regression"
    prediction: str = "number"
    labels: tuple[str, ...] = ()
    header: str = ""
    more_columns: str = ""
    rule: str = "random"
    column: str = ""
    raw: Callable[[pd.DataFrame], pd.DataFrame] = as_it_is


KINDS = ("fern", "herb", "shrub")
GRADES = ("weak", "fair", "strong")
NUMBERS = 'y_true["mass"].to_numpy(float), y_pred["mass"].to_numpy(float)'
MEAN_SAMPLE = '    sample[TARGET] = f"{train[TARGET].astype(float).mean():.4g}"'
LEARN_NUMBER = """\
weights = np.linalg.solve(x.T @ x + 0.1 * np.eye(x.shape[1]), x.T @ train["mass"].to_numpy(float))
sample = pd.read_csv("data/sample_submission.csv")
sample["mass"] = features(test) @ weights
"""
LEARN_CHANCE = """\
weights = np.linalg.solve(x.T @ x + 0.1 * np.eye(x.shape[1]), x.T @ (train["blooms"] == "yes").to_numpy(float))
sample = pd.read_csv("data/sample_submission.csv")
sample["blooms"] = np.clip(features(test) @ weights, 0.01, 0.99)
"""
GOAL = """\
labels = {labels}
goal = np.column_stack([(train["{target}"] == label).to_numpy(float) for label in labels])
weights = np.linalg.solve(x.T @ x + 0.1 * np.eye(x.shape[1]), x.T @ goal)
sample = pd.read_csv("data/sample_submission.csv")
"""
LEARN_LABEL = (
    GOAL
    + """\
sample["{target}"] = np.array(labels)[(features(test) @ weights).argmax(axis=1)]
"""
)
LEARN_CHANCES = (
    GOAL
    + """\
said = np.clip(features(test) @ weights, 0.02, None)
sample[[f"p_{{label}}" for label in labels]] = said / said.sum(axis=1, keepdims=True)
"""
)

MASS = Base(
    target="mass",
    title="How heavy does this plant grow?",
    meaning="grams when harvested.",
    example="31.5",
    metric="rmse",
    words="Root mean squared error",
    formula="$\\sqrt{\\frac{1}{n} \\sum_i (y_i - \\hat y_i)^2}$",
    call=f"rmse({NUMBERS})",
    sample=MEAN_SAMPLE,
    learn=LEARN_NUMBER,
)
BLOOMS = Base(
    target="blooms",
    title="Will this plant bloom?",
    meaning="whether it bloomed, no or yes; submit the probability of yes.",
    example="0.5",
    metric="roc_auc",
    words="Area under the receiver operating characteristic",
    formula="$P(\\hat p_{yes} > \\hat p_{no}) + P(=)/2$",
    call='roc_auc(y_true["blooms"].to_numpy(str), y_pred["blooms"].to_numpy(float), labels=("no", "yes"))',
    sample="    sample[TARGET] = 0.5",
    learn=LEARN_CHANCE,
    objective="binary",
    prediction="probability",
    labels=("no", "yes"),
)
KIND = Base(
    target="kind",
    title="Which kind of plant is this?",
    meaning="one of fern, herb, shrub.",
    example="herb",
    metric="accuracy",
    words="Accuracy",
    formula="$\\frac{1}{n} \\sum_i [y_i = \\hat y_i]$",
    call='accuracy(y_true["kind"].to_numpy(str), y_pred["kind"].to_numpy(str))',
    sample='    sample[TARGET] = "herb"',
    learn=LEARN_LABEL.format(labels=list(KINDS), target="kind"),
    objective="multiclass",
    prediction="label",
    labels=KINDS,
)
CHANCES = Base(
    target="kind",
    title="How likely is each kind of plant?",
    meaning="one of fern, herb, shrub; submit a probability for each.",
    example="0.2,0.5,0.3",
    metric="log_loss",
    words="Log loss",
    formula="$-\\frac{1}{n} \\sum_i \\log \\hat p_{i, y_i}$",
    call=(
        'log_loss(y_true["kind"].to_numpy(str), y_pred[[f"p_{label}" for label in LABELS]].to_numpy(float), '
        "labels=LABELS)"
    ),
    sample='    sample[["p_fern", "p_herb", "p_shrub"]] = [0.3, 0.4, 0.3]',
    learn=LEARN_CHANCES.format(labels=list(KINDS), target="kind"),
    objective="multiclass",
    prediction="probabilities",
    labels=KINDS,
    header="p_fern,p_herb,p_shrub",
)
VIGOUR = Base(
    target="vigour",
    title="How vigorous is this plant?",
    meaning="a grade: weak, fair or strong, in this order.",
    example="fair",
    metric="qwk",
    words="Quadratic weighted kappa",
    formula="$1 - \\sum_i (g_i - \\hat g_i)^2 / \\sum_{i,j} (g_i - \\hat g_j)^2 \\cdot n$",
    call='qwk(y_true["vigour"].to_numpy(str), y_pred["vigour"].to_numpy(str), labels=LABELS)',
    sample='    sample[TARGET] = "fair"',
    learn=LEARN_LABEL.format(labels=list(GRADES), target="vigour"),
    objective="ordinal",
    prediction="label",
    labels=GRADES,
    raw=with_vigour,
)
BEDS = Base(
    target="mass",
    title="How heavy do plants grow in another bed?",
    meaning="grams when harvested.",
    example="31.5",
    metric="mae",
    words="Mean absolute error",
    formula="$\\frac{1}{n} \\sum_i |y_i - \\hat y_i|$",
    call=f"mae({NUMBERS})",
    sample=MEAN_SAMPLE,
    learn=LEARN_NUMBER,
    more_columns="- `bed`: the bed that it grew in; no bed is in both parts.\n",
    rule="group",
    column="bed",
    raw=with_beds,
)
DAYS = Base(
    target="mass",
    title="How heavy will the plants of later days grow?",
    meaning="grams when harvested.",
    example="31.5",
    metric="mae",
    words="Mean absolute error",
    formula="$\\frac{1}{n} \\sum_i |y_i - \\hat y_i|$",
    call=f"mae({NUMBERS})",
    sample=MEAN_SAMPLE,
    learn=LEARN_NUMBER,
    objective="forecasting",
    more_columns="- `day`: the day on which it was sown; the test rows are later than all others.\n",
    rule="time",
    column="day",
    raw=with_days,
)
BASES = {
    "mass": MASS,
    "blooms": BLOOMS,
    "kind": KIND,
    "kind_chances": CHANCES,
    "vigour": VIGOUR,
    "mass_beds": BEDS,
    "mass_days": DAYS,
}


def table_of(base: str, rows: int = ROWS, seed: int = 3) -> pd.DataFrame:
    """The raw table of a base, every cell as text."""
    return BASES[base].raw(plants(rows, seed))
