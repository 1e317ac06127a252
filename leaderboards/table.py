"""The form of the results table: one row a cell (contracts, "The results table"). All that `leaderboards` ever sees."""

TEXT = "text"
WHOLE = "whole"
FLOAT = "float"

COLUMNS: dict[str, str] = {
    "contestant": TEXT,
    "family": TEXT,
    "agent": TEXT,
    "model": TEXT,
    "task": TEXT,
    "task_version": TEXT,
    "collection": TEXT,
    "cluster": TEXT,
    "modality": TEXT,
    "objective": TEXT,
    "difficulty": TEXT,
    "metric": TEXT,
    "direction": TEXT,
    "decimals": WHOLE,
    "epoch": WHOLE,
    "seed": WHOLE,
    "status": TEXT,
    "reason": TEXT,
    "score": FLOAT,
    "normalized": FLOAT,
    "seconds": FLOAT,
    "input_tokens": WHOLE,
    "output_tokens": WHOLE,
    "cost_usd": FLOAT,
    "limit": TEXT,
    "sandbox": TEXT,
    "data_hash": TEXT,
    "log": TEXT,
    "sample_uuid": TEXT,
    "created": TEXT,
}
# One row a run, as `mlesmith plan` writes it and `mlesmith run --plan` reads it.
PLAN_COLUMNS = ("agent", "model", "task", "task_version", "epoch", "gain", "cost_usd")
KEY = ("contestant", "task", "task_version", "data_hash", "epoch")
STATUSES = ("graded", "invalid", "missing", "error")
