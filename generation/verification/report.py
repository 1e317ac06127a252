"""The outcome of a battery on one package: what verification.json holds, and the defects that go back to a stage."""

import math
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generation.formulation import Defect, Stage
from generation.verification.findings import Finding, Layer, Verdict
from generation.verification.fingerprints import REPORT, Fingerprint
from generation.verification.registry import Check
from generation.verification.worth import Worth
from harness.errors import MlesmithError

BATTERY = "1"


class IncompleteReport(MlesmithError):
    """A report on some of the checks cannot stand for the whole battery."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckResult(_Frozen):
    """One check on one package, as verification.json keeps it; `seconds` is the check alone, not the evidence."""

    id: str
    layer: Layer
    verdict: Verdict
    figure: float | None = None
    limit: float | None = None
    where: str = ""
    evidence: str = ""
    seconds: float = 0.0
    stage: Stage = Field(default="designer", exclude=True)
    applies: bool = Field(default=True, exclude=True)
    outcome_based: bool = Field(default=False, exclude=True)

    @classmethod
    def of(cls, check: Check, finding: Finding, seconds: float) -> "CheckResult":
        return cls(
            id=check.id,
            layer=check.layer,
            verdict=finding.verdict,
            figure=_rounded(finding.figure),
            limit=_rounded(finding.limit),
            where=finding.where,
            evidence=finding.evidence,
            seconds=round(seconds, 3),
            stage=check.stage,
            applies=finding.applies,
            outcome_based=check.outcome_based,
        )

    @property
    def stands_in_the_way(self) -> bool:
        """Failed, or not run although it applies; a review that nobody gave is told, not held against the task."""
        if self.verdict is Verdict.FAIL:
            return True
        return self.verdict is Verdict.NOT_RUN and self.applies and self.layer is not Layer.REVIEW


class RunCost(_Frozen):
    """What the run of the battery cost; None where it is not known."""

    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    log: str = ""


class VerificationReport(_Frozen):
    """verification.json.

    `worth` is what the probes say of the task, `content` the fingerprint of its raw data (hashes, no cells); `complete`
    is false where only some checks were asked for.
    """

    battery: str = BATTERY
    run: RunCost
    verdict: Literal["verified", "rejected"]
    worth: Worth | None = None
    content: Fingerprint | None = None
    checks: tuple[CheckResult, ...]
    complete: bool = Field(default=True, exclude=True)

    @classmethod
    def of(
        cls,
        results: tuple[CheckResult, ...],
        seconds: float,
        *,
        complete: bool,
        worth: Worth | None = None,
        content: Fingerprint | None = None,
    ) -> "VerificationReport":
        bad = any(result.stands_in_the_way for result in results)
        return cls(
            run=RunCost(seconds=round(seconds, 2)),
            verdict="rejected" if bad else "verified",
            worth=worth,
            content=content,
            checks=results,
            complete=complete,
        )

    @property
    def verified(self) -> bool:
        return self.verdict == "verified"

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        return tuple(result for result in self.checks if result.verdict is Verdict.FAIL)

    @property
    def summary(self) -> str:
        """The verdict in words, with what was not looked at ("verified without reviews")."""
        if self.verdict == "rejected":
            why = [result.id for result in self.checks if result.stands_in_the_way]
            return f"rejected by {', '.join(why)}"
        if not self.complete:
            return f"passed the {len(self.checks)} checks asked for, which are not the whole battery"
        reviewed = any(r.layer is Layer.REVIEW and r.verdict is Verdict.PASS for r in self.checks)
        return "verified" if reviewed else "verified without reviews"

    def defects(self) -> list[Defect]:
        """What the owning stages have to mend, one for each failed check."""
        return [
            Defect(
                stage=result.stage,
                kind=result.id,
                where=result.where,
                message=_message(result),
                evidence=result.evidence,
            )
            for result in self.failed
        ]

    def to_json(self) -> str:
        """The text of verification.json."""
        return self.model_dump_json(indent=2) + "\n"

    def write(self, folder: Path) -> Path:
        """Write verification.json into a package's folder.

        Raises:
            IncompleteReport: only some of the checks were run.
        """
        if not self.complete:
            raise IncompleteReport("Only some checks were run; run the whole battery before its report is kept.")
        path = folder / REPORT
        path.write_text(self.to_json(), encoding="utf-8", newline="\n")
        return path


def _message(result: CheckResult) -> str:
    against = "" if result.figure is None or result.limit is None else f" ({result.figure:g}, limit {result.limit:g})"
    return f"{result.id} failed{against}: {result.evidence or result.where}"


def _rounded(figure: float | None) -> float | None:
    """Six significant digits; what is no finite number is left out, as JSON has no word for it."""
    if figure is None or not math.isfinite(figure):
        return None
    return float(f"{figure:.6g}")
