"""What the results table needs of a log and of its samples, whoever read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

STOPPED = "CancelledError"
# What Inspect's summaries write in the place of a text or a value that was too long for them.
CUT_TEXT = "..."
CUT_VALUE = "Key removed from summary (> 1k)"

Raw = dict[str, Any]


@dataclass(frozen=True)
class LogHeader:
    """The part of a log's header that names its contestant; `solver` is that of the eval, else its first step."""

    name: str
    task_id: str  # stays when an eval is continued in another log
    status: str
    created: str
    model: str
    solver: str
    metadata: Mapping[str, object]

    @property
    def is_running(self) -> bool:
        """Whether the log is still being written, or broke off: nobody can tell the two apart."""
        return self.status == "started"


@dataclass(frozen=True)
class LoggedSample:
    """A sample that ended; `said` is the metadata of its score, `usage` tokens in, out and dollars of each model."""

    uuid: str
    epoch: int
    metadata: Mapping[str, object]
    is_scored: bool
    value: Mapping[str, object]
    said: Mapping[str, object]
    reason: str
    error: str | None
    limit: str
    seconds: float | None
    usage: tuple[tuple[int, int, float | None], ...]
    is_withdrawn: bool  # by `invalidate_samples` of Inspect; a summary does not tell it

    @property
    def is_cell(self) -> bool:
        """Whether it is a cell of a competition that was run; Ctrl-C is no error of its agent."""
        ran = self.is_scored or self.error is not None
        return ran and "task_hash" in self.metadata and not (self.error or "").startswith(STOPPED)

    def is_cut(self, names: tuple[str, ...]) -> bool:
        """Whether a summary cut any of these texts, of the metadata or of the score."""
        texts = [holder.get(name) for holder in (self.metadata, self.said) for name in names]
        return any(isinstance(text, str) and text.endswith((CUT_TEXT, CUT_VALUE)) for text in [*texts, self.reason])


def header_of(name: str, raw: Raw) -> LogHeader:
    """The header of a log from its own JSON (`header.json`, `_journal/start.json`, or a whole `.json` log)."""
    about = raw["eval"]
    steps = (raw.get("plan") or {}).get("steps") or []
    solver = (about.get("solver") or "").rpartition("/")[2] or next((step["solver"] for step in steps), "solver")
    status = raw.get("status", "started")
    return LogHeader(
        name, about.get("task_id") or "", status, about["created"], about["model"], solver, about.get("metadata") or {}
    )


def sample_of(raw: Raw) -> LoggedSample:
    """A sample from its own JSON: a whole one, or a summary, where error and limit are texts alone."""
    scores = raw.get("scores") or {}
    score = next(iter(scores.values()), None)
    value, said = (score.get("value"), score.get("metadata")) if score else (None, None)
    seconds = raw.get("working_time")
    return LoggedSample(
        uuid=raw.get("uuid") or "",
        epoch=raw["epoch"],
        metadata=raw.get("metadata") or {},
        is_scored=bool(scores),
        value=value if isinstance(value, dict) else {},
        said=said or {},
        reason=(score.get("reason") or "") if score else "",
        error=_part(raw.get("error"), lambda error: error["message"]),
        limit=_part(raw.get("limit"), lambda limit: limit["type"]) or "",
        seconds=raw.get("total_time") if seconds is None else seconds,
        usage=tuple(_usage(item) for item in (raw.get("model_usage") or {}).values()),
        is_withdrawn=bool(raw.get("invalidation")),
    )


def _part(value: Any, of: Callable[[Raw], str]) -> str | None:  # noqa: ANN401 (JSON)
    return of(value) if isinstance(value, dict) else value


def _usage(raw: Raw) -> tuple[int, int, float | None]:
    return raw.get("input_tokens", 0), raw.get("output_tokens", 0), raw.get("total_cost")
