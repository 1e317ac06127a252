"""A competition of a checkout of MLE-Dojo as a task package, in memory: as it stands, and so that it can be executed.

`as_it_stands` holds their prepare.py, metric.py and description to the letter: the structure is read from it.
`executable` puts around them what our contract adds (a package of ours needs one class of ours, an id in test.csv),
and gives a split where the checkout has none. Their code is only ever executed in a sandbox.
"""

import hashlib
import re
from pathlib import Path

import pandas as pd

from benchmarks.competitions import COMPETITIONS, Competition
from harness.competition.metrics import METRICS
from harness.package import TaskPackage
from harness.schema import TaskCard

STUB = 200  # characters: a prepare.py below that is two lines of comment
KEYS = ("Store", "Date", "IsHoliday")  # columns that tables have in common
FOREIGN = {
    "from mledojo.metrics.base import CompetitionMetrics, InvalidSubmissionError": "",
    "from tqdm import tqdm": "",
}

TQDM = '''
class tqdm:
    """What they use of a library that no sandbox of ours has."""

    def __init__(self, items=(), **words):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return None

    def update(self, count):
        return None

'''

AROUND_PREPARE = '''

_theirs = prepare
TARGET, ID, SHARE, BESIDE, KEYS = @TARGET@, @ID@, @SHARE@, @BESIDE@, @KEYS@


def prepare(raw, public, private):
    """Their prepare on a copy that it may delete; then the ids that it leaves out of test.csv."""
    import tempfile
    from pathlib import Path

    import pandas as pd

    folder = Path(tempfile.mkdtemp())
    table = pd.read_csv(raw / "raw.csv")
    for name, columns in BESIDE.items():
        table[list(columns)].drop_duplicates().to_csv(folder / name, index=False)
    elsewhere = {column for columns in BESIDE.values() for column in columns if column not in KEYS}
    table = table.drop(columns=list(elsewhere))
    table.to_csv(folder / "train.csv", index=False)
    rows = round(len(table) * SHARE / (1 - SHARE))
    table.drop(columns=TARGET).sample(rows, replace=True, random_state=0).to_csv(folder / "test.csv", index=False)
    _theirs(folder, public, private)
    train, test = pd.read_csv(public / "train.csv"), pd.read_csv(public / "test.csv")
    if ID not in test.columns:
        test.insert(0, ID, pd.read_csv(public / "sample_submission.csv")[ID])
        train.insert(0, ID, [f"train_{place}" for place in range(len(train))])
    train.to_csv(public / "train.csv", index=False)
    test.to_csv(public / "test.csv", index=False)
'''

OUR_SPLIT = '''"""A split of ours, where the checkout has none: by a hash of what is known; equal rows stay together."""

import hashlib

import pandas as pd

TARGET, ID, SHARE, SAMPLE = @TARGET@, @ID@, @SHARE@, @SAMPLE@


def prepare(raw, public, private):
    table = pd.read_csv(raw / "raw.csv", dtype=str, keep_default_na=False)
    known = table.drop(columns=[TARGET, ID], errors="ignore").agg("|".join, axis=1)
    keys = known.map(lambda row: hashlib.sha256(row.encode()).hexdigest())
    table = table.assign(key=keys).sort_values("key", kind="stable").reset_index(drop=True)
    is_test = table["key"].str[:8].map(lambda text: int(text, 16)) < SHARE * 16**8
    table = table.drop(columns="key")
    if ID not in table.columns:
        table.insert(0, ID, [str(place) for place in range(len(table))])
    table[~is_test].to_csv(public / "train.csv", index=False)
    table[is_test].drop(columns=TARGET).to_csv(public / "test.csv", index=False)
    table[is_test][[ID, TARGET]].to_csv(private / "test_answer.csv", index=False)
    table[is_test][[ID]].assign(**{TARGET: SAMPLE}).to_csv(public / "sample_submission.csv", index=False)
'''

BEFORE_METRIC = '''from harness.competition.contract import CompetitionMetrics as Contract
from harness.competition.contract import InvalidSubmission as InvalidSubmissionError


class CompetitionMetrics:
    """The base class that theirs has in the checkout."""

    def __init__(self, higher_is_better=True):
        self.higher_is_better = higher_is_better


'''

AFTER_METRIC = '''


def _read(frame, target):
    """A frame as they read it from a CSV file: numbers where cells are numbers."""
    import pandas as pd

    return frame.reset_index(drop=True).assign(**{target: pd.to_numeric(frame[target].to_numpy())})


class Wrapped(Contract):
    """Their metric."""

    target = (@TARGET@,)
    id_column = @ID@
    higher_is_better = @HIGHER@

    def evaluate(self, y_true, y_pred):
        return float(@CLASS@().evaluate(_read(y_true, @TARGET@), _read(y_pred, @TARGET@)))

    def validate_submission(self, submission, ground_truth):
        @CLASS@().validate_submission(_read(submission, @TARGET@), _read(ground_truth, @TARGET@))
'''

