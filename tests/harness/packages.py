"""Two small packages over a made-up table, a regression and a classification, for every test of the harness."""

import hashlib
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from harness.package import TaskPackage
from harness.schema import TaskCard

ROWS = 200
Kind = Literal["number", "label", "probability", "probabilities"]

PREPARE = '''\
"""Every fourth boat is a test boat."""

from pathlib import Path

import pandas as pd

TARGET = "@TARGET@"


def prepare(raw: Path, public: Path, private: Path) -> None:
    table = pd.read_csv(raw / "boats.csv", dtype=str, keep_default_na=False)
    table = table.drop(columns=[name for name in ("speed", "rig") if name != TARGET])
    table.insert(0, "id", [f"{7 * place % 211:03d}" for place in range(len(table))])
    test = table.index % 4 == 0
    table[~test].to_csv(public / "train.csv", index=False)
    table[test].drop(columns=TARGET).to_csv(public / "test.csv", index=False)
    table[test][["id", TARGET]].to_csv(private / "test_answer.csv", index=False)
    sample = table[test][["id"]].copy()
@SAMPLE@
    sample.to_csv(public / "sample_submission.csv", index=False)
'''

METRIC = '''\
"""How the boats are scored."""

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import @METRIC@

LABELS = ["cat", "ketch", "sloop"]


class BoatMetrics(CompetitionMetrics):
    target = ("@TARGET@",)
    id_column = "id"
    higher_is_better = @HIGHER@

    def evaluate(self, y_true, y_pred):
        return @CALL@
'''

SOLUTION = '''\
"""The sample, submitted."""

from pathlib import Path

Path("submission.csv").write_text(Path("data/sample_submission.csv").read_text())
'''

_FORMS: dict[Kind, dict[str, str]] = {
    "number": {
        "TARGET": "speed",
        "METRIC": "rmse",
        "HIGHER": "False",
        "SAMPLE": '    sample[TARGET] = "7.5"',
        "CALL": 'rmse(y_true["speed"].to_numpy(float), y_pred["speed"].to_numpy(float))',
        "OBJECTIVE": "regression",
    },
    "label": {
        "TARGET": "rig",
        "METRIC": "accuracy",
        "HIGHER": "True",
        "SAMPLE": '    sample[TARGET] = "sloop"',
        "CALL": 'accuracy(y_true["rig"].to_numpy(str), y_pred["rig"].to_numpy(str), labels=LABELS)',
        "OBJECTIVE": "multiclass",
    },
    "probabilities": {
        "TARGET": "rig",
        "METRIC": "log_loss",
        "HIGHER": "False",
        "SAMPLE": '    sample = sample.assign(p_cat="0.25", p_ketch="0.25", p_sloop="0.5")',
        "CALL": (
            'log_loss(y_true["rig"].to_numpy(str), y_pred[[f"p_{x}" for x in LABELS]].to_numpy(float), labels=LABELS)'
        ),
        "OBJECTIVE": "multiclass",
    },
    "probability": {
        "TARGET": "rig",
        "METRIC": "roc_auc",
        "HIGHER": "True",
        "SAMPLE": '    sample[TARGET] = "0.5"',
        "CALL": 'roc_auc((y_true["rig"] == "sloop").to_numpy(float), y_pred["rig"].to_numpy(float))',
        "OBJECTIVE": "binary",
    },
}


def boats(kind: Kind = "number", rows: int = ROWS, seed: int = 5) -> pd.DataFrame:
    """A made-up harbour: speed and rig follow from length and sail with noise."""
    generator = np.random.default_rng(seed)
    length, sail = generator.uniform(5, 20, rows), generator.uniform(20, 90, rows)
    speed = 3 + 0.25 * length + 0.03 * sail + generator.normal(0, 0.6, rows)
    place = length + generator.normal(0, 2, rows)
    rig = np.where(place > 11, "sloop", "cat") if kind == "probability" else np.select(
        [place < 9, place < 14], ["cat", "sloop"], "ketch"
    )  # fmt: skip
    columns = {"length": length, "sail": sail, "speed": speed}
    return pd.DataFrame({name: [f"{cell:.2f}" for cell in cells] for name, cells in columns.items()}).assign(rig=rig)


def card_of(kind: Kind, csv: Path) -> TaskCard:
    form = _FORMS[kind]
    labels = {"number": (), "probability": ("cat", "sloop")}.get(kind, ("cat", "ketch", "sloop"))
    return TaskCard.model_validate(
        {
            "schema": 1,
            "id": f"boats_{kind}",
            "title": f"What is the {form['TARGET']} of this boat?",
            "collection": "generated",
            "source": {
                "uri": f"file:{csv}",
                "sha256": hashlib.sha256(csv.read_bytes()).hexdigest(),
                "licence": "CC0-1.0",
                "cluster": "boats",
            },
            "task": {
                "modality": "tabular",
                "objective": form["OBJECTIVE"],
                "target": (form["TARGET"],),
                "prediction": kind,
                "labels": labels,
                "split": {"rule": "random", "test": 0.25, "seed": 7},
            },
            "metric": {
                "name": form["METRIC"],
                "direction": "maximize" if form["HIGHER"] == "True" else "minimize",
                "best": 1.0 if form["HIGHER"] == "True" else 0.0,
            },
            "limits": {"time_s": 120, "memory_mb": 1024, "disk_mb": 256},
            "provenance": {"engine": "hand", "made_by": "tests"},
        }
    )


def make_package(folder: Path, kind: Kind = "number", rows: int = ROWS, **files: str) -> TaskPackage:
    """A package of that kind; its raw table is written into `folder`. `files` replace texts (`prepare_py="…"`)."""
    csv = folder / "boats.csv"
    boats(kind, rows).to_csv(csv, index=False)
    form = _FORMS[kind]
    texts = {
        "description.md": f"# Boats\n\nPredict `{form['TARGET']}` from the length and the sail of a boat.\n",
        "prepare.py": _filled(PREPARE, form),
        "metric.py": _filled(METRIC, form),
        "solution.py": SOLUTION,
    }
    texts |= {name.replace("_md", ".md").replace("_py", ".py"): text for name, text in files.items()}
    return TaskPackage(card=card_of(kind, csv), files=texts)


def _filled(text: str, form: dict[str, str]) -> str:
    for name, word in form.items():
        text = text.replace(f"@{name}@", word)
    return text
