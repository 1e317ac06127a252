"""Bookings of a resort hotel and the average price of a night."""

import hashlib
from pathlib import Path

import pandas as pd

TARGET = "avg_price_per_room"
TRAIN_ROWS = 11551
SALT = "mlesmith/hotel_daily_rate"


def digest(text: str) -> str:
    return hashlib.sha256(f"{SALT}\0{text}".encode()).hexdigest()


def prepare(raw: Path, public: Path, private: Path) -> None:
    """The first 11,551 arrivals train, the later ones test; every cell as it was found."""
    found = pd.read_parquet(raw / "hotel_rates.parquet").drop(columns="rownames")
    table = found.map(str).where(found.notna(), "")
    table = table.sort_values("arrival_date", kind="stable").reset_index(drop=True)
    features = [name for name in table.columns if name != TARGET]
    table = table[[*features, TARGET]]
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
    constant = f"{train[TARGET].astype(float).median():g}"
    rest[["id"]].assign(**{TARGET: constant}).to_csv(public / "sample_submission.csv", index=False)
    rest[["id", TARGET]].to_csv(private / "test_answer.csv", index=False)
