"""Good packages over made-up tables with real signal: what the seeded faults are small edits of."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from harness.package import TaskPackage
from harness.schema import TaskCard

ROWS = 420

PREPARE = '''\
"""Split the plants by a hash of what is known of each."""

import hashlib
from pathlib import Path

import pandas as pd

TARGET = "@TARGET@"


def place(row: str) -> str:
    return hashlib.sha256(f"7:{row}".encode()).hexdigest()


def prepare(raw: Path, public: Path, private: Path) -> None:
    table = pd.read_csv(raw / "plants.csv", dtype=str, keep_default_na=False)
    table = table[table[TARGET] != ""].drop(columns=@OTHERS@)
    known = table.drop(columns=TARGET).agg("\\x1f".join, axis=1)
    keys = known.map(place)
    table = table.assign(key=keys).sort_values("key", kind="stable").reset_index(drop=True)
    is_test = table["key"].str[:8].map(lambda text: int(text, 16)) < 0.25 * 16**8
    table = table.drop(columns="key")
    table.insert(0, "id", [str(1000 + at) for at in range(len(table))])
    train, test = table[~is_test], table[is_test]
    train.to_csv(public / "train.csv", index=False)
    test.drop(columns=TARGET).to_csv(public / "test.csv", index=False)
    test[["id", TARGET]].to_csv(private / "test_answer.csv", index=False)
    sample = test[["id"]].copy()
@SAMPLE@
    sample.to_csv(public / "sample_submission.csv", index=False)
'''

METRIC = '''\
"""@WORDS@ of `@TARGET@`."""

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import @METRIC@


class PlantMetrics(CompetitionMetrics):
    """@WORDS@ of `@TARGET@`."""

    target = ("@TARGET@",)
    id_column = "id"
    higher_is_better = @HIGHER@

    def evaluate(self, y_true, y_pred):
        return @CALL@
'''

SOLUTION = '''\
"""A ridge regression on the numbers."""

import numpy as np
import pandas as pd

train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
names = ["height", "light", "water", "soil"]
centre, scale = train[names].mean(), train[names].std()


def features(part):
    levels = [(part["site"] == site).to_numpy(float) for site in ("north", "south", "east")]
    return np.column_stack([((part[names] - centre) / scale).fillna(0).to_numpy(), *levels, np.ones(len(part))])


x = features(train)
@LEARN@
sample.to_csv("submission.csv", index=False)
'''

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

LEARN_LABEL = """\
labels = sorted(train["kind"].unique())
goal = np.column_stack([(train["kind"] == label).to_numpy(float) for label in labels])
weights = np.linalg.solve(x.T @ x + 0.1 * np.eye(x.shape[1]), x.T @ goal)
sample = pd.read_csv("data/sample_submission.csv")
sample["kind"] = np.array(labels)[(features(test) @ weights).argmax(axis=1)]
"""

DESCRIPTION = """\
# @TITLE@

Predict `@TARGET@` of plants that were never weighed or watched, from what was measured of them in the greenhouse.

## Files

- `train.csv`: @TRAIN@ rows with the answers.
- `test.csv`: @TEST@ rows without `@TARGET@`.
- `sample_submission.csv`: a valid submission that says the same for every plant.

## Columns

- `id`: a number for each plant, without meaning.
- `height`: height in centimetres.
- `light`: hours of light a day.
- `water`: litres a week; some cells are empty.
- `soil`: acidity of the soil.
- `site`: the bed, one of north, south, east, west.
- `pot`: the kind of pot.
- `@TARGET@`: @MEANING@

## Submission

Write `submission.csv` with one row for each id of `test.csv`:

```
id,@TARGET@
1001,@EXAMPLE@
```

## Metric

