"""What the logs of the generation eval say of each dataset, read from the logs alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from pydantic import ValidationError

from generation.records import STORED_AS, DatasetRecord, FormulationRecord
from harness.errors import UserError
from harness.logs.files import log_files

UNFINISHED = "the run was stopped before this dataset was done"


class AnotherVersion(UserError):
    """A log of generation whose records another version of mlesmith wrote."""


@dataclass(frozen=True)
class Outcome:
    """One dataset in one log; `error` is set where the run itself failed, which is never held against the dataset."""

    record: DatasetRecord
    log: str
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Accepted:
    """A verified formulation, and the name of its log."""

    record: FormulationRecord
    dataset: DatasetRecord
    log: str


@dataclass(frozen=True)
class Refused:
    """A verified formulation that another of the run stands in for."""

    record: FormulationRecord
    dataset: DatasetRecord
    reason: str


@dataclass(frozen=True)
class Harvest:
    """All outcomes of some logs, and which verified formulations become packages."""

    outcomes: tuple[Outcome, ...]
    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]
    seconds: float


def harvest(logs: str | Path | Iterable[str | Path]) -> Harvest:
    """Read logs or folders of logs. Of two samples on one source the finished one counts, else the later one.

    Raises:
        NoLogs: there is no such log.
        AnotherVersion: a log was written by another version of mlesmith.
    """
    found: dict[str, Outcome] = {}
    seconds = 0.0
    for path in _oldest_first([logs] if isinstance(logs, str | Path) else logs):
        log = read_eval_log(path, resolve_attachments=True)
        seconds += _seconds(log)
        for sample in log.samples or []:
            outcome = _outcome(sample, Path(path).name)
            former = found.get(outcome.record.uri)
            if former is None or former.error or not outcome.error:
                found[outcome.record.uri] = outcome
    outcomes = tuple(found.values())
    accepted, refused = _told_apart(outcomes)
    return Harvest(outcomes, tuple(accepted), tuple(refused), round(seconds, 1))


def _oldest_first(places: Iterable[str | Path]) -> list[str]:
    files = sorted(log_files(map(str, places)).files, key=lambda file: file.changed or 0.0)
    return [file.name for file in files]


def _outcome(sample: EvalSample, log: str) -> Outcome:
    stored = sample.store.get(STORED_AS)
    uri = sample.input if isinstance(sample.input, str) else str(sample.id)
    record = DatasetRecord(uri=uri) if stored is None else _record(stored, log)
    error = ""
    if sample.error is not None:
        error = " ".join(sample.error.message.split())[:600]
    elif stored is None:
        error = UNFINISHED
    elif any(one.status == "open" for one in record.formulations):
        limit = "" if sample.limit is None else f"the limit on {sample.limit.type} was reached"
        record = record.model_copy(
            update={"formulations": tuple(_closed(one, limit or UNFINISHED) for one in record.formulations)}
        )
    return Outcome(record, log, error, sample.total_time or 0.0)


def _record(stored: object, log: str) -> DatasetRecord:
    try:
        return DatasetRecord.model_validate(stored)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise AnotherVersion(
            f"{log} was written by another version of mlesmith ({where}: {first['msg']}). Read it with that version, "
            "or move it away."
        ) from error


def _closed(record: FormulationRecord, reason: str) -> FormulationRecord:
    return record.rejected("limit", reason) if record.status == "open" else record


def _told_apart(outcomes: Iterable[Outcome]) -> tuple[list[Accepted], list[Refused]]:
    """No two packages of a run with one name, or with one question on the same data: the first counts."""
    accepted: list[Accepted] = []
    refused: list[Refused] = []
    names: dict[str, str] = {}
    questions: dict[tuple[str, str], str] = {}
    for outcome in outcomes:
        for one in outcome.record.verified:
            if one.package is None:
                continue
            name, question = one.package.unpacked().id, (outcome.record.sha256, one.formulation.target)
            twin = names.get(name) or questions.get(question)
            if twin is not None:
                why = f"{twin} in this run has the same name, or asks the same of the same data"
                refused.append(Refused(one, outcome.record, why))
                continue
            names[name] = questions[question] = f"{name} ({outcome.record.uri})"
            accepted.append(Accepted(one, outcome.record, outcome.log))
    return accepted, refused


def _seconds(log: EvalLog) -> float:
    if not log.stats.started_at or not log.stats.completed_at:
        return 0.0
    span = datetime.fromisoformat(log.stats.completed_at) - datetime.fromisoformat(log.stats.started_at)
    return span.total_seconds()
