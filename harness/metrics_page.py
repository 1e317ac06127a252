"""docs/metrics.md, made from the registry: `python -m harness.metrics_page > docs/metrics.md`."""

import inspect
import sys

from harness.competition.metrics import METRICS, MetricSpec

HEAD = """\
# Metrics

Made from the code by `python -m harness.metrics_page > docs/metrics.md`; `mlesmith list metrics` shows the same. In
the formulas `y` is the answer and `p` the prediction. A metric is one file in `harness/competition/metrics/`.

| metric | to | range | best | answers | questions |
|---|---|---|---|---|---|
"""

NOTES = """\

## What holds for all

- The answers themselves score exactly `best`. For metrics of ranks and of correlation so do others (any rising function
  of the answers for `spearman`, any rising line for `pearson`, every right order for `roc_auc`, `roc_auc_ovr` and
  `average_precision`, every right leader for `map_3`, the right label among the first for `top_3_accuracy` and
  `top_5_accuracy`); for the rest nothing else does.
- The order of the rows changes nothing. Every valid submission gets a finite score in the range; a constant one too
  (0 for `spearman`, `pearson`, `ccc`, `mcc`, `cohen_kappa`, `qwk`; 0.5 for the areas; the share of positive rows for
  `average_precision`). Equal predictions share their places: no score depends on the order of labels or rows.
- Where the answers leave a metric without a meaning (one class, no spread, a zero under a percentage) it raises
  ValueError; the battery then refuses the task (`grading.answers_best` with the metric's own words), so no agent meets
  it.
- Answers and predictions lie within -1e100 and 1e100; a spread or a size below 1e-50 counts as none.
- A sample submission and the constant of the probes say what the metric elicits of the train rows: the mean, or a
  quantile; the median also where the best constant has no simple name (`mape`, `rmspe`, `smape`, `rmsle`).

## What was left out

- Median absolute error: half of the rows may be wrong at no cost, so the check `grading.every_row_counts` would refuse
  every task with it.
- Explained variance (R² that forgives a wrong mean), Gini (2 AUC - 1), Jaccard (a function of F1), Kendall's tau
  (Spearman's question asked twice): another metric is not another task.
- Gamma and Tweedie deviance: one prediction near 0 outweighs all other rows; `rmsle` and `poisson_deviance` are there.
- MASE needs the train rows, and a concordance index needs censoring times beside the answers: the grader has neither.
"""


def page() -> str:
    """The page as Markdown."""
    specs = sorted(METRICS.values(), key=lambda spec: spec.name)
    return HEAD + "".join(map(_row, specs)) + NOTES + "".join(map(_section, specs))


def _row(spec: MetricSpec) -> str:
    cells = (f"[{spec.name}](#{spec.name})", spec.direction, spec.range, f"{spec.best:g}", ", ".join(spec.needs))
    return f"| {' | '.join(cells)} | {', '.join(spec.objectives)} |\n"


def _section(spec: MetricSpec) -> str:
    doc = inspect.getdoc(spec.function) or ""
    said, _, examples = doc.partition("\nExamples:\n")
    bounds = f"Numbers from {spec.submission_low:g} up may be answered. " if spec.submission_low > -1 else ""
    constant = f"The constant of a sample submission: the {_statistic(spec)}." if spec.needs == ("number",) else ""
    parts = [f"\n## {spec.name}\n\n{spec.words}\n\n    {spec.formula}\n", _prose(said), bounds + constant]
    code = "".join(f"    {line.strip()}\n" for line in examples.strip().splitlines())
    return "\n".join(part.rstrip() + "\n" for part in parts if part) + f"\n{code}"


def _statistic(spec: MetricSpec) -> str:
    known = {"mean": "mean", 0.5: "median"}
    return known.get(spec.elicits) or f"{float(spec.elicits):.0%} quantile"


def _prose(said: str) -> str:
    """A docstring's paragraphs, each a line of its own; what it raises as a sentence."""
    lines = [" ".join(paragraph.split()) for paragraph in said.strip().split("\n\n")]
    return "\n\n".join(line.replace("Raises: ValueError:", "Not defined:") for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