SOLUTION = '''"""Gradient boosting: neither collection has a reference solution, so this one stands in."""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

TARGET, PREDICTION = @TARGET@, @PREDICTION@
train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
sample = pd.read_csv("data/sample_submission.csv")
names = [name for name in test.columns if name in train.columns and name != sample.columns[0]]
both = pd.concat([train[names], test[names]])
codes = both.apply(lambda cells: cells if cells.dtype.kind in "iufb" else pd.factorize(cells)[0])
x, asked = codes.head(len(train)).to_numpy(float), codes.tail(len(test)).to_numpy(float)
if PREDICTION == "number":
    y = train[TARGET].to_numpy(float)
    guess = np.clip(HistGradientBoostingRegressor(random_state=0).fit(x, y).predict(asked), max(y.min(), 1e-6), y.max())
else:
    model = HistGradientBoostingClassifier(random_state=0).fit(x, train[TARGET].to_numpy())
    guess = model.predict_proba(asked)[:, 1] if PREDICTION == "probability" else model.predict(asked)
answers = pd.DataFrame({sample.columns[0]: test[sample.columns[0]], TARGET: guess})
answers.to_csv("submission.csv", index=False)
'''


def has_prepare(competition: Competition, checkout: Path) -> bool:
    """Whether the checkout holds the code that made the competition's split."""
    return len(_text(competition, checkout, "utils/prepare.py")) > STUB


def as_it_stands(competition: Competition, checkout: Path, raw: Path) -> TaskPackage:
    """Their files to the letter; our stand-in for a solution."""
    return TaskPackage(
        card_of(competition, raw),
        {
            "description.md": _text(competition, checkout, "info/description.txt"),
            "prepare.py": _text(competition, checkout, "utils/prepare.py"),
            "metric.py": _text(competition, checkout, "utils/metric.py"),
            "solution.py": _filled(SOLUTION, competition),
        },
    )


def executable(competition: Competition, checkout: Path, raw: Path) -> TaskPackage:
    """Their files with ours around them."""
    theirs = as_it_stands(competition, checkout, raw)
    metric = _without_foreign(theirs.files["metric.py"])
    named = re.search(r"^class (\w+)\(CompetitionMetrics\)", metric, re.M)
    prepare = OUR_SPLIT
    if has_prepare(competition, checkout):
        prepare = TQDM + _without_foreign(theirs.files["prepare.py"]) + AROUND_PREPARE
    return TaskPackage(
        theirs.card,
        {
            **theirs.files,
            "prepare.py": _filled(prepare, competition),
            "metric.py": BEFORE_METRIC + metric + _filled(AFTER_METRIC, competition, named[1] if named else ""),
        },
    )


def write_raw(competition: Competition, table: pd.DataFrame, folder: Path) -> Path:
    """The table with the competition's columns, as the one raw file of the task."""
    path = folder / "raw.csv"
    competition.recipe(table).to_csv(path, index=False)
    path.chmod(0o644)
    return path


def nominal_card() -> TaskCard:
    """A card for code that is read alone: it says nothing of a competition."""
    return _card(COMPETITIONS[0], f"file:{COMPETITIONS[0].name}", "0" * 64)


def card_of(competition: Competition, raw: Path) -> TaskCard:
    """What their description asks for, as a card of ours."""
    return _card(competition, f"file:{raw}", hashlib.sha256(raw.read_bytes()).hexdigest())


def _card(competition: Competition, uri: str, sha256: str) -> TaskCard:
    spec = METRICS.get(competition.metric)
    return TaskCard.model_validate(
        {
            "schema": 1,
            "id": competition.id,
            "title": f"{competition.name} of MLE-Dojo",
            "collection": "imported/mle-dojo",
            "source": {"uri": uri, "sha256": sha256, "cluster": competition.id},
            "task": {
                "modality": "tabular",
                "objective": competition.objective,
                "target": (competition.target,),
                "id_column": competition.id_column,
                "prediction": competition.prediction,
                "labels": competition.labels,
                "split": {"rule": "random", "test": competition.share},
            },
            "metric": {
                "name": competition.metric,
                "direction": spec.direction if spec else "minimize",
                "best": spec.best if spec else 0.0,
                "decimals": competition.decimals,
            },
            "provenance": {"engine": "import", "made_by": "benchmarks.readings"},
        }
    )


def _text(competition: Competition, checkout: Path, name: str) -> str:
    return (checkout / "mledojo" / "competitions" / competition.name / name).read_text(encoding="utf-8")


def _without_foreign(text: str) -> str:
    for line, other in FOREIGN.items():
        text = text.replace(line, other)
    return text


def _filled(text: str, competition: Competition, named: str = "") -> str:
    spec = METRICS.get(competition.metric)
    words = {
        "TARGET": repr(competition.target),
        "ID": repr(competition.id_column),
        "SHARE": repr(competition.share),
        "BESIDE": repr(competition.beside),
        "KEYS": repr(KEYS),
        "SAMPLE": repr({"number": "1", "probability": "0.5"}.get(competition.prediction) or competition.labels[0]),
        "HIGHER": repr(spec is not None and spec.direction == "maximize"),
        "PREDICTION": repr(competition.prediction),
        "CLASS": named,
    }
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text
