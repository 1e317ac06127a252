"""Abalone: the age group of a sea snail from measures of its shell and weight."""

import hashlib
from pathlib import Path

import pandas as pd

TARGET = 'age_group'
TRAIN_ROWS = 3133
SALT = "mlesmith/abalone_age_group"
COLUMNS = ["sex", "length", "diameter", "height", "whole_weight", "shucked_weight", "viscera_weight", "shell_weight"]


def age_group(rings: str) -> str:
    """1 to 8 rings, 9 or 10, 11 and more: the groups of Clark, Schreter and Adams."""
    return "young" if int(rings) <= 8 else "middle" if int(rings) <= 10 else "old"


def digest(text: str) -> str:
    return hashlib.sha256(f"{SALT}\0{text}".encode()).hexdigest()


def prepare(raw: Path, public: Path, private: Path) -> None:
    """The first 3,133 rows train, the others test, as in the citation; every cell as it was found."""
    table = pd.read_csv(raw / "abalone.data.txt", names=[*COLUMNS, "rings"], dtype=str, keep_default_na=False)
    table[TARGET] = table.pop("rings").map(age_group)
    features = [name for name in table.columns if name != TARGET]
    is_test = pd.Series(range(len(table))) >= TRAIN_ROWS
    # Rows are put in the order of a hash and numbered in it, so the ids say nothing of the raw order.
    inputs = table[features].agg("\x1f".join, axis=1)
    copies = inputs.groupby(inputs).cumcount().astype(str)
    order = (inputs + "\0" + copies).map(digest).sort_values(kind="stable").index
    table, is_test = table.loc[order], is_test.loc[order]
    table.insert(0, "id", [str(number) for number in range(1, len(table) + 1)])
    train, rest = table[~is_test], table[is_test]
    train.to_csv(public / "train.csv", index=False)
    rest[["id", *features]].to_csv(public / "test.csv", index=False)
    constant = train[TARGET].mode()[0]
    rest[["id"]].assign(**{TARGET: constant}).to_csv(public / "sample_submission.csv", index=False)
    rest[["id", TARGET]].to_csv(private / "test_answer.csv", index=False)