@WORDS@: @FORMULA@. @DIRECTION@ is better.
"""


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


_TASKS = {
    "mass": {
        "TITLE": "How heavy does this plant grow?",
        "MEANING": "grams when harvested.",
        "EXAMPLE": "31.5",
        "METRIC": "rmse",
        "WORDS": "Root mean squared error",
        "FORMULA": "$\\sqrt{\\frac{1}{n} \\sum_i (y_i - \\hat y_i)^2}$",
        "DIRECTION": "Lower",
        "HIGHER": "False",
        "CALL": 'rmse(y_true["mass"].to_numpy(float), y_pred["mass"].to_numpy(float))',
        "SAMPLE": '    sample[TARGET] = f"{train[TARGET].astype(float).mean():.4g}"',
        "LEARN": LEARN_NUMBER,
        "OTHERS": '["blooms", "kind"]',
    },
    "blooms": {
        "TITLE": "Will this plant bloom?",
        "MEANING": "whether it bloomed, no or yes; submit the probability of yes.",
        "EXAMPLE": "0.5",
        "METRIC": "roc_auc",
        "WORDS": "Area under the receiver operating characteristic",
        "FORMULA": "$P(\\hat p_{yes} > \\hat p_{no}) + P(=)/2$",
        "DIRECTION": "Higher",
        "HIGHER": "True",
        "CALL": 'roc_auc(y_true["blooms"].to_numpy(str), y_pred["blooms"].to_numpy(float), labels=("no", "yes"))',
        "SAMPLE": "    sample[TARGET] = 0.5",
        "LEARN": LEARN_CHANCE,
        "OTHERS": '["mass", "kind"]',
    },
    "kind": {
        "TITLE": "Which kind of plant is this?",
        "MEANING": "one of fern, herb, shrub.",
        "EXAMPLE": "herb",
        "METRIC": "accuracy",
        "WORDS": "Accuracy",
        "FORMULA": "$\\frac{1}{n} \\sum_i [y_i = \\hat y_i]$",
        "DIRECTION": "Higher",
        "HIGHER": "True",
        "CALL": 'accuracy(y_true["kind"].to_numpy(str), y_pred["kind"].to_numpy(str))',
        "SAMPLE": '    sample[TARGET] = "herb"',
        "LEARN": LEARN_LABEL,
        "OTHERS": '["mass", "blooms"]',
    },
}
_QUESTIONS = {
    "mass": ("regression", "number", (), "minimize", 0.0),
    "blooms": ("binary", "probability", ("no", "yes"), "maximize", 1.0),
    "kind": ("multiclass", "label", ("fern", "herb", "shrub"), "maximize", 1.0),
}


def filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", word.rstrip("\n"))
    return text


def card_of(target: str, csv: Path) -> TaskCard:
    objective, prediction, labels, direction, best = _QUESTIONS[target]
    return TaskCard.model_validate(
        {
            "schema": 1,
            "id": f"plants_{target}",
            "title": _TASKS[target]["TITLE"],
            "collection": "generated",
            "source": {
                "uri": f"file:{csv}",
                "sha256": hashlib.sha256(csv.read_bytes()).hexdigest(),
                "licence": "CC0-1.0",
                "cluster": "plants",
            },
            "task": {
                "modality": "tabular",
                "objective": objective,
                "target": (target,),
                "id_column": "id",
                "prediction": prediction,
                "labels": labels,
                "split": {"rule": "random", "test": 0.25, "seed": 7},
            },
            "metric": {"name": _TASKS[target]["METRIC"], "direction": direction, "best": best},
            "limits": {"time_s": 120, "memory_mb": 2048},
            "provenance": {"engine": "hand", "made_by": "tests"},
        }
    )


def good_package(folder: Path, target: str = "mass", table: pd.DataFrame | None = None) -> TaskPackage:
    """A package that passes every check; its raw table is written into `folder`."""
    csv = folder / "plants.csv"
    table = plants() if table is None else table
    table.to_csv(csv, index=False)
    words = {"TARGET": target, **_TASKS[target]}
    sizes = split_sizes(folder, filled(PREPARE, words))
    words |= {"TRAIN": str(sizes[0]), "TEST": str(sizes[1])}
    files = {
        "description.md": filled(DESCRIPTION, words),
        "prepare.py": filled(PREPARE, words),
        "metric.py": filled(METRIC, words),
        "solution.py": filled(SOLUTION, words),
    }
    return TaskPackage(card=card_of(target, csv), files=files)


def run_here(text: str, raw: Path, out: Path) -> None:
    """Run a prepare.py of the tests' own in this process."""
    for part in ("public", "private"):
        (out / part).mkdir(parents=True, exist_ok=True)
    scope: dict[str, object] = {"__name__": "prepare"}
    exec(compile(text, "prepare.py", "exec"), scope)
    scope["prepare"](raw, out / "public", out / "private")  # type: ignore[operator]


def split_sizes(folder: Path, prepare: str) -> tuple[int, int]:
    out = folder / "sizes"
    run_here(prepare, folder, out)
    return tuple(len(pd.read_csv(out / "public" / name)) for name in ("train.csv", "test.csv"))  # type: ignore[return-value]
