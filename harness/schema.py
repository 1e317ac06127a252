"""The strict form of task.toml: what a package says of itself (contracts, "task.toml")."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.errors import UserError

TASK_ID = re.compile(r"[a-z][a-z0-9_]{2,59}")

Modality = Literal[
    "tabular", "text", "image", "audio", "series", "panel", "survival", "recommendation", "molecule", "multi_table"
]
Objective = Literal[
    "binary", "multiclass", "multilabel", "ordinal", "regression", "quantile", "forecasting", "survival", "ranking"
]
Prediction = Literal["number", "label", "probability", "probabilities"]


class InvalidTaskCard(UserError):
    """A task.toml that breaks the schema."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where the raw data comes from; `sha256` is of the member or file that the URI names.

    `drawn` is the number of rows that prepare.py draws from a larger table; None where it takes all.
    """

    uri: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    licence: str = "unknown"
    citation: str = ""
    cluster: str
    drawn: Annotated[int, Field(gt=0)] | None = None


class Split(_Strict):
    """How rows were divided; `column` is the group's or the time's name."""

    rule: Literal["random", "group", "time", "official"]
    test: Annotated[float, Field(gt=0, lt=1)] = 0.25
    seed: int = 0
    column: str = ""


class Question(_Strict):
    """What is asked: the `[task]` table."""

    modality: Modality
    objective: Objective
    target: Annotated[tuple[str, ...], Field(min_length=1)]
    id_column: str = "id"
    prediction: Prediction
    labels: tuple[str, ...] = ()
    split: Split
    difficulty: Literal["", "easy", "medium", "hard"] = ""
    tags: tuple[str, ...] = ()
    defined_by: str = ""

    @model_validator(mode="after")
    def _labels_where_needed(self) -> Self:
        if self.prediction != "number" and len(self.labels) < 2:
            raise ValueError(f"prediction = {self.prediction!r} needs the `labels` that may be answered, at least two")
        if self.prediction == "probability" and len(self.labels) != 2:
            raise ValueError("prediction = 'probability' needs two labels: the negative one, then the positive one")
        return self


class Metric(_Strict):
    """How it is scored: a name of `harness.competition.metrics` or `custom`."""

    name: str
    direction: Literal["minimize", "maximize"]
    best: float
    decimals: Annotated[int, Field(ge=0, le=12)] = 5


class Limits(_Strict):
    """What an agent has: seconds of working time, megabytes, processors, processes, graphics cards."""

    time_s: Annotated[int, Field(gt=0)] = 600
    memory_mb: Annotated[int, Field(ge=256)] = 2048
    cpus: Annotated[float, Field(gt=0)] = 1.0  # as read back, so that a card is written alike before and after
    disk_mb: Annotated[int, Field(ge=16)] = 1024
    processes: Annotated[int, Field(ge=8)] = 128
    gpus: Annotated[int, Field(ge=0)] = 0


class Provenance(_Strict):
    """What made the package and does not change from run to run."""

    engine: Literal["rules", "llm", "hand", "import"]
    made_by: str
    models: dict[str, str] = {}


class TaskCard(_Strict):
    """The whole of task.toml."""

    schema_version: Literal[1] = Field(alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,59}$")]
    title: Annotated[str, Field(min_length=8, max_length=120)]
    version: Annotated[str, Field(pattern=r"^[0-9]+-[A-Z]+$")] = "1-A"
    collection: str
    source: Source
    task: Question
    metric: Metric
    limits: Limits = Limits()
    provenance: Provenance


def parse_card(text: str, where: str = "task.toml") -> TaskCard:
    """Read task.toml.

    Raises:
        InvalidTaskCard: not TOML, or a field that is missing, unknown or out of its domain; every field is named.
    """
    try:
        return TaskCard.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidTaskCard(f"{where} is not TOML: {error}.") from error
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors())
        raise InvalidTaskCard(f"{where} breaks the schema of contracts: {lines}.") from error


def read_card(folder: Path) -> TaskCard:
    """Read `folder/task.toml`."""
    path = folder / "task.toml"
    if not path.is_file():
        raise InvalidTaskCard(f"{folder} holds no task.toml, so it is not a task package.")
    return parse_card(path.read_text(encoding="utf-8"), where=str(path))


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_toml_value(key)} = {_toml_value(item)}" for key, item in value.items())
        return "{ " + inner + " }" if inner else "{}"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text
    )
    return f'"{escaped}"'


def write_card(card: TaskCard) -> str:
    """The text of task.toml; `parse_card(write_card(card)) == card`."""
    fields = card.model_dump(by_alias=True)
    tables = {name: value for name, value in fields.items() if isinstance(value, dict)}
    lines = [f"{name} = {_toml_value(value)}" for name, value in fields.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]"]
        lines += [f"{key} = {_toml_value(value)}" for key, value in table.items() if value is not None]
    return "\n".join(lines) + "\n"
