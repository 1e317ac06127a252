"""A formulation written out: description.md, prepare.py, metric.py and solution.py from the templates."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generation.formulation import Defect, Formulation, TaskDesign
from generation.profile import DatasetProfile, Kind, Origin
from generation.profile.dataset import NUMERIC_KINDS
from generation.rules.describing import description_fields
from generation.rules.draft import Draft
from generation.rules.encoding import are_sentences
from generation.rules.forecasting import time_format
from generation.rules.foresight import foresee, salt
from generation.rules.plain import CLOCK, MINUS, NUMBER
from generation.rules.repair import revise
from harness.competition.metrics import MetricSpec
from harness.competition.metrics import get as get_metric
from harness.schema import Limits, Modality

_TEMPLATES = Path(__file__).parent / "templates"
_LINEAR_AHEAD = 0.03
_PATTERNS = {"clock": CLOCK, "minus": MINUS, "number": NUMBER}
_LARGE = 5_000_000
_WIDEST = 200  # columns that the solution learns from: of a thousand, its trees would take half a minute


class RulesDesigner:
    """The deterministic designer; `salt` gives other splits of the same data and is never written out in words."""

    async def design(
        self, profile: DatasetProfile, formulation: Formulation, defects: Sequence[Defect] = ()
    ) -> TaskDesign:
        """Write the formulation out, changed as far as the defects ask for it."""
        return write_out(profile, revise(profile, formulation, defects))


def write_out(profile: DatasetProfile, formulation: Formulation) -> TaskDesign:
    """The design of one formulation.

    Raises:
        ValueError: the profile has no origin, so no prepare.py can be written.
    """
    if profile.origin is None:
        raise ValueError(
            f"the profile of {profile.name!r} does not say which file it was made of (profile_source does)"
        )
    draft = Draft(profile, formulation, foresee(profile, formulation), _id_column(profile, formulation))
    spec = get_metric(formulation.metric)
    return TaskDesign(
        slug=formulation.slug,
        title=formulation.question,
        modality=_modality(formulation),
        objective=formulation.objective,
        target=(formulation.target,),
        id_column=draft.id_column,
        prediction=formulation.prediction,
        labels=formulation.labels,
        split=formulation.split,
        tags=_tags(draft),
        metric_name=formulation.metric,
        direction=spec.direction,
        best=spec.best,
        limits=_limits(profile),
        description=_render("description.md.j2", description_fields(draft, spec)),
        prepare=_render("prepare.py.j2", _prepare_fields(draft, profile.origin)),
        metric=_render("metric.py.j2", _metric_fields(draft, spec)),
        solution=_render("solution.py.j2", _solution_fields(draft)),
    )


def _id_column(profile: DatasetProfile, formulation: Formulation) -> str:
    taken = {name.strip().lower() for name in profile.names if name not in formulation.drop}
    return next(name for name in ("id", "row_id", "test_id", "mlesmith_id") if name not in taken)


def _tags(draft: Draft) -> tuple[str, ...]:
    kinds = {column.kind for column in draft.features}
    found = []
    if kinds & NUMERIC_KINDS and kinds - NUMERIC_KINDS:
        found.append("mixed-types")
    if any(column.missing > 0 for column in draft.features):
        found.append("missing-values")
    if Kind.TEXT in kinds:
        found.append("free-text")
    return tuple(found)


def _limits(profile: DatasetProfile) -> Limits:
    """Twice the memory and half as much time again above five million cells."""
    if profile.rows * len(profile.columns) <= _LARGE:
        return Limits()
    return Limits(time_s=900, memory_mb=4096, disk_mb=2048)


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701 - the templates are Python and Markdown, not HTML
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _render(template: str, fields: Mapping[str, object]) -> str:
    return _environment().get_template(template).render(fields)


def _docstring(text: str) -> str:
    flat = " ".join(text.split()).replace("\\", "/").replace('"', "'")
    return f'"""{flat}"""'


def _raw(pattern: str) -> str:
    return f'r"{pattern}"'


def _literal(values: Sequence[str]) -> str:
    """A list of strings as Python, broken over lines where it is long."""
    line = repr(list(values))
    if len(line) <= 100:
        return line
    return "[\n" + "".join(f"    {value!r},\n" for value in values) + "]"


def _prepare_fields(draft: Draft, origin: Origin) -> dict[str, object]:
    formulation, profile = draft.formulation, draft.profile
    split = formulation.split
    options = ["path", "dtype=str", "keep_default_na=False", "na_filter=False", "index_col=False"]
    if origin.separator != ",":
        options.append(f"sep={origin.separator!r}")
    if origin.encoding != "utf-8":
        options.append(f"encoding={origin.encoding!r}")
    return {
        "docstring": _docstring(f"Prepare {formulation.question}"),
        "source": repr(origin.file),
        "id_column": repr(draft.id_column),
        "target": repr(formulation.target),
        "labels": _literal(formulation.labels) if formulation.labels else "",
        "left_out": _literal(list(formulation.drop)),
        "salt": repr(salt(profile, formulation)),
        "share": repr(split.test),
        "common": draft.assignment.common,
        "rule": split.rule,
        "split_column": repr(split.column),
        "date_format": repr(time_format(profile[split.column]) if split.rule == "time" else ""),
        "prediction": formulation.prediction,
        "metric": formulation.metric,
        "drawn": profile.rows if profile.is_drawn else 0,
        "elicits": get_metric(formulation.metric).elicits,
        "format": origin.format,
        "read_options": ", ".join(options),
        "tidy": origin.tidy,
        "writing": formulation.writing,
        "patterns": {name: _raw(pattern) for name, pattern in _PATTERNS.items()},
    }


def _metric_fields(draft: Draft, spec: MetricSpec) -> dict[str, object]:
    formulation = draft.formulation
    name = "".join(part.capitalize() for part in formulation.slug.split("_"))
    return {
        "docstring": _docstring(f"{formulation.question} {spec.words}"),
        "summary": _docstring(f"The {formulation.metric} of {formulation.target}."),
        "class_name": f"{name}Metrics",
        "metric": formulation.metric,
        "target": repr(formulation.target),
        "id_column": repr(draft.id_column),
        "higher": spec.direction == "maximize",
        "prediction": formulation.prediction,
        "labels": _literal(formulation.labels),
        "positive": repr(formulation.positive_label),
    }


def _solution_fields(draft: Draft) -> dict[str, object]:
    formulation = draft.formulation
    signal = formulation.signal
    dates = [(c.name, c.date_format) for c in draft.features if c.kind is Kind.DATE]
    linear = signal.get("linear", 0.0) > signal.get("trees", 0.0) + _LINEAR_AHEAD
    return {
        "docstring": _docstring(f"A modest solution of {formulation.question}"),
        "id_column": repr(draft.id_column),
        "target": repr(formulation.target),
        "labels": _literal(formulation.labels),
        "dates": repr(dict(dates)),
        "texts": repr([c.name for c in draft.features if c.kind is Kind.TEXT and are_sentences(draft.glance(c.name))]),
        "widest": _WIDEST if len(draft.features) > _WIDEST else None,
        "linear": linear and _level(formulation) is None,
        "prediction": formulation.prediction,
        "objective": formulation.objective,
        "metric": formulation.metric,
        "numeric_model": formulation.prediction == "number" or formulation.objective == "ordinal",
        "level": _level(formulation),
        "balanced": formulation.metric in ("f1_macro", "balanced_accuracy"),
    }


def _level(formulation: Formulation) -> float | None:
    """The quantile that is asked for; None where it is not one."""
    elicited = get_metric(formulation.metric).elicits
    return elicited if formulation.objective == "quantile" and elicited != "mean" else None


def _modality(formulation: Formulation) -> Modality:
    if formulation.objective != "forecasting":
        return "tabular"
    return "panel" if formulation.entity else "series"
