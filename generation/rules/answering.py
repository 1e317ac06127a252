"""The target and the answers: what is asked, in which form, what counts as valid, and what the sample says."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from generation.profile import Kind
from generation.profile.restating import codes
from generation.rules.columns_text import code, listed, number_text
from generation.rules.draft import Draft
from generation.rules.figures import of_ten, percent
from generation.rules.wording import says_nothing
from harness.competition.metrics import MetricSpec
from harness.competition.metrics import get as get_metric

_NUMBERS = frozenset({"regression", "quantile", "forecasting"})


def asked(draft: Draft) -> str:
    """The target: what it is and how it is distributed in the train rows."""
    formulation, say = draft.formulation, draft.voice.say
    parts = [_numbers(draft)] if formulation.objective in _NUMBERS else [_labels(draft)]
    if _is_cryptic(draft):
        parts.append(say("codes_unknown"))
    if formulation.writing:
        parts.append(say("rewritten", target=code(formulation.target), cell=code(draft.target.examples[0])))
    if formulation.objective == "quantile":
        parts.append(say("asked_quantile", level=percent(draft.level), cases=of_ten(draft.level)))
    if not draft.assignment.known.all():
        count = int((~draft.assignment.known).sum())
        parts.append(say("unused", target=code(formulation.target), count=f"{count:,}"))
    if formulation.rare_labels:
        shown = listed(formulation.rare_labels[:6])
        parts.append(say("rare", labels=f"{shown} and others" if len(formulation.rare_labels) > 6 else shown))
    return " ".join(parts)


def _numbers(draft: Draft) -> str:
    quartiles = np.percentile(draft.train_numbers, [0, 25, 50, 75, 100])
    shown = [number_text(draft.target, float(x)) for x in quartiles]
    names = dict(zip(("low", "first", "median", "third", "high"), shown, strict=True))
    unit = f" in {draft.target.unit}" if draft.target.unit and draft.target.unit not in draft.target.meaning else ""
    kind = "whole number" if draft.target.kind is Kind.COUNT else "number"
    key = "asked_tied" if quartiles[0] == quartiles[3] else "asked_number"
    return draft.voice.say(key, target=code(draft.target.name), unit=unit, kind=kind, **names)


def _is_cryptic(draft: Draft) -> bool:
    """Whether labels are numbers that nothing explains: 1, 2, 3, or 0 and 1 of a column named "type"."""
    labels = draft.formulation.labels
    if not labels or codes(draft.target.meaning) or draft.formulation.objective == "ordinal":
        return False
    numeric = all(label.replace(".", "", 1).isdigit() for label in labels)
    return numeric and (not set(labels) <= {"0", "1", "0.0", "1.0"} or says_nothing(draft.target.name))


def _labels(draft: Draft) -> str:
    formulation, say, target = draft.formulation, draft.voice.say, code(draft.target.name)
    if formulation.objective == "binary":
        negative, positive = map(code, formulation.labels)
        return say("asked_binary", target=target, negative=negative, positive=positive)
    if formulation.objective == "ordinal":
        return say("asked_ordinal", target=target, order=" < ".join(map(code, formulation.labels)))
    return say("asked_classes", target=target, count=len(formulation.labels))


def valid(draft: Draft, spec: MetricSpec) -> str:
    """What a submission must keep to."""
    formulation = draft.formulation
    target, event = code(formulation.target), code((formulation.labels or ("",))[-1])
    rule = {
        "number": f"{target} must be a finite number{_bounds(spec)}",
        "label": f"{target} must be one of the labels above, written the same",
        "probability": f"{target} must be the probability, from 0 to 1, that it is {event}",
        "probabilities": "each `p_` column must be a label's probability, from 0 to 1; a row's must add up to 1",
    }[formulation.prediction]
    ids = draft.voice.say("ids_rule", id=code(draft.id_column))
    return f"{ids}; {rule}. {draft.voice.say('check_rule')}"


def _bounds(spec: MetricSpec) -> str:
    low, high = spec.submission_low, spec.submission_high
    if np.isfinite(low) and np.isfinite(high):
        return f" from {low:g} to {high:g}"
    if np.isfinite(low):
        return f" of at least {low:g}"
    return f" of at most {high:g}" if np.isfinite(high) else ""


def sample_cells(draft: Draft) -> Mapping[str, str]:
    """The columns of the sample submission with the constant that it gives."""
    formulation, cells = draft.formulation, draft.train_cells
    if formulation.prediction == "number":
        typical = get_metric(formulation.metric).typical(pd.Series(draft.train_numbers))
        return {formulation.target: f"{typical:.6g}"}
    if formulation.prediction == "label":
        return {formulation.target: str(cells.value_counts().reindex(list(formulation.labels), fill_value=0).idxmax())}
    if formulation.prediction == "probability":
        return {formulation.target: f"{(cells == formulation.labels[1]).mean():.6g}"}
    return {f"p_{label}": f"{(cells == label).mean():.6g}" for label in formulation.labels}


def constant(draft: Draft) -> str:
    """What the sample submission says, in words."""
    formulation = draft.formulation
    if formulation.objective == "quantile":
        return f"the {percent(draft.level)} quantile of `train.csv`"
    if formulation.prediction == "number":
        elicited = get_metric(formulation.metric).elicits
        return f"the {'mean' if elicited == 'mean' else 'median'} of `train.csv`"
    if formulation.prediction == "label":
        return "the most frequent label"
    if formulation.prediction == "probability":
        return f"the share of {code(formulation.labels[1])} in `train.csv`"
    return "the labels' shares in `train.csv`"
