"""Logs for tests: a real eval once, and others of it with Inspect's own writers."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import anyio
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, EvalSample, write_eval_log
from inspect_ai.log._recorders.eval import EvalRecorder
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from shortuuid import uuid

CELL = {
    "task_version": "1-A", "task_hash": "h", "data_hash": "d1", "collection": "generated", "cluster": "one",
    "modality": "tabular", "objective": "binary", "difficulty": "easy", "metric": "accuracy", "direction": "maximize",
    "decimals": 5, "sandbox": "bubble",
}  # fmt: skip


@scorer(metrics=[])
def nothing_said() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value={"score": math.nan, "valid": 0, "normalized": 0.0}, reason="nothing_written")

    return score


@solver
def idle() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return state

    return solve


@cache
def real() -> EvalLog:
    """A log of a real eval of one sample."""
    task = Task(dataset=MemoryDataset([Sample(id="one", input="x")]), solver=idle(), scorer=nothing_said(), name="one")
    done = inspect_eval(task, model=None, log_dir="memory://made/logs", display="none")[0]
    assert done.status == "success", done.error
    return done


def sample(contestant: str, task: str, score: float | None, epoch: int = 1, **other: Any) -> EvalSample:
    """A cell; `other` is metadata, and `fields` what the sample itself has otherwise."""
    fields: Mapping[str, Any] = other.pop("fields", {})
    assert real().samples
    model = real().samples[0]  # type: ignore[index]
    status = "missing" if score is None else "graded"
    value = {"score": math.nan if score is None else score, "valid": int(score is not None), "normalized": score or 0.0}
    said = {"contestant": contestant, "family": "", "status": status, "seed": epoch}
    told = Score(value=value, reason=None if score is not None else "nothing_written", metadata=said)  # type: ignore[arg-type]
    who = {**CELL, "task": task, "cluster": task, "contestant": contestant, **other}
    made = {"id": task, "epoch": epoch, "uuid": uuid(), "metadata": who, "scores": {"nothing_said": told}}
    return model.model_copy(update={**made, **fields})


def log_of(samples: Sequence[EvalSample], **fields: Any) -> EvalLog:
    """A log of these samples."""
    ids = list(dict.fromkeys(one.id for one in samples))
    about = real().eval
    dataset = about.dataset.model_copy(update={"sample_ids": ids, "samples": len(ids)})
    about = about.model_copy(update={"dataset": dataset, "eval_id": uuid(), "task_id": uuid()})
    return real().model_copy(update={"eval": about, "samples": list(samples), **fields})


def written(path: Path | str, samples: Sequence[EvalSample], **fields: Any) -> Path:
    """A finished log by Inspect's own writer; `.eval` or `.json` as the name says."""
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_eval_log(log_of(samples, **fields), str(path))
    return Path(path)


def begun(path: Path, samples: Sequence[EvalSample]) -> Path:
    """A log as it lies there while its eval runs: begun, flushed, not finished."""
    log = log_of(samples)
    path.parent.mkdir(parents=True, exist_ok=True)

    async def write() -> None:
        recorder = EvalRecorder(str(path.parent))
        await recorder.log_init(log.eval, str(path))
        await recorder.log_start(log.eval, log.plan)
        await recorder.flush(log.eval)
        for one in samples:
            await recorder.log_sample(log.eval, one)
            await recorder.flush(log.eval)

    anyio.run(write)
    return path
