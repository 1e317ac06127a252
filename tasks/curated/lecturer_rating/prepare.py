"""Lecturers as their students rate them: four questions and the overall rating."""

import hashlib
from pathlib import Path

import pandas as pd

TARGET = "out"
TEST_ROWS = 300
SALT = "mlesmith/lecturer_rating"
FEATURES = ["in1", "in2", "in3", "in4"]


def digest(text: str) -> str:
    return hashlib.sha256(f"{SALT}\0{text}".encode()).hexdigest()


def prepare(raw: Path, public: Path, private: Path) -> None:
    """Draw 300 test rows at random; every cell as it was found."""
    table = pd.read_csv(raw / "lev.csv", names=[*FEATURES, TARGET], skiprows=1, dtype=str, keep_default_na=False)
    # A counter tells equal questionnaires apart: four answers of five levels often agree by chance.
    answers = table[FEATURES].agg("\x1f".join, axis=1)
    copies = answers.groupby(answers).cumcount().astype(str)
    drawn = (answers + "\0" + copies).map(digest)
    is_test = drawn.rank() <= TEST_ROWS
    order = (drawn + "id").map(digest).sort_values(kind="stable").index
    table, is_test = table.loc[order], is_test.loc[order]
    table.insert(0, "id", [str(number) for number in range(1, len(table) + 1)])
    features = FEATURES
    train, rest = table[~is_test], table[is_test]
    train.to_csv(public / "train.csv", index=False)
    rest[["id", *features]].to_csv(public / "test.csv", index=False)
    constant = train[TARGET].mode()[0]
    rest[["id"]].assign(**{TARGET: constant}).to_csv(public / "sample_submission.csv", index=False)
    rest[["id", TARGET]].to_csv(private / "test_answer.csv", index=False)
