"""Scores of the generation eval: the share of a dataset's formulations that are verified, and that pass each layer."""

import math
from collections.abc import Callable

from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState

from generation.records import DatasetRecord, FormulationRecord
from generation.stages import kept
from generation.verification.findings import Layer

Passes = Callable[[FormulationRecord], bool | None]
# Reviews need a model and are not run here: the layer has no score rather than a good one.
LAYERS = tuple(layer for layer in Layer if layer is not Layer.REVIEW)


def scorers() -> list[Scorer]:
    """`verified` first, then a scorer for each layer in the order in which they are run."""
    return [_share_scorer("verified", _is_verified), *[_share_scorer(layer.value, _of(layer)) for layer in LAYERS]]


def _share_scorer(name: str, passes: Passes) -> Scorer:
    @scorer(metrics=[mean(), stderr()], name=name)
    def share() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001
            return shared(kept(), passes)

        return score

    return share()


def shared(record: DatasetRecord, passes: Passes) -> Score:
    """The share of formulations that pass; not a number where none was asked, so that Inspect leaves it out."""
    verdicts = {one.formulation.slug: passes(one) for one in record.formulations}
    asked = [verdict for verdict in verdicts.values() if verdict is not None]
    told = "\n".join(f"{slug}: {_WORDS[verdict]}" for slug, verdict in verdicts.items())
    value = sum(asked) / len(asked) if asked else math.nan
    return Score(value=value, explanation=told or record.why_not, answer=f"{sum(asked)} of {len(asked)}")


def _is_verified(record: FormulationRecord) -> bool:
    return record.status == "verified"


def _of(layer: Layer) -> Passes:
    return lambda record: record.layers.get(layer.value)


_WORDS = {True: "passes", False: "fails", None: "not run"}
