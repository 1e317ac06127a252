"""The yield of each layer: how many formulations reach it, are sent back by it, mended, turned down, kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from generation.records import FormulationRecord
from generation.shares import wilson
from generation.verification.findings import Layer, Verdict

WRITTEN, LIMIT, TOLD_APART = "written", "limit", "export"
LAYERS = tuple(layer.value for layer in Layer)


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LayerYield(_Frozen):
    """One layer; `kept` of those that `came` to it, with the Wilson interval of that share.

    `sent_back` failed something of the layer at one of their attempts; `repaired` of them pass it in the end.
    """

    layer: str
    came: int
    sent_back: int
    repaired: int
    rejected: int
    kept: int
    low: float
    high: float


class CheckYield(_Frozen):
    """One check that something failed: at any attempt (`sent_back`), of which at the last (`rejected`)."""

    check: str
    sent_back: int
    repaired: int
    rejected: int


@dataclass(frozen=True)
class Course:
    """What became of one formulation: the checks, or defects, that it failed at any attempt and in the end."""

    failed: frozenset[str]
    at_last: frozenset[str]
    ended: str

    @classmethod
    def of(cls, record: FormulationRecord, *, twin: bool = False) -> "Course":
        checks = record.verification.checks if record.verification is not None else ()
        failed = {one.id for one in checks if one.verdict is Verdict.FAIL}
        passed = {one.id for one in checks if one.verdict is Verdict.PASS}
        before = {defect.kind for repair in record.repairs for defect in repair.defects}
        # What failed once is repaired only where it passed since; of one that was verified nothing else is left.
        at_last = set() if record.status == "verified" else failed | (before - passed)
        return cls(frozenset(before | failed), frozenset(at_last), TOLD_APART if twin else _ended(record))

    def failed_in(self, layer: str) -> bool:
        return any(_layer(name) == layer for name in self.failed)


def _ended(record: FormulationRecord) -> str:
    """The layer that turned a formulation down; "" where none did."""
    if record.status == "verified":
        return ""
    if record.stage == LIMIT:
        return LIMIT
    # A check that could not be asked stands in the way, too; which ones applied, only `layers` remembers.
    return next((name for name in LAYERS if record.layers.get(name) is False), WRITTEN)


def _layer(name: str) -> str:
    """The layer of a check; a defect of a stage is one of writing."""
    layer = name.partition(".")[0]
    return layer if layer in LAYERS else WRITTEN


def layer_yields(courses: Sequence[Course]) -> tuple[LayerYield, ...]:
    """The layers in their order, each with what the former ones let through."""
    rows, came = [], list(courses)
    for name in (WRITTEN, *LAYERS, LIMIT, TOLD_APART):
        rejected = [one for one in came if one.ended == name]
        back = [one for one in came if one.failed_in(name)]
        if name in (LIMIT, TOLD_APART, Layer.REVIEW.value) and not rejected:
            continue
        kept = len(came) - len(rejected)
        low, high = wilson(kept, len(came))
        rows.append(
            LayerYield(
                layer=name,
                came=len(came),
                sent_back=len(back),
                repaired=sum(one.ended != name for one in back),
                rejected=len(rejected),
                kept=kept,
                low=low,
                high=high,
            )
        )
        came = [one for one in came if one.ended != name]
    return tuple(rows)


def check_yields(courses: Iterable[Course], order: Sequence[str]) -> tuple[CheckYield, ...]:
    """The checks that something failed, in the order of the catalogue, then the defects of stages."""
    courses = list(courses)
    named = {name for one in courses for name in one.failed}
    rows = []
    for name in [*(one for one in order if one in named), *sorted(named - {*order})]:
        back = [one for one in courses if name in one.failed]
        rejected = sum(name in one.at_last for one in back)
        rows.append(CheckYield(check=name, sent_back=len(back), repaired=len(back) - rejected, rejected=rejected))
    return tuple(rows)
