"""Made-up results tables for the tests: seeded, with known strengths."""

import numpy as np
import pandas as pd

HOSTILE = "<script>alert(1)</script>"
STRENGTHS = {"constant": -2.0, "linear": 0.0, "forest": 0.8, "boosting": 1.0, "blend": 1.2}
FAMILIES = {"constant": "constant", "linear": "linear", "forest": "trees", "boosting": "trees", "blend": "blend"}


def results(
    strengths: dict[str, float],
    tasks: int = 12,
    *,
    seed: int = 0,
    epochs: int = 1,
    collection: str = "generated",
    noise: float = 1.0,
) -> pd.DataFrame:
    """One row a cell: half of the tasks are minimised; a task's number is part of its name, its dataset's too."""
    rng = np.random.default_rng(seed)
    rows = []
    for task in range(tasks):
        minimise = task % 2 == 0
        for name, strength in strengths.items():
            for epoch in range(1, epochs + 1):
                skill = strength + rng.normal(0, noise)
                rows.append(
                    {
                        "contestant": name,
                        "family": FAMILIES.get(name, name),
                        "task": f"{collection}_{task:03d}",
                        "task_version": "1-A",
                        "collection": collection,
                        "cluster": f"{collection}_data_{task:03d}",
                        "metric": "rmse" if minimise else "roc_auc",
                        "direction": "minimize" if minimise else "maximize",
                        "decimals": 5,
                        "epoch": epoch,
                        "status": "graded",
                        "score": 10 - skill if minimise else skill,
                        "seconds": 1.5,
                        "data_hash": "d",
                    }
                )
    return pd.DataFrame(rows)


def controls(tasks: pd.DataFrame) -> pd.DataFrame:
    """Rows of the three controls on the tasks of a table."""
    first = tasks.drop_duplicates("task").assign(family="control")
    best = first.assign(contestant="oracle", score=np.where(first["direction"] == "maximize", 99.0, -99.0))
    sample = first.assign(contestant="sample_submission", score=np.where(first["direction"] == "maximize", -9.0, 19.0))
    nothing = first.assign(contestant="nothing", status="missing", reason="nothing_written", score=np.nan)
    return pd.concat([best, sample, nothing], ignore_index=True)


def two_collections(strengths: dict[str, float], tasks: int = 14) -> dict[str, pd.DataFrame]:
    """The same contestants on two sets of tasks, each with its controls."""
    tables = {
        name: results(strengths, tasks, seed=seed, collection=name)
        for seed, name in enumerate(("generated", "curated"))
    }
    return {name: pd.concat([table, controls(table)], ignore_index=True) for name, table in tables.items()}


def ended(table: pd.DataFrame, rows: "pd.Series[bool]", status: str) -> pd.DataFrame:
    """The table with some rows ended without a score."""
    return table.assign(status=table["status"].mask(rows, status), score=table["score"].mask(rows))
