"""The metric in words: what it measures, which way is better, why it was chosen, and what a constant gets."""

from collections.abc import Mapping

import numpy as np

from generation.rules.answering import sample_cells
from generation.rules.draft import Draft
from generation.rules.figures import figure
from harness.competition.metrics import MetricSpec


def scored(draft: Draft, spec: MetricSpec) -> str:
    """The metric, its direction, the reason for it, and the score of the sample's constant on the train rows."""
    words = " ".join(spec.words.split())
    parts = [words[:1].upper() + words[1:].rstrip(".") + "."]
    key = "better_lower" if spec.direction == "minimize" else "better_higher"
    parts.append(draft.voice.say(key, best=f"{spec.best:g}"))
    if draft.formulation.metric_reason:
        parts.append(draft.voice.say("metric_reason", reason=draft.formulation.metric_reason))
    if reached := constant_score(draft, spec):
        parts.append(draft.voice.say("scale", score=reached))
    return " ".join(parts)


def constant_score(draft: Draft, spec: MetricSpec) -> str:
    """What the sample's constant scores on the train rows; nothing where the metric is not defined on it."""
    try:
        score = float(_score(draft, spec, sample_cells(draft)))
    except ValueError:
        return ""
    return figure(round(score, 9)) if np.isfinite(score) else ""


def _score(draft: Draft, spec: MetricSpec, sample: Mapping[str, str]) -> float:
    count, constants = draft.train_count, list(sample.values())
    if draft.formulation.prediction == "number":
        return spec.function(draft.train_numbers, np.full(count, float(constants[0])))
    truth, labels = draft.train_cells.to_numpy(dtype=str), list(draft.formulation.labels)
    if draft.formulation.prediction == "label":
        return spec.function(truth, np.full(count, constants[0]), labels=labels)
    shares = np.array([float(share) for share in constants])
    if draft.formulation.prediction == "probability":
        return spec.function(truth, np.full(count, shares[0]), labels=labels)
    return spec.function(truth, np.tile(shares / shares.sum(), (count, 1)), labels=labels)
