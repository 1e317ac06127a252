"""What a defect that verification found changes in a formulation."""

import re
from collections.abc import Sequence

from generation.formulation import Defect, Formulation
from generation.profile import DatasetProfile

_OF_A_COLUMN = re.compile(r"determin|leak|shortcut|gives|proxy|columns_agree|headroom")
_OF_SPLIT = re.compile(r"class|split|order|unbiased|enough|test_rows|share|id_signal")
_OF_GROUPS = re.compile(r"group|time")
_OTHER_METRIC = {
    "rmsle": "rmse",
    "log_loss": "f1_macro",
    "balanced_accuracy": "f1_macro",
    "f1_macro": "balanced_accuracy",
    "accuracy": "roc_auc",
    "mae": "rmse",
    "rmse": "mae",
}
_PREDICTIONS = {"roc_auc": "probability", "log_loss": "probabilities"}


def revise(profile: DatasetProfile, formulation: Formulation, defects: Sequence[Defect]) -> Formulation:
    """The formulation, changed once for each defect that a rule can mend; others leave it as it is."""
    for defect in defects:
        formulation = _revised(profile, formulation, defect)
    return formulation


def _revised(profile: DatasetProfile, formulation: Formulation, defect: Defect) -> Formulation:
    columns = _columns_of(profile, formulation, defect)
    if columns:
        agree = "agree" in defect.kind
        reason = "its cells differ in kind between the two files" if agree else f"it gives `{formulation.target}` away"
        gone = dict.fromkeys(columns if agree else columns[:1], reason)
        return formulation.model_copy(update={"drop": {**formulation.drop, **gone}})
    if "metric" in defect.kind and formulation.metric in _OTHER_METRIC:
        return _other_metric(formulation)
    if _OF_GROUPS.search(defect.kind) and formulation.split.rule in ("group", "time"):
        return formulation  # at random, rows of one group or time would tell of each other
    if _OF_SPLIT.search(defect.kind):
        split = formulation.split.model_copy(update={"seed": formulation.split.seed + 1})
        return formulation.model_copy(update={"split": split})
    return formulation


def _columns_of(profile: DatasetProfile, formulation: Formulation, defect: Defect) -> list[str]:
    """The features that a defect is about: named after the file, or in quotes in its words."""
    if not _OF_A_COLUMN.search(defect.kind):
        return []
    droppable = {*profile.names} - {formulation.target, *formulation.drop, formulation.split.column}
    _, _, named = defect.where.partition(":")
    quoted = re.findall(r"['`\"]([^'`\"]+)['`\"]", f"{defect.evidence} {defect.message}")
    return [name for name in dict.fromkeys((named, *quoted)) if name in droppable]


def _other_metric(formulation: Formulation) -> Formulation:
    metric = _OTHER_METRIC[formulation.metric]
    default = "number" if formulation.prediction == "number" else "label"
    prediction = _PREDICTIONS.get(metric, default)
    return formulation.model_copy(update={"metric": metric, "prediction": prediction, "metric_reason": ""})
