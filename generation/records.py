"""What the generation eval keeps in its log of a dataset and of each formulation; the export needs nothing else."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from generation.formulation import Defect, Formulation, Stage
from generation.spending import Spent
from generation.verification.findings import Layer, Verdict
from generation.verification.report import VerificationReport
from harness.package import CARD, TaskPackage
from harness.schema import parse_card, write_card

STORED_AS = "dataset"
Status = Literal["open", "verified", "rejected"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackedPackage(_Frozen):
    """A package as text: task.toml and the files beside it."""

    card: str
    files: dict[str, str]

    @classmethod
    def of(cls, package: TaskPackage) -> "PackedPackage":
        return cls(card=write_card(package.card), files=dict(package.files))

    def unpacked(self) -> TaskPackage:
        """The package again.

        Raises:
            InvalidTaskCard: the text is no card, so the log was not written by this pipeline.
        """
        return TaskPackage(card=parse_card(self.card, where=f"{CARD} in the log"), files=dict(self.files))


class Repair(_Frozen):
    """One way back: the stage that got the defects, and the texts or fields that came back changed."""

    stage: Stage
    defects: tuple[Defect, ...]
    changed: tuple[str, ...] = ()


class FormulationRecord(_Frozen):
    """One formulation on its way; `reason` says why it was rejected, `stage` where."""

    formulation: Formulation
    status: Status = "open"
    stage: str = ""
    reason: str = ""
    package: PackedPackage | None = None
    verification: VerificationReport | None = None
    layers: dict[str, bool | None] = {}
    repairs: tuple[Repair, ...] = ()
    spent: tuple[Spent, ...] = ()
    seconds: float = 0.0

    def rejected(self, stage: str, reason: str) -> "FormulationRecord":
        return self.model_copy(update={"status": "rejected", "stage": stage, "reason": reason})

    def verified_as(self, report: VerificationReport) -> "FormulationRecord":
        """With a report, whose layers are noted before the log forgets which checks applied."""
        layers = {layer.value: _passes(report, layer) for layer in Layer}
        return self.model_copy(update={"verification": report, "layers": layers})


def _passes(report: VerificationReport, layer: Layer) -> bool | None:
    """Whether nothing of a layer stands in the way; None where none of its checks was asked or applied."""
    results = [result for result in report.checks if result.layer is layer]
    if any(result.stands_in_the_way for result in results):
        return False
    return True if any(result.verdict is Verdict.PASS for result in results) else None


class DatasetRecord(_Frozen):
    """One dataset: what it is, what was asked of it, or why nothing was.

    `drawn` is the number of its rows that tasks are made of, 0 where they have all; `notes` say what was changed to
    make a plain table of it.
    """

    uri: str
    name: str = ""
    sha256: str = ""
    cluster: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()
    rows: int = 0
    drawn: int = 0
    columns: int = 0
    reason: str = ""
    formulations: tuple[FormulationRecord, ...] = ()
    spent: tuple[Spent, ...] = ()

    @property
    def verified(self) -> tuple[FormulationRecord, ...]:
        return tuple(one for one in self.formulations if one.status == "verified")

    @property
    def why_not(self) -> str:
        """Why the dataset gave no task, in one line; empty where it gave one."""
        if self.verified:
            return ""
        reasons = "; ".join(f"{one.formulation.slug}: {one.reason or 'not finished'}" for one in self.formulations)
        return self.reason or reasons or "no question worth asking was found"
