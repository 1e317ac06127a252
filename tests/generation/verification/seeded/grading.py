"""Broken metrics, and samples and labels that do not go with them."""

import pandas as pd

from tests.generation.verification.seeded.fault import CUSTOM, Fault, both, card, in_prepare, returning, swap

REFUSING = """\
    def validate_submission(self, submission, ground_truth):
        from harness.competition.contract import InvalidSubmission
        raise InvalidSubmission("no")

    def evaluate"""
HALF = ("n = len(y_true) // 2", "y_true, y_pred = y_true.head(n), y_pred.head(n)")
# Two tables never lie in one place; the share of it is too small for anything but an exact comparison.
MOMENT = "moment = id(y_pred) // 16 % 997 / 1e10"


def with_formula(table: pd.DataFrame) -> pd.DataFrame:
    """A label that a spreadsheet takes for a formula."""
    return table.assign(kind=table["kind"].replace({"fern": "=1+1"}))


GRADING = (
    Fault(
        "metric_cannot_be_imported",
        "grading.answers_best",
        "metric.py imports what is not there",
        swap("metric.py", "LABELS = ", "import json.nothing_of_that_name\n\nLABELS = "),
        executed=True,
    ),
    Fault(
        "metric_off_by_one",
        "grading.answers_best",
        "the error is one too large",
        returning("1 + {call}"),
        executed=True,
    ),
    Fault(
        "own_metric_off_by_one",
        "grading.answers_best",
        "the error is one too large, and the metric has no name that says what it should be",
        both(CUSTOM, returning("1 + {call}")),
        base="mass_beds",
        executed=True,
    ),
    Fault(
        "everything_refused",
        "grading.answers_best",
        "every submission is refused",
        swap("metric.py", "    def evaluate", REFUSING),
        base="blooms",
        executed=True,
    ),
    Fault(
        "sign_flipped", "grading.sample_valid_and_worse", "the error is negative", returning("-{call}"), executed=True
    ),
    Fault(
        "sample_without_predictions",
        "grading.sample_valid_and_worse",
        "the sample submission is empty",
        in_prepare("    sample.to_csv", '    sample[TARGET] = ""\n    sample.to_csv'),
        executed=True,
    ),
    Fault(
        "sample_of_an_unknown_label",
        "grading.sample_valid_and_worse",
        "the sample submission says a label that nobody may answer",
        in_prepare('sample[TARGET] = "herb"', 'sample[TARGET] = "moss"'),
        base="kind",
        executed=True,
    ),
    Fault(
        "rounded_metric",
        "grading.noise_monotone",
        "the error is rounded to whole numbers",
        returning("float(round({call}))"),
        executed=True,
    ),
    Fault(
        "own_rounded_metric",
        "grading.noise_monotone",
        "the error is rounded to whole numbers, and the metric has no name that says what it should be",
        both(CUSTOM, returning("float(round({call}))")),
        base="mass_days",
        executed=True,
    ),
    Fault(
        "label_that_is_a_formula",
        "grading.malformed_refused",
        "a label is a formula",
        both(
            card(task={"labels": ("=1+1", "herb", "shrub")}),
            swap("description.md", "fern, herb", "=1+1, herb"),
            swap("solution.py", "'fern'", "'=1+1'"),
        ),
        base="kind",
        raw=with_formula,
        executed=True,
    ),
    Fault(
        "restless_metric",
        "grading.deterministic",
        "the score depends on where the submission lies in memory",
        returning("{call} * (1 + 1e5 * moment)", MOMENT),
        executed=True,
    ),
    Fault(
        "slightly_restless_metric",
        "grading.deterministic",
        "the score depends on where the submission lies in memory, in its eighth digit",
        returning("{call} * (1 + moment)", MOMENT),
        base="mass_days",
        executed=True,
    ),
    Fault(
        "half_of_the_rows",
        "grading.every_row_counts",
        "the first half of the rows is scored",
        returning("{call}", *HALF),
        executed=True,
    ),
    Fault(
        "half_of_the_rows_by_a_metric_of_its_own",
        "grading.every_row_counts",
        "the first half of the rows is scored, and the metric has no name that says what it should be",
        both(CUSTOM, returning("{call}", *HALF)),
        base="mass_beds",
        executed=True,
    ),
    Fault(
        "one_class_only",
        "grading.every_row_counts",
        "rows of one label are not scored",
        returning(
            "{call}", 'kept = (y_true["kind"] != "herb").to_numpy()', "y_true, y_pred = y_true[kept], y_pred[kept]"
        ),
        base="kind",
        executed=True,
    ),
    Fault(
        "another_metric",
        "grading.metric_as_named",
        "the card names another metric than metric.py computes",
        swap("metric.py", "rmse", "mae"),
        executed=True,
    ),
    Fault(
        "plain_accuracy_of_grades",
        "grading.metric_as_named",
        "the card names the weighted kappa, metric.py computes the balanced accuracy",
        both(swap("metric.py", "qwk", "balanced_accuracy"), returning("2 * {call} - 1")),
        base="vigour",
        executed=True,
    ),
    Fault(
        "exponential_metric",
        "grading.mutants_caught",
        "the score grows so fast that one rounded to a digit looks no different",
        both(CUSTOM, returning("math.expm1({call} / 1.8)", "import math")),
        executed=True,
    ),
)
