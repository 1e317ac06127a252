"""What a check says: pass, fail or not run, with its figure, its limit, the place and the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

SHOWN = 4


class Verdict(StrEnum):
    """The three words of verification.json; `not_run` never counts as a pass."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_RUN = "not_run"


class Layer(StrEnum):
    """Groups of checks, in the order in which they are run."""

    STRUCTURE = "structure"
    DATA = "data"
    GRADING = "grading"
    EXECUTION = "execution"
    NOVELTY = "novelty"
    REVIEW = "review"


@dataclass(frozen=True)
class Finding:
    """The verdict of one check on one package.

    `figure` is what was measured and `limit` what it was held against; `where` names a file or `file:column`.
    `applies` is false where the question does not arise (no time order in a random split): such a finding is `not_run`
    and says why, but takes nothing from the verdict of the whole.
    """

    verdict: Verdict
    figure: float | None = None
    limit: float | None = None
    where: str = ""
    evidence: str = ""
    applies: bool = True

    @classmethod
    def passed(cls, evidence: str = "", *, figure: float | None = None, limit: float | None = None) -> Self:
        return cls(Verdict.PASS, figure=figure, limit=limit, evidence=evidence)

    @classmethod
    def failed(cls, evidence: str, *, where: str = "", figure: float | None = None, limit: float | None = None) -> Self:
        return cls(Verdict.FAIL, figure=figure, limit=limit, where=where, evidence=evidence)

    @classmethod
    def not_run(cls, why: str) -> Self:
        """The evidence could not be had."""
        return cls(Verdict.NOT_RUN, evidence=why)

    @classmethod
    def needless(cls, why: str) -> Self:
        """The question does not arise for this package."""
        return cls(Verdict.NOT_RUN, evidence=why, applies=False)

    @classmethod
    def at_most(cls, figure: float, limit: float, *, where: str = "", evidence: str = "") -> Self:
        """A pass if the figure is not above the limit; a figure that is no number fails."""
        verdict = Verdict.PASS if figure <= limit else Verdict.FAIL
        return cls(verdict, figure=figure, limit=limit, where=where, evidence=evidence)

    @classmethod
    def at_least(cls, figure: float, limit: float, *, where: str = "", evidence: str = "") -> Self:
        """A pass if the figure is not below the limit; a figure that is no number fails."""
        verdict = Verdict.PASS if figure >= limit else Verdict.FAIL
        return cls(verdict, figure=figure, limit=limit, where=where, evidence=evidence)

    @classmethod
    def above(cls, figure: float, limit: float, *, where: str = "", evidence: str = "") -> Self:
        """A pass only if the figure is truly above the limit."""
        verdict = Verdict.PASS if figure > limit else Verdict.FAIL
        return cls(verdict, figure=figure, limit=limit, where=where, evidence=evidence)

    @classmethod
    def none_of(cls, problems: Sequence[str], *, where: str = "", passed: str = "") -> Self:
        """A pass if there are no problems; else their number, and the first of them as evidence."""
        if not problems:
            return cls(Verdict.PASS, figure=0.0, limit=0.0, evidence=passed)
        return cls(Verdict.FAIL, figure=float(len(problems)), limit=0.0, where=where, evidence=listed(problems))


def listed(items: Sequence[str], shown: int = SHOWN) -> str:
    """The first items, and how many more there are."""
    more = len(items) - shown
    return "; ".join(items[:shown]) + (f"; and {more} more" if more > 0 else "")
