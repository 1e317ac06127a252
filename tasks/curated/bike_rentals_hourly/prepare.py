"""Bikes rented in Washington, hour by hour through 2011."""

import hashlib
from pathlib import Path

import pandas as pd

TARGET = "bikers"
YEAR = 2011
LAST_TRAIN_DAY = 19
SALT = "mlesmith/bike_rentals_hourly"
PARTS_OF_TARGET = ["casual", "registered"]


def digest(text: str) -> str:
    return hashlib.sha256(f"{SALT}\0{text}".encode()).hexdigest()


def prepare(raw: Path, public: Path, private: Path) -> None:
    """Days 1 to 19 of each month train, the others test; every cell as it was found."""
    table = pd.read_csv(raw / "Bikeshare.csv", dtype=str, keep_default_na=False)
    features = [name for name in table.columns if name not in {*PARTS_OF_TARGET, TARGET}]
    table = table[[*features, TARGET]]
    date = pd.Timestamp(YEAR, 1, 1) + pd.to_timedelta(table["day"].astype(int) - 1, unit="D")
    is_test = date.dt.day > LAST_TRAIN_DAY
    # Rows are put in the order of a hash and numbered in it, so the ids say nothing of the raw order.
    inputs = table[features].agg("\x1f".join, axis=1)
    copies = inputs.groupby(inputs).cumcount().astype(str)
    order = (inputs + "\0" + copies).map(digest).sort_values(kind="stable").index
    table, is_test = table.loc[order], is_test.loc[order]
    table.insert(0, "id", [str(number) for number in range(1, len(table) + 1)])
    train, rest = table[~is_test], table[is_test]
    train.to_csv(public / "train.csv", index=False)
    rest[["id", *features]].to_csv(public / "test.csv", index=False)
    constant = f"{train[TARGET].astype(float).median():g}"
    rest[["id"]].assign(**{TARGET: constant}).to_csv(public / "sample_submission.csv", index=False)
    rest[["id", TARGET]].to_csv(private / "test_answer.csv", index=False)
