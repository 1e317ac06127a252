"""Faults of the description that code can see."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from harness.package import TaskPackage
from tests.generation.verification.good_packages import run_here
from tests.generation.verification.seeded.fault import Fault, swap


def told_answers(package: TaskPackage) -> TaskPackage:
    """Thirty ids with their answers, as a table at the end of the description."""
    raw = Path(package.card.source.uri.partition(":")[2]).parent
    with TemporaryDirectory() as made:
        run_here(package.files["prepare.py"], raw, Path(made))
        answers = pd.read_csv(Path(made) / "private" / "test_answer.csv", dtype=str)
    lines = "\n".join(f"| {identity} | {answer} |" for identity, answer in answers.head(30).itertuples(index=False))
    return replace(package, files={**package.files, "description.md": package.files["description.md"] + lines})


DESCRIPTION = (
    Fault(
        "direction_not_told",
        "description.complete",
        "nothing says whether more is better",
        swap("description.md", "Lower is better.", ""),
        base="mass_days",
    ),
    Fault(
        "no_formula",
        "description.complete",
        "the metric has no formula",
        swap("description.md", "$\\sqrt{\\frac{1}{n} \\sum_i (y_i - \\hat y_i)^2}$", "as usual"),
    ),
    Fault(
        "label_not_told",
        "description.complete",
        "a label is not named",
        swap("description.md", "fern, herb, shrub", "fern, herb or other"),
        base="kind",
    ),
    Fault(
        "result_not_told",
        "description.complete",
        "nothing says where the result goes",
        swap("description.md", "`submission.csv`", "a file"),
        base="vigour",
    ),
    Fault(
        "column_not_described",
        "description.columns",
        "a column is not described",
        swap("description.md", "- `soil`: acidity of the soil.\n", ""),
    ),
    Fault(
        "pot_not_described",
        "description.columns",
        "a column of words is not described",
        swap("description.md", "- `pot`: the kind of pot.\n", ""),
        base="mass_beds",
    ),
    Fault(
        "other_header",
        "description.header",
        "the example of a submission has another header",
        swap("description.md", "id,mass\n", "id,prediction\n"),
    ),
    Fault(
        "header_of_one_column",
        "description.header",
        "the example shows one column where three are asked for",
        swap("description.md", "id,p_fern,p_herb,p_shrub\n", "id,kind\n"),
        base="kind_chances",
    ),
    Fault(
        "other_sizes",
        "description.figures_true",
        "the number of rows is ten times too large",
        swap("description.md", " rows without", "0 rows without"),
        base="blooms",
    ),
    Fault("answers_told", "description.no_answers", "the description lists answers", told_answers),
    Fault(
        "answers_told_of_grades",
        "description.no_answers",
        "the description lists answers that are grades",
        told_answers,
        base="vigour",
    ),
)
