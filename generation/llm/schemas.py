"""What is asked of a model at each stage: strict forms for what comes back, bounded schemas for what is asked.

Text without a bound lets a small model write until its limit of tokens, so every text has one. Inspect's schemas know
no bound on the length of an array, so there are no arrays: proposals are named, columns are properties.
"""

from collections.abc import Sequence

from inspect_ai.model import ResponseSchema
from inspect_ai.util import JSONSchema
from pydantic import BaseModel, ConfigDict, Field

from harness.schema import Objective

PLACES = ("first", "second", "third")
MOST_COLUMNS = 60
LONGEST_CODE = 16_000
OBJECTIVES = ("binary", "multiclass", "ordinal", "regression")
SPLITS = ("random", "group", "time")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Proposed(_Answer):
    """One question, as the brainstormer writes it; labels and the form of the answers follow from the table."""

    target: str
    objective: Objective
    metric: str
    question: str = Field(min_length=8, max_length=120)
    goal: str = Field(min_length=20, max_length=800)
    rationale: str = Field(default="", max_length=400)
    drop: dict[str, str] = {}
    split: str = "random"
    split_column: str = ""


class Proposals(_Answer):
    """At most three questions."""

    first: Proposed
    second: Proposed | None = None
    third: Proposed | None = None

    @property
    def given(self) -> tuple[Proposed, ...]:
        return tuple(one for one in (self.first, self.second, self.third) if one is not None)


class Written(_Answer):
    """The four texts of a package."""

    description: str = Field(min_length=200, max_length=LONGEST_CODE)
    prepare: str = Field(min_length=80, max_length=LONGEST_CODE)
    metric: str = Field(min_length=80, max_length=LONGEST_CODE)
    solution: str = Field(min_length=80, max_length=LONGEST_CODE)


class Reviewed(_Answer):
    """What the refactor changes; an empty text leaves the file as it is."""

    notes: str = Field(default="", max_length=600)
    description: str = Field(default="", max_length=LONGEST_CODE)
    prepare: str = Field(default="", max_length=LONGEST_CODE)
    metric: str = Field(default="", max_length=LONGEST_CODE)
    solution: str = Field(default="", max_length=LONGEST_CODE)


def proposals_schema(
    columns: Sequence[str], targets: Sequence[str], metrics: Sequence[str], limit: int
) -> ResponseSchema:
    """`limit` proposals about these columns, of which only the first is required."""
    named = list(columns)[:MOST_COLUMNS]
    one = _object(
        {
            "target": _one_of(targets),
            "objective": _one_of(OBJECTIVES),
            "metric": _one_of(metrics),
            "question": _text(120, "the title: a question a person would ask, 8 characters or more"),
            "goal": _text(800, "what is predicted, of what, and who would want to know"),
            "rationale": _text(400, "why this is worth asking"),
            "drop": _object({name: _text(160) for name in named}, "columns to leave out, each with the reason"),
            "split": _one_of(SPLITS),
            "split_column": _one_of(["", *named]),
        },
        required=("target", "objective", "metric", "question", "goal"),
    )
    return ResponseSchema(
        name="proposals", json_schema=_object(dict.fromkeys(PLACES[:limit], one), required=PLACES[:1])
    )


def written_schema() -> ResponseSchema:
    """The four texts of a package."""
    files = ("description", "prepare", "metric", "solution")
    return ResponseSchema(
        name="package", json_schema=_object({name: _text(LONGEST_CODE, _FILES[name]) for name in files}, required=files)
    )


def reviewed_schema() -> ResponseSchema:
    """Notes, and texts that replace files."""
    texts = {name: _text(LONGEST_CODE, f"the whole of {file}, or empty to keep it") for name, file in _FILES.items()}
    return ResponseSchema(
        name="review", json_schema=_object({"notes": _text(600), **texts}, required=("notes", *texts))
    )


_FILES = {"description": "description.md", "prepare": "prepare.py", "metric": "metric.py", "solution": "solution.py"}


def _text(most: int, description: str | None = None) -> JSONSchema:
    return JSONSchema(type="string", maxLength=most, description=description)


def _one_of(values: Sequence[str]) -> JSONSchema:
    return JSONSchema(type="string", enum=list(values))


def _object(
    properties: dict[str, JSONSchema], description: str | None = None, required: Sequence[str] = ()
) -> JSONSchema:
    return JSONSchema(
        type="object",
        properties=properties,
        description=description,
        required=list(required),
        additionalProperties=False,
    )
