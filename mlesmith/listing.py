"""What `mlesmith list` shows, each list made from its registry."""

from collections.abc import Callable

Row = dict[str, object]


def tasks() -> list[Row]:
    """Every package that an id finds here; a broken one is listed with what is wrong."""
    from harness.errors import MlesmithError
    from harness.schema import read_card
    from harness.selection import task_folders

    rows: list[Row] = []
    for name, folder in task_folders().items():
        try:
            card = read_card(folder)
        except MlesmithError as error:
            rows.append({"id": name, "title": f"broken: {error}", "collection": "", "objective": "", "metric": ""})
            continue
        asked = {"objective": card.task.objective, "metric": card.metric.name}
        rows.append({"id": name, "title": card.title, "collection": card.collection, **asked})
    return rows


def agents() -> list[Row]:
    """Every agent with its family and kind."""
    from harness.agents.catalogue import AGENTS

    return [
        {"name": card.name, "kind": card.kind, "family": card.family, "what it does": card.summary}
        for card in AGENTS.values()
    ]


def metrics() -> list[Row]:
    """Every metric with its direction, range, best value, the questions and answers it fits, formula and words."""
    from harness.competition.metrics import METRICS

    return [
        {
            "name": spec.name,
            "direction": spec.direction,
            "range": spec.range,
            "best": spec.best,
            "objectives": ", ".join(spec.objectives),
            "answers": ", ".join(spec.needs),
            "formula": spec.formula,
            "words": spec.words,
        }
        for spec in METRICS.values()
    ]


def checks() -> list[Row]:
    """Every check of the battery with what it protects from."""
    from generation.verification.registry import catalogue

    return [
        {"id": check.id, "layer": check.layer.value, "outcome-based": check.outcome_based, "protects": check.protects}
        for check in catalogue()
    ]


def sources() -> list[Row]:
    """Every kind of source with the form of its URI."""
    from harness.sources import SCHEMES

    return [{"scheme": scheme.name, "form": scheme.form} for scheme in SCHEMES.values()]


LISTS: dict[str, Callable[[], list[Row]]] = {
    "tasks": tasks,
    "agents": agents,
    "metrics": metrics,
    "checks": checks,
    "sources": sources,
}
