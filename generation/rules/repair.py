"""What a defect that verification found changes in a formulation."""

import re
from collections.abc import Sequence

from generation.formulation import Defect, Formulation
from generation.profile import DatasetProfile
from harness.schema import Split

_GIVES_AWAY = re.compile(r"determin|leak|shortcut|gives|signal|proxy|target_in")
_OF_SPLIT = re.compile(r"class|split|order|unbiased|enough|test_rows|share")
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
    file, _, column = defect.where.partition(":")
    droppable = {*profile.names} - {formulation.target, *formulation.drop, formulation.split.column}
    if column in droppable and file.endswith(".csv") and _GIVES_AWAY.search(defect.kind):
        reason = f"it gives `{formulation.target}` away"
        return formulation.model_copy(update={"drop": {**formulation.drop, column: reason}})
    if "metric" in defect.kind and formulation.metric in _OTHER_METRIC:
        return _other_metric(formulation)
    if _OF_GROUPS.search(defect.kind) and formulation.split.rule in ("group", "time"):
        split = Split(rule="random", test=formulation.split.test, seed=formulation.split.seed)
        return formulation.model_copy(update={"split": split})
    if _OF_SPLIT.search(defect.kind):
        split = formulation.split.model_copy(update={"seed": formulation.split.seed + 1})
        return formulation.model_copy(update={"split": split})
    return formulation


def _other_metric(formulation: Formulation) -> Formulation:
    metric = _OTHER_METRIC[formulation.metric]
    default = "number" if formulation.objective == "regression" else "label"
    prediction = _PREDICTIONS.get(metric, default)
    return formulation.model_copy(update={"metric": metric, "prediction": prediction, "metric_reason": ""})
