"""The parts of a description that depend on the objective, the split and the form of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.formulation import Formulation
from generation.profile import ColumnProfile, DatasetProfile
from generation.rules.assignment import Assignment
from generation.rules.columns_text import code, kinds, listed
from generation.rules.figures import figure, percent
from generation.rules.forecasting import time_format
from generation.rules.phrases import Voice
from generation.rules.wording import display_name
from harness.competition.metrics import MetricSpec
from harness.competition.metrics import get as get_metric


@dataclass(frozen=True)
class Draft:
    """A formulation with the rows that it gives: all that a description is written from."""

    profile: DatasetProfile
    formulation: Formulation
    assignment: Assignment
    id_column: str

    @property
    def voice(self) -> Voice:
        return Voice(f"{self.profile.name}/{self.formulation.slug}")

    @property
    def target(self) -> ColumnProfile:
        return self.profile[self.formulation.target]

    @property
    def features(self) -> list[ColumnProfile]:
        gone = {*self.formulation.drop, self.formulation.target}
        return [column for column in self.profile.columns if column.name not in gone]

    @property
    def train_cells(self) -> pd.Series:
        """The target's cells in the train rows, stripped."""
        return self.profile.frame[self.formulation.target].astype(str).str.strip()[self.assignment.train_rows]

    @property
    def train_numbers(self) -> NDArray[np.float64]:
        return pd.to_numeric(self.train_cells, errors="coerce").to_numpy(dtype=np.float64)


def goal(draft: Draft) -> str:
    """What is to be done, and what the split makes of it."""
    formulation, split = draft.formulation, draft.formulation.split
    key = {"number": "goal_number", "probability": "goal_probability", "probabilities": "goal_probabilities"}.get(
        formulation.prediction, "goal_ordinal" if formulation.objective == "ordinal" else "goal_label"
    )
    key = {"quantile": "goal_quantile", "forecasting": "goal_forecast"}.get(formulation.objective, key)
    elicited = get_metric(formulation.metric).elicits
    level = 0.5 if elicited == "mean" else elicited
    labels = formulation.labels or ("", "")
    first = draft.voice.say(
        key,
        target=_named(draft),
        count=len(labels),
        negative=code(labels[0]),
        positive=code(labels[-1]),
        level=percent(level),
        rest=percent(1 - level),
    )
    if split.rule in ("group", "time"):
        return f"{first} {draft.voice.say(f'after_{split.rule}', column=code(split.column))}"
    return first


def _named(draft: Draft) -> str:
    """The target with its meaning, where the documentation gives one."""
    meaning = draft.target.meaning
    return f"{code(draft.target.name)} ({meaning})" if meaning else code(draft.target.name)


def about(draft: Draft) -> str:
    """What the table is: its size, what repeats in it."""
    profile, say = draft.profile, draft.voice.say
    parts = [
        say(
            "about",
            name=display_name(profile),
            rows=f"{profile.rows:,}",
            columns=len(profile.columns),
            features=len(draft.features),
            kinds=kinds(draft.features),
        )
    ]
    if profile.is_drawn:
        parts.append(say("drawn", raw=f"{profile.raw_rows:,}"))
    if profile.entities:
        entity = profile[profile.entities[0]]
        parts.append(say("follows", count=f"{entity.cardinality:,}", column=code(entity.name)))
    if profile.duplicates and profile.sampled == profile.rows:
        parts.append(say("repeats", share=percent(profile.duplicates / profile.rows)))
    return " ".join(parts)


def files(draft: Draft) -> dict[str, str]:
    """What each file holds, by its name."""
    say, target = draft.voice.say, code(draft.formulation.target)
    return {
        "data/train.csv": say("file_train", count=f"{int(draft.assignment.train_rows.sum()):,}", target=target),
        "data/test.csv": say("file_test", count=f"{int(draft.assignment.test_rows.sum()):,}", target=target),
        "data/sample_submission.csv": say("file_sample", constant=_constant(draft.formulation)),
    }


def split_text(draft: Draft) -> str:
    """How the rows were divided, and what that means for a model."""
    split = draft.formulation.split
    share, column = percent(split.test), code(split.column) if split.column else ""
    if split.rule == "time":
        cells = draft.profile.frame[split.column].astype(str).str.strip()[draft.assignment.test_rows]
        when = pd.to_datetime(cells, format=time_format(draft.profile[split.column]), utc=True)
        said = draft.voice.say("split_time", column=column, first=cells.iloc[int(when.argmin())])
        apart = f", for each {code(draft.formulation.entity)}" if draft.formulation.entity else ""
        return f"{said} The horizon is {draft.formulation.horizon}{apart}." if draft.formulation.horizon else said
    said = draft.voice.say(f"split_{split.rule}", share=share, column=column)
    return (
        f"{said} {draft.voice.say('common', share=percent(draft.assignment.common))}"
        if draft.assignment.common
        else said
    )


def id_note(draft: Draft) -> str:
    """What the id column is, and how missing values look."""
    missing = "; an empty cell is a missing value" if any(column.missing for column in draft.features) else ""
    return draft.voice.say("id_note", id=code(draft.id_column), missing=missing)


