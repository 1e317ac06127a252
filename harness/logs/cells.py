"""From a log to rows of the results table: one a cell."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.agents.outcome import CONTESTANT, ENDED, FAMILY, SEED, epoch_of
from harness.competition.reasons import Status
from harness.logs.errors import Unfamiliar
from harness.logs.files import LogFile, named
from harness.logs.layout import read_layout
from harness.logs.sample import LoggedSample, LogHeader
from harness.logs.whole import read_whole

CARRIED = (
    "task_version", "collection", "cluster", "modality", "objective", "difficulty", "metric", "direction", "decimals",
    "data_hash",
)  # fmt: skip
NEEDED = ("task", *CARRIED, CONTESTANT, FAMILY, ENDED, "sandbox", "status")
KNOWN = {"status": {status.value for status in Status}, "direction": {"minimize", "maximize"}}
Cell = dict[str, object]


@dataclass(frozen=True)
class LogCells:
    """The cells of one log; `running` where it is still being written or broke off, `withdrawn` not among them."""

    running: bool
    cells: tuple[Cell, ...]
    task_id: str
    withdrawn: int


def read_cells(file: LogFile) -> LogCells:
    """The cells that one log tells.

    Raises:
        NoLogs: the log is not there.
        UnreadableLogs: it is torn, or no log.
    """
    with named(file.name):
        try:
            header, samples = read_layout(file, NEEDED)
        except Unfamiliar:
            header, samples = read_whole(file)
        counted = [sample for sample in samples if not sample.is_withdrawn]
        cells = tuple(map(_sound, _cells(header, counted)))
        return LogCells(header.is_running, cells, header.task_id, len(samples) - len(counted))


def _cells(header: LogHeader, samples: Iterable[LoggedSample]) -> Iterator[Cell]:
    for sample in samples:
        cell = _cell(header, sample)
        # Inspect's summaries have one space for a run of white space: so has the table, however a log was read.
        yield {name: " ".join(value.split()) if isinstance(value, str) else value for name, value in cell.items()}


def _sound(cell: Cell) -> Cell:
    """The cell, where it can be rated; a row of a table would not say which log is wrong."""
    wrong = [f"the {name} is {cell[name]!r}" for name, known in KNOWN.items() if cell[name] not in known]
    if cell["status"] == Status.GRADED and cell["score"] is None:
        wrong.append("the status is graded, but the score is no finite number")
    if wrong:
        who = f"{cell['contestant']} on {cell['task']}, epoch {cell['epoch']}"
        raise ValueError(f"in the cell of {who}, {' and '.join(wrong)}")
    return cell


def _cell(header: LogHeader, sample: LoggedSample) -> Cell:
    contestant, family = _contestant(header, sample)
    status = str(sample.said.get("status", Status.ERROR.value)) if sample.error is None else Status.ERROR.value
    number = _finite(sample.value.get("score"))
    graded = status == Status.GRADED and number is not None
    costs = [cost for _, _, cost in sample.usage]
    return {
        "contestant": contestant,
        "family": family,
        "agent": contestant.partition("@")[0],
        "model": contestant.partition("@")[2],
        "task": sample.metadata["task"],
        **{name: sample.metadata.get(name) for name in CARRIED},
        "epoch": epoch_of(sample),
        "seed": sample.said.get(SEED, sample.metadata.get(SEED, epoch_of(sample))),
        "status": status,
        "reason": sample.reason if status != Status.ERROR else "",
        "score": number if graded else None,
        "normalized": _finite(sample.value.get("normalized")) if graded else None,
        "seconds": sample.seconds,
        "input_tokens": sum(read for read, _, _ in sample.usage) if sample.usage else None,
        "output_tokens": sum(written for _, written, _ in sample.usage) if sample.usage else None,
        "cost_usd": math.fsum(cost or 0.0 for cost in costs) if costs and None not in costs else None,
        "limit": sample.limit or str(sample.metadata.get(ENDED, "")),
        "sandbox": sample.metadata.get("sandbox"),
        "log": PurePosixPath(header.name).name,
        "sample_uuid": sample.uuid,
        "created": header.created,
    }


def _finite(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _contestant(header: LogHeader, sample: LoggedSample) -> tuple[str, str]:
    """Who competed: as the score says, else the sample, else the task, else the solver named in the log."""
    for known in (sample.said, sample.metadata, header.metadata):
        if known.get(CONTESTANT):
            return str(known[CONTESTANT]), str(known.get(FAMILY) or "")
    from harness.agents.catalogue import AGENTS

    name, model = header.solver, header.model
    card = AGENTS.get(name)
    if card is not None and card.kind != "model":
        return name, card.family
    return (name if model == "none/none" else f"{name}@{model}"), model.partition("/")[0]
