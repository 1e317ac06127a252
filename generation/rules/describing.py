"""The parts of a description that depend on the objective, the split and the form of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from generation.formulation import Formulation
from generation.profile import ColumnProfile, DatasetProfile
from generation.rules.assignment import Assignment
from generation.rules.columns_text import code, listed
from generation.rules.figures import figure, percent
from generation.rules.wording import dataset_title


@dataclass(frozen=True)
class Draft:
    """A formulation with the rows that it gives: all that a description is written from."""

    profile: DatasetProfile
    formulation: Formulation
    assignment: Assignment
    id_column: str

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
    def train_numbers(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return pd.to_numeric(self.train_cells, errors="coerce").to_numpy(dtype=float)


def about(draft: Draft) -> str:
    """What the table is: its size, what repeats in it."""
    profile = draft.profile
    parts = [
        f"The raw table ({dataset_title(profile.name)}) has {profile.rows:,} rows and {len(profile.columns)} columns."
    ]
    if profile.entities:
        entity = profile[profile.entities[0]]
        parts.append(f"It follows {entity.cardinality:,} values of {code(entity.name)}, each over several rows.")
    if profile.duplicates and profile.sampled == profile.rows:
        parts.append(f"In {percent(profile.duplicates / profile.rows)} of the cases a row equals an earlier one.")
    kinds = pd.Series([column.kind.value for column in draft.features]).value_counts()
    main = [f"{count} {kind}" for kind, count in kinds.items()]
    parts.append(f"Of its columns {len(draft.features)} are given to predict from ({', '.join(main)}).")
    return " ".join(parts)


def split_text(draft: Draft) -> str:
    """How the rows were divided, and what that means for a model."""
    split = draft.formulation.split
    share = percent(split.test)
    if split.rule == "group":
        return (
            f"The test asks about strangers: all rows of some values of {code(split.column)} were held back (about "
            f"{share} of the rows), so no value of {code(split.column)} in `test.csv` occurs in `train.csv`. "
            "Validate in the same way."
        )
    if split.rule == "time":
        cells = draft.profile.frame[split.column].astype(str).str.strip()
        when = pd.to_datetime(cells, format=draft.profile[split.column].date_format)
        first = cells.iloc[int(when.where(draft.assignment.test_rows).to_numpy().argmin())]
        return (
            f"The test asks about the future: its rows are the latest by {code(split.column)}, from {first} on; "
            "`train.csv` ends before. Validate on later rows than you fit."
        )
    return (
        f"The test rows (about {share}) were drawn at random, by a hash of what they hold; rows with the same features "
        "are always in the same file."
    )


def asked(draft: Draft) -> str:
    """The target: what it is and how it is distributed in the train rows."""
    formulation, target = draft.formulation, draft.target
    meaning = f" ({target.meaning})" if target.meaning else ""
    name = code(formulation.target) + meaning
    kept = float(draft.assignment.known.mean())
    gone = f" Rows whose {code(formulation.target)} is not known or not used are in neither file." if kept < 1 else ""
    if formulation.objective == "regression":
        numbers = draft.train_numbers
        low, first, median, third, high = (figure(float(x)) for x in np.percentile(numbers, [0, 25, 50, 75, 100]))
        in_unit = f" in {target.unit}" if target.unit else ""
        return (
            f"Predict {name}, a number{in_unit}. In `train.csv` it runs from {low} to {high}; half "
            f"of its values lie between {first} and {third}, the median is {median}.{gone}"
        )
    rare = ""
    if formulation.rare_labels:
        shown = listed(formulation.rare_labels[:6]) + (" and others" if len(formulation.rare_labels) > 6 else "")
        rare = f" The labels {shown} were left out with their rows: each is too rare to be learned and tested."
    if formulation.objective == "binary":
        return (
            f"Predict {name}, which is {code(formulation.labels[0])} or {code(formulation.labels[1])}; "
            f"{code(formulation.labels[1])} is the positive class.{gone}{rare}"
        )
    if formulation.objective == "ordinal":
        order = " < ".join(code(label) for label in formulation.labels)
        return f"Predict {name}. Its classes have an order: {order}.{gone}{rare}"
    return f"Predict {name}, one of {len(formulation.labels)} classes.{gone}{rare}"


def label_shares(draft: Draft) -> list[tuple[str, str]]:
    """Each label and its share of the train rows, in the order of the labels."""
    counts = draft.train_cells.value_counts(normalize=True)
    return [(code(label), percent(float(counts.get(label, 0.0)))) for label in draft.formulation.labels]


def left_out(draft: Draft) -> list[str]:
    """A line for each reason, with the columns that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in draft.formulation.drop.items():
        by_reason.setdefault(reason, []).append(name)
    return [f"{listed(names)}: {_for_several(reason, len(names))}." for reason, names in by_reason.items()]


def _for_several(reason: str, count: int) -> str:
    return reason if count == 1 else f"each of them: {reason}"


def valid(draft: Draft) -> str:
    """What a submission must keep to."""
    formulation = draft.formulation
    target = code(formulation.target)
    event = code((formulation.labels or ("",))[-1])
    rule = {
        "number": f"{target} must be a finite number",
        "label": f"{target} must be one of the labels above, written the same",
        "probability": f"{target} must be the probability, from 0 to 1, that it is {event}",
        "probabilities": "each `p_` column must be a label's probability, from 0 to 1; a row's must add up to 1",
    }[formulation.prediction]
    floor = " of at least 0" if formulation.metric == "rmsle" else ""
    return f"Every `{draft.id_column}` of `test.csv` must be there once and no other; {rule}{floor}."


def sample_cells(draft: Draft) -> Mapping[str, str]:
    """The columns of the sample submission with the constant that it gives."""
    formulation, cells = draft.formulation, draft.train_cells
    if formulation.prediction == "number":
        numbers = pd.Series(draft.train_numbers)
        middle = numbers.mean() if formulation.metric == "rmse" else numbers.median()
        return {formulation.target: f"{middle:.6g}"}
    if formulation.prediction == "label":
        return {formulation.target: max(formulation.labels, key=list(cells).count)}
    if formulation.prediction == "probability":
        return {formulation.target: f"{(cells == formulation.labels[1]).mean():.6g}"}
    return {f"p_{label}": f"{(cells == label).mean():.6g}" for label in formulation.labels}


def constant(draft: Draft) -> str:
    """What the sample submission says."""
    if draft.formulation.prediction == "number":
        return " (the mean of `train.csv`)" if draft.formulation.metric == "rmse" else " (the median of `train.csv`)"
    if draft.formulation.prediction == "label":
        return " (the most frequent label)"
    return (
        " (the share in `train.csv`)"
        if draft.formulation.prediction == "probability"
        else " (the shares in `train.csv`)"
    )


def origin(profile: DatasetProfile) -> str:
    """Where the raw data came from, under which licence."""
    source = profile.origin
    if source is None:
        return "The source is not known."
    licence = "of unknown licence" if source.licence in ("", "unknown") else f"licence {source.licence}"
    cited = f" {source.citation.strip().rstrip('.')}." if source.citation.strip() else ""
    return f"`{source.uri}`, {licence}.{cited}"


def rule_of_time(draft: Draft) -> str:
    """What the split means for the goal, in half a sentence."""
    split = draft.formulation.split
    if split.rule == "group":
        return f" The rows to answer belong to values of {code(split.column)} that no model has seen."
    return " The rows to answer are later than all others." if split.rule == "time" else ""
