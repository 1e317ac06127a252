"""task.toml must agree with itself: metric, direction, prediction, labels and split fit each other."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from harness.competition.metrics import METRICS
from harness.schema import TaskCard, parse_card, write_card

CLASSES = frozenset({"binary", "multiclass", "ordinal"})
NUMBERS = frozenset({"regression", "quantile", "forecasting"})


@check(
    "structure.schema",
    layer="structure",
    stage="refactor",
    protects="a card that contradicts itself, so that ratings read the score the wrong way round",
)
def schema(evidence: Evidence) -> Finding:
    card = evidence.package.card
    problems = [*_metric_problems(card), *_question_problems(card)]
    if parse_card(write_card(card)) != card:
        problems.append("task.toml does not come back as it was written")
    return Finding.none_of(problems, where="task.toml")


def _metric_problems(card: TaskCard) -> list[str]:
    metric = card.metric
    if metric.name == "custom":
        return []
    if metric.name not in METRICS:
        return [f"metric.name = {metric.name!r} is neither 'custom' nor one of {', '.join(sorted(METRICS))}"]
    spec = METRICS[metric.name]
    problems = []
    if metric.direction != spec.direction:
        problems.append(f"metric.direction = {metric.direction!r}, but {metric.name} is to {spec.direction}")
    if metric.best != spec.best:
        problems.append(f"metric.best = {metric.best}, but the best {metric.name} is {spec.best}")
    if card.task.objective not in spec.objectives:
        problems.append(f"{metric.name} does not measure {card.task.objective}")
    if card.task.prediction not in spec.needs:
        problems.append(f"{metric.name} does not score a {card.task.prediction}")
    return problems


def _question_problems(card: TaskCard) -> list[str]:
    task = card.task
    problems = []
    if task.id_column in task.target:
        problems.append(f"the id column {task.id_column!r} is a target")
    if len(set(task.target)) != len(task.target):
        problems.append("a target is named twice")
    if len(set(task.labels)) != len(task.labels):
        problems.append("a label is named twice")
    if task.objective in CLASSES and task.prediction == "number" and task.objective != "ordinal":
        problems.append(f"{task.objective} asks for numbers instead of labels or probabilities")
    if task.objective in NUMBERS and task.prediction != "number":
        problems.append(f"{task.objective} asks for {task.prediction}")
    if task.objective == "forecasting" and task.split.rule not in {"time", "official"}:
        problems.append(f"forecasting, but the split is by {task.split.rule}")
    if task.objective == "binary" and len(task.labels) not in (0, 2):
        problems.append(f"binary, but {len(task.labels)} labels")
    if task.split.rule in {"group", "time"} and not task.split.column:
        problems.append(f"split.rule = {task.split.rule!r} names no column")
    return problems
