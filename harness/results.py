"""From Inspect logs to the results table: one row a cell, whoever made the log."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log, read_eval_log_samples

from harness.agents.catalogue import AGENTS
from harness.agents.outcome import CONTESTANT, ENDED, FAMILY, epoch_of
from harness.competition.reasons import Status
from harness.errors import UserError
from harness.stopping import was_stopped
from leaderboards.table import COLUMNS, FLOAT, WHOLE

LOG = (".eval", ".json")
FINISHED = {"success", "error", "cancelled"}
# What the table does not need: the conversation can be a thousand times larger than the row.
TOO_LARGE = {"messages", "events", "attachments", "store", "timelines", "events_data"}
CARRIED = (
    "task_version", "collection", "cluster", "modality", "objective", "difficulty", "metric", "direction", "decimals",
    "data_hash",
)  # fmt: skip
DTYPES: dict[str, pd.Int64Dtype | pd.Float64Dtype] = {WHOLE: pd.Int64Dtype(), FLOAT: pd.Float64Dtype()}
Cell = dict[str, object]


class NoLogs(UserError):
    """A place that holds no logs of competitions."""


class UnreadableLogs(UserError):
    """A log that is torn or no log, or a place whose store refuses."""


def read_results(places: Iterable[str | Path]) -> pd.DataFrame:
    """The results table of every finished cell in the logs below `places` (folders, log files, fsspec URLs).

    Raises:
        NoLogs: no log of a competition is there.
        UnreadableLogs: a log is torn, or the store of an address refuses.
    """
    rows = [row for place in places for log in _logs(str(place)) for row in _cells(log)]
    if not rows:
        raise NoLogs(f"No cell of a competition is logged in {', '.join(map(str, places))}.")
    return as_table(rows)


def as_table(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as a frame with the columns and types of the contracts; what a row lacks is empty."""
    frame = pd.DataFrame([{name: row.get(name) for name in COLUMNS} for row in rows], columns=list(COLUMNS))
    for name, kind in COLUMNS.items():
        frame[name] = frame[name].astype(DTYPES[kind]) if kind in DTYPES else frame[name].fillna("").astype(str)
    return frame.sort_values(["contestant", "task", "epoch", "created"], kind="stable", ignore_index=True)


def write_results(frame: pd.DataFrame, path: Path) -> Path:
    """Write the table as Parquet, or as CSV where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    if path.suffix == ".csv":
        frame.to_csv(draft, index=False, lineterminator="\n")
    else:
        frame.to_parquet(draft, index=False)
    draft.replace(path)
    return path


def _logs(place: str) -> Iterator[EvalLog]:
    if "://" not in place and not Path(place).exists():
        raise NoLogs(f"There is no folder or file {place}.")
    with _read(place):
        infos = [place] if place.endswith(LOG) else [info.name for info in list_eval_logs(place)]
    for name in sorted(infos):
        with _read(name):
            header = read_eval_log(name, header_only=True)
        if header.status in FINISHED and "-recovered" not in name:
            header.location = name
            yield header


@contextmanager
def _read(place: str) -> Iterator[None]:
    """What goes wrong while a place is read is said with its name: every store has errors of its own."""
    try:
        yield
    except FileNotFoundError as gone:
        raise NoLogs(f"There is no folder or file {place}.") from gone
    except ImportError as missing:
        raise UnreadableLogs(f"{place} can't be read: its kind of address needs a package. {missing}") from missing
    except Exception as error:
        mend = " If it broke off, `inspect log recover` mends it; else move it away." if place.endswith(LOG) else ""
        raise UnreadableLogs(f"{place} can't be read: {error or type(error).__name__}.{mend}") from error


def _cells(log: EvalLog) -> Iterator[Cell]:
    with _read(log.location):
        samples = read_eval_log_samples(log.location, all_samples_required=False, exclude_fields=TOO_LARGE)
        ran = [sample for sample in samples if "task_hash" in sample.metadata and (sample.scores or sample.error)]
    for sample in ran:
        if not was_stopped(sample):
            yield _cell(log, sample)


def _cell(log: EvalLog, sample: EvalSample) -> Cell:
    score = next(iter((sample.scores or {}).values()), None)
    said = (score.metadata or {}) if score is not None else {}
    value = score.value if score is not None and isinstance(score.value, dict) else {}
    contestant, family = _contestant(log, sample, said)
    status = str(said.get("status", Status.ERROR.value)) if sample.error is None else Status.ERROR.value
    number = _finite(value.get("score"))
    graded = status == Status.GRADED and number is not None
    usage = sample.model_usage.values()
    costs = [item.total_cost for item in usage]
    cost = math.fsum(item for item in costs if item is not None) if costs and None not in costs else None
    return {
        "contestant": contestant,
        "family": family,
        "agent": contestant.partition("@")[0],
        "model": contestant.partition("@")[2],
        "task": sample.metadata["task"],
        **{name: sample.metadata.get(name) for name in CARRIED},
        "epoch": epoch_of(sample),
        "seed": said.get("seed", epoch_of(sample)),
        "status": status,
        "reason": (score.reason or "") if score is not None and status != Status.ERROR else "",
        "score": number if graded else None,
        "normalized": _finite(value.get("normalized")) if graded else None,
        "seconds": sample.working_time if sample.working_time is not None else sample.total_time,
        "input_tokens": sum(item.input_tokens for item in usage) if usage else None,
        "output_tokens": sum(item.output_tokens for item in usage) if usage else None,
        "cost_usd": cost,
        "limit": sample.limit.type if sample.limit else str(sample.metadata.get(ENDED, "")),
        "sandbox": sample.metadata.get("sandbox"),
        "log": Path(log.location).name,
        "sample_uuid": sample.uuid or "",
        "created": log.eval.created,
    }


def _finite(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _contestant(log: EvalLog, sample: EvalSample, said: Mapping[str, object]) -> tuple[str, str]:
    """Who competed: as the score says, else the sample, else the task, else the solver named in the log."""
    for known in (said, sample.metadata, log.eval.metadata or {}):
        if known.get(CONTESTANT):
            return str(known[CONTESTANT]), str(known.get(FAMILY) or "")
    name = (log.eval.solver or "").rpartition("/")[2] or next((step.solver for step in log.plan.steps), "solver")
    card = AGENTS.get(name)
    if card is not None and card.kind != "model":
        return name, card.family
    model = log.eval.model
    return (name if model == "none/none" else f"{name}@{model}"), model.partition("/")[0]


def to_json(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows as plain values, None where nothing is known."""
    rows: list[dict[str, object]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return rows
