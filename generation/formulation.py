"""What the stages of every engine hand to one another: a formulation, a task design, a defect that goes back."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.schema import Limits, Modality, Objective, Prediction, Split

Stage = Literal["brainstormer", "designer", "refactor"]
Writing = Literal["", "point", "comma", "clock"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Formulation(_Frozen):
    """One question asked of a dataset, before anything is written.

    `slug` names it within its dataset (mostly the target's name); the task id becomes `<dataset>_<slug>`.

    `drop` maps a column that is left out to the reason; `labels` are the allowed answers, for two classes the
    negative one, then the positive one; rows whose label is in `rare_labels` are left out; `signal` holds the held-out
    skill (0 a constant, 1 perfect) of a `linear` and of a `trees` model, or is empty where none was measured;
    a forecast's `entity` is the column that tells its courses apart ("" where there is one), and its `horizon` says how
    far ahead is asked ("125 days, 2020-04-20 to 2020-08-22"); `metric_reason` says why this metric, as a clause without
    a full stop; `writing` says how the raw target's numbers are written where they are not plain: with signs and a
    decimal point or comma ("$1,200", "1.200 €"), or as a clock shows a duration ("2:25:39").
    """

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    target: Annotated[str, Field(min_length=1)]
    objective: Objective
    metric: str
    prediction: Prediction
    question: Annotated[str, Field(min_length=8, max_length=120)]
    goal: str
    drop: dict[str, str] = {}
    split: Split = Split(rule="random")
    positive_label: str = ""
    labels: tuple[str, ...] = ()
    rare_labels: tuple[str, ...] = ()
    rationale: str = ""
    metric_reason: str = ""
    entity: str = ""
    horizon: str = ""
    writing: Writing = ""
    signal: dict[str, float] = {}


class TaskDesign(_Frozen):
    """One formulation written out: the fields of its task.toml and the texts of its four files.

    `metric` is the text of metric.py; `metric_name` is a name of `harness.competition.metrics` or `custom`.
    """

    slug: str
    title: str
    modality: Modality = "tabular"
    objective: Objective
    target: tuple[str, ...]
    id_column: str = "id"
    prediction: Prediction
    labels: tuple[str, ...] = ()
    split: Split
    tags: tuple[str, ...] = ()
    metric_name: str
    direction: Literal["minimize", "maximize"]
    best: float
    decimals: int = 5
    limits: Limits = Limits()
    description: str
    prepare: str
    metric: str
    solution: str


class Defect(_Frozen):
    """Something that is wrong with a package; `stage` owns it, `where` names a file or `file:column`."""

    stage: Stage
    kind: str
    where: str = ""
    message: str
    evidence: str = ""