def asked(draft: Draft) -> str:
    """The target: what it is and how it is distributed in the train rows."""
    formulation, say, named = draft.formulation, draft.voice.say, _named(draft)
    parts = []
    if formulation.prediction == "number":
        shown = [figure(float(x)) for x in np.percentile(draft.train_numbers, [0, 25, 50, 75, 100])]
        names = dict(zip(("low", "first", "median", "third", "high"), shown, strict=True))
        unit = f" in {draft.target.unit}" if draft.target.unit else ""
        parts.append(say("asked_number", target=named, unit=unit, **names))
    elif formulation.objective == "binary":
        negative, positive = map(code, formulation.labels)
        parts.append(say("asked_binary", target=named, negative=negative, positive=positive))
    elif formulation.objective == "ordinal":
        parts.append(say("asked_ordinal", target=named, order=" < ".join(map(code, formulation.labels))))
    else:
        parts.append(say("asked_classes", target=named, count=len(formulation.labels)))
    if not draft.assignment.known.all():
        parts.append(say("unused", target=code(formulation.target)))
    if formulation.rare_labels:
        shown_labels = listed(formulation.rare_labels[:6])
        more = " and others" if len(formulation.rare_labels) > 6 else ""
        parts.append(say("rare", labels=shown_labels + more))
    return " ".join(parts)


def label_shares(draft: Draft) -> list[tuple[str, str]]:
    """Each label and its share of the train rows, in the order of the labels."""
    counts = draft.train_cells.value_counts(normalize=True)
    return [(code(label), percent(float(counts.get(label, 0.0)))) for label in draft.formulation.labels]


def left_out(draft: Draft) -> list[str]:
    """A line for each reason, with the columns that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in draft.formulation.drop.items():
        by_reason.setdefault(reason, []).append(name)
    return [
        f"{listed(names)}: {reason if len(names) == 1 else _plural(reason)}." for reason, names in by_reason.items()
    ]


def _plural(reason: str) -> str:
    """The same reason for several columns."""
    for one, many in (
        ("it is an identifier, another", "they are identifiers, another"),
        ("it is ", "they are "),
        ("it ", "each "),
    ):
        if reason.startswith(one):
            return many + reason[len(one) :]
    return f"each of them {reason}" if reason.startswith("with ") else reason


def scored(draft: Draft, spec: MetricSpec) -> str:
    """The metric in words, its direction, and why it was chosen."""
    words = " ".join(spec.words.split())
    parts = [words[:1].upper() + words[1:].rstrip(".") + "."]
    key = "better_lower" if spec.direction == "minimize" else "better_higher"
    parts.append(draft.voice.say(key, best=f"{spec.best:g}"))
    if draft.formulation.metric_reason:
        parts.append(draft.voice.say("metric_reason", reason=draft.formulation.metric_reason))
    return " ".join(parts)


def valid(draft: Draft) -> str:
    """What a submission must keep to."""
    formulation = draft.formulation
    target, event = code(formulation.target), code((formulation.labels or ("",))[-1])
    rule = {
        "number": f"{target} must be a finite number",
        "label": f"{target} must be one of the labels above, written the same",
        "probability": f"{target} must be the probability, from 0 to 1, that it is {event}",
        "probabilities": "each `p_` column must be a label's probability, from 0 to 1; a row's must add up to 1",
    }[formulation.prediction]
    floor = " of at least 0" if formulation.metric == "rmsle" else ""
    ids = draft.voice.say("ids_rule", id=code(draft.id_column))
    return f"{ids}; {rule}{floor}. {draft.voice.say('check_rule')}"


def sample_cells(draft: Draft) -> Mapping[str, str]:
    """The columns of the sample submission with the constant that it gives."""
    formulation, cells = draft.formulation, draft.train_cells
    if formulation.prediction == "number":
        numbers = pd.Series(draft.train_numbers)
        return {formulation.target: f"{get_metric(formulation.metric).typical(numbers):.6g}"}
    if formulation.prediction == "label":
        return {formulation.target: max(formulation.labels, key=list(cells).count)}
    if formulation.prediction == "probability":
        return {formulation.target: f"{(cells == formulation.labels[1]).mean():.6g}"}
    return {f"p_{label}": f"{(cells == label).mean():.6g}" for label in formulation.labels}


def _constant(formulation: Formulation) -> str:
    """What the sample submission says."""
    if formulation.prediction == "number":
        elicited = get_metric(formulation.metric).elicits
        what = "mean" if elicited == "mean" else "median" if elicited == 0.5 else f"{elicited:.0%} quantile"
        return f"the {what} of `train.csv`"
    if formulation.prediction == "label":
        return "the most frequent label"
    return "the share in `train.csv`" if formulation.prediction == "probability" else "the shares in `train.csv`"


def origin(profile: DatasetProfile) -> str:
    """Where the raw data came from, under which licence."""
    source = profile.origin
    if source is None:
        return "The source is not known."
    licence = "of unknown licence" if source.licence in ("", "unknown") else f"licence {source.licence}"
    cited = f" {source.citation.strip().rstrip('.')}." if source.citation.strip() else ""
    uri = f"file:{source.file}" if source.uri.startswith("file:") else source.uri  # no path of somebody's machine
    return f"`{uri}`, {licence}.{cited}"
