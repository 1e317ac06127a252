"""What a model would have to answer to make a good task of a made-up table; the texts are those of the rules engine."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from generation.formulation import Formulation, TaskDesign
from generation.profile import DatasetProfile
from generation.profile.source import profile_source
from generation.rules.designer import write_out
from harness.sources import resolve

TARGET = "reaction_ms"


def write_table(folder: Path, rows: int = 400) -> str:
    """A table with a number that two of its columns tell; its URI."""
    draw = np.random.default_rng(5)
    age, hours = draw.integers(18, 80, rows), draw.normal(7, 1.2, rows)
    hand = draw.choice(["left", "right"], rows, p=[0.2, 0.8])
    reaction = 180 + 1.6 * age - 9 * hours + 12 * (hand == "left") + draw.normal(0, 9, rows)
    table = pd.DataFrame({"age": age, "sleep_hours": hours.round(2), "hand": hand, TARGET: reaction.round(1)})
    path = folder / "reactions.csv"
    table.to_csv(path, index=False)
    return f"file:{path}"


def profile_of(source: str) -> DatasetProfile:
    return profile_source(resolve(source))


def proposal(**changes: object) -> dict[str, object]:
    """A good proposal, or one with a fault."""
    good: dict[str, object] = {
        "target": TARGET,
        "objective": "regression",
        "metric": "rmse",
        "question": "How fast does a person react?",
        "goal": "Predict the time in which a person reacts, from age, sleep and the hand they write with.",
        "rationale": "It is measured in every driving test.",
        "drop": {},
        "split": "random",
        "split_column": "",
    }
    return {**good, **changes}


def proposals(*given: dict[str, object]) -> str:
    return json.dumps(dict(zip(("first", "second", "third"), given, strict=False)))


def design_of(source: str) -> TaskDesign:
    """What the rules engine writes for the good proposal."""
    said = proposal()
    formulation = Formulation(
        slug=TARGET,
        target=TARGET,
        objective="regression",
        metric="rmse",
        prediction="number",
        question=str(said["question"]),
        goal=str(said["goal"]),
    )
    return write_out(profile_of(source), formulation)


def written(design: TaskDesign, **changes: str) -> str:
    """The designer's answer with these texts."""
    texts = {name: str(getattr(design, name)) for name in ("description", "prepare", "metric", "solution")}
    return json.dumps({**texts, **changes})


def reviewed(**changes: str) -> str:
    """The refactor's answer: what it changes."""
    empty = dict.fromkeys(("notes", "description", "prepare", "metric", "solution"), "")
    return json.dumps({**empty, **changes})
