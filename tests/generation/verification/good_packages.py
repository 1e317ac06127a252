"""Good packages: what the seeded faults are small edits of. Every text is one template, filled for a base."""

import hashlib
from pathlib import Path

import pandas as pd

from harness.competition.metrics import METRICS
from harness.package import TaskPackage
from harness.schema import TaskCard
from tests.generation.verification.good_bases import BASES, Base, table_of

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
@SPLIT@
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


LABELS = @LABELS@


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

SPLITS = {
    "random": """\
    known = table.drop(columns=TARGET).agg("\\x1f".join, axis=1)
    keys = known.map(place)
    table = table.assign(key=keys).sort_values("key", kind="stable").reset_index(drop=True)
    is_test = table["key"].str[:8].map(lambda text: int(text, 16)) < 0.25 * 16**8
    table = table.drop(columns="key")
""",
    "group": """\
    known = table.drop(columns=TARGET).agg("\\x1f".join, axis=1)
    keys = known.map(place)
    table = table.assign(key=keys).sort_values("key", kind="stable").reset_index(drop=True)
    is_test = table["bed"].map(place).str[:8].map(lambda text: int(text, 16)) < 0.25 * 16**8
    table = table.drop(columns="key")
""",
    "time": """\
    table = table.sort_values("day", kind="stable").reset_index(drop=True)
    is_test = pd.Series(range(len(table))) >= round(0.75 * len(table))
""",
}

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
@MORE@- `@TARGET@`: @MEANING@

## Submission

Write `submission.csv` with one row for each id of `test.csv`:

```
id,@HEADER@
1001,@EXAMPLE@
```

## Metric

@WORDS@: @FORMULA@. @DIRECTION@ is better.
"""


def filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text


def words_of(base: Base, others: list[str]) -> dict[str, str]:
    """What the templates leave open."""
    spec = METRICS[base.metric]
    return {
        "TARGET": base.target,
        "TITLE": base.title,
        "MEANING": base.meaning,
        "EXAMPLE": base.example,
        "METRIC": base.metric,
        "WORDS": base.words,
        "FORMULA": base.formula,
        "DIRECTION": "Higher" if spec.higher_is_better else "Lower",
        "HIGHER": str(spec.higher_is_better),
        "LABELS": repr(base.labels),
        "CALL": base.call,
        "SAMPLE": base.sample,
        "SPLIT": SPLITS[base.rule].rstrip("\n"),
        "LEARN": base.learn.rstrip("\n"),
        "OTHERS": repr(others).replace("'", '"'),
        "HEADER": base.header or base.target,
        "MORE": base.more_columns,
    }


def card_of(name: str, csv: Path) -> TaskCard:
    base = BASES[name]
    spec = METRICS[base.metric]
    return TaskCard.model_validate(
        {
            "schema": 1,
            "id": f"plants_{name}",
            "title": base.title,
            "collection": "generated",
            "source": {
                "uri": f"file:{csv}",
                "sha256": hashlib.sha256(csv.read_bytes()).hexdigest(),
                "licence": "CC0-1.0",
                "cluster": "plants",
            },
            "task": {
                "modality": "tabular",
                "objective": base.objective,
                "target": (base.target,),
                "id_column": "id",
                "prediction": base.prediction,
                "labels": base.labels,
                "split": {"rule": base.rule, "test": 0.25, "seed": 7, "column": base.column},
            },
            "metric": {"name": base.metric, "direction": spec.direction, "best": spec.best},
            "limits": {"time_s": 120, "memory_mb": 2048},
            "provenance": {"engine": "hand", "made_by": "tests"},
        }
    )


def good_package(folder: Path, base: str = "mass", table: pd.DataFrame | None = None) -> TaskPackage:
    """A package that passes every check; its raw table is written into `folder`."""
    csv = folder / "plants.csv"
    table = table_of(base) if table is None else table
    table.to_csv(csv, index=False)
    answers = [name for name in ("mass", "blooms", "kind", "vigour") if name in table.columns]
    words = words_of(BASES[base], [name for name in answers if name != BASES[base].target])
    sizes = split_sizes(folder, filled(PREPARE, words))
    words |= {"TRAIN": str(sizes[0]), "TEST": str(sizes[1])}
    files = {
        "description.md": filled(DESCRIPTION, words),
        "prepare.py": filled(PREPARE, words),
        "metric.py": filled(METRIC, words),
        "solution.py": filled(SOLUTION, words),
    }
    return TaskPackage(card=card_of(base, csv), files=files)


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
