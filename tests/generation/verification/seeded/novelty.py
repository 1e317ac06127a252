"""Tasks that were there before: the same question, or curated data, also under other names."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from generation.verification.fingerprints import REPORT, fingerprint
from generation.verification.report import VerificationReport
from generation.verification.tables import read_cells
from harness.package import TaskPackage
from tests.generation.verification.seeded.fault import Fault

Change = Callable[[pd.DataFrame], pd.DataFrame]
Others = Callable[[TaskPackage, Path], tuple[TaskPackage, ...]]


def twin(collection: str = "generated", **question: object) -> Others:
    """A task of the same source, as its card says."""

    def others(package: TaskPackage, folder: Path) -> tuple[TaskPackage, ...]:
        del folder
        asked = package.card.task.model_copy(update=question)
        card = package.card.model_copy(update={"id": "known_before", "collection": collection, "task": asked})
        return (replace(package, card=card),)

    return others


def copy(change: Change, target: str, collection: str = "generated") -> Others:
    """A task whose raw data is a changed copy of the package's, from a source of another name; never verified here."""

    def others(package: TaskPackage, folder: Path) -> tuple[TaskPackage, ...]:
        table = change(read_cells(folder / "plants.csv"))
        sha256 = hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()
        source = package.card.source.model_copy(
            update={"uri": "file:/data/greenhouse.csv", "sha256": sha256, "cluster": "greenhouse"}
        )
        asked = package.card.task.model_copy(update={"target": (target,)})
        card = package.card.model_copy(
            update={"id": "known_before", "collection": collection, "source": source, "task": asked}
        )
        report = VerificationReport.of((), 1.0, complete=True, content=fingerprint(table, (target,)))
        return (replace(package, card=card, files={**package.files, REPORT: report.to_json()}),)

    return others


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    """Other names, another order of rows and columns, and columns that say nothing."""
    mixed = table.sample(frac=1, random_state=2).reset_index(drop=True)
    mixed = mixed.rename(columns={name: f"x_{name}" for name in mixed.columns})[[f"x_{n}" for n in table.columns[::-1]]]
    mixed.insert(0, "row", [str(at) for at in range(len(mixed))])
    return mixed.assign(year="2020", origin="greenhouse")


def recoded(table: pd.DataFrame) -> pd.DataFrame:
    """Other names, and the labels as numbers."""
    return renamed(table.assign(kind=table["kind"].map({"fern": "0", "herb": "1", "shrub": "2"})))


def with_other_digits(table: pd.DataFrame) -> pd.DataFrame:
    """Other names, and every number written otherwise."""
    numbers = ["height", "light", "soil", "mass"]
    return renamed(table.assign(**{name: table[name].astype(float).map("{:.9e}".format) for name in numbers}))


def cleaned(table: pd.DataFrame) -> pd.DataFrame:
    """Other names, without the rows that lack a cell, and with columns of its own."""
    whole = table[table["water"] != ""]
    drawn = np.random.default_rng(3).normal(size=len(whole)).round(3)
    return renamed(whole.assign(draw=drawn.astype(str)))


NOVELTY = (
    Fault("asked_before", "novelty.other_tasks", "another task has the target of the same file", others=twin()),
    Fault(
        "asked_before_under_other_names",
        "novelty.other_tasks",
        "another task has the same target of the same rows: columns renamed, rows shuffled, constants added",
        others=copy(renamed, "x_mass"),
    ),
    Fault(
        "asked_before_with_other_labels",
        "novelty.other_tasks",
        "another task has the same target of the same rows: columns renamed, labels as numbers",
        others=copy(recoded, "x_kind"),
        base="kind",
    ),
    Fault(
        "asked_before_with_other_digits",
        "novelty.other_tasks",
        "another task has the same target of the same rows: columns renamed, numbers written otherwise",
        others=copy(with_other_digits, "x_mass"),
        base="mass_beds",
    ),
    Fault(
        "asked_before_of_fewer_rows",
        "novelty.other_tasks",
        "another task has the same target of nearly the same rows: columns renamed, rows with empty cells left out",
        others=copy(cleaned, "x_mass"),
        base="mass_days",
    ),
    Fault(
        "curated_data",
        "novelty.curated_apart",
        "a curated task asks for another column of the same file",
        others=twin("curated", target=("kind",)),
    ),
    Fault(
        "curated_rows_under_other_names",
        "novelty.curated_apart",
        "a curated task asks for another column of the same rows: columns renamed, rows shuffled, constants added",
        others=copy(renamed, "x_mass", "curated"),
        base="vigour",
    ),
)
