"""What the checks look at: gathered once for a package, each piece either had or lacking with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from generation.verification.columns import Numbers
from generation.verification.fingerprints import Fingerprint
from generation.verification.reach import Reach
from generation.verification.tables import Tables
from harness.competition.reasons import Reason, Status
from harness.errors import MlesmithError
from harness.package import TaskPackage

T = TypeVar("T")


class EvidenceLacking(MlesmithError):
    """A check asked for evidence that could not be had, or (`applies` is false) that this task has no use for."""

    def __init__(self, why: str, *, applies: bool = True) -> None:
        super().__init__(why)
        self.applies = applies


@dataclass(frozen=True)
class Lacking:
    """Why a piece of evidence is not there.

    `fault` is true where the package itself is to blame; `applies` is false where there is nothing to be had.
    """

    why: str
    fault: bool = False
    applies: bool = True


NOT_ASKED = Lacking("it was not gathered")


@dataclass(frozen=True)
class Repetition:
    """prepare.py run again under another hash seed, time zone and working directory; `differences` name the files."""

    differences: tuple[str, ...]
    environment: str


@dataclass(frozen=True)
class Graded:
    """One submission as the grader judged it; `expected` is what the malformed battery asks for."""

    status: Status
    score: float | None = None
    reason: Reason | None = None
    message: str = ""
    expected: frozenset[Reason] = frozenset()


@dataclass(frozen=True)
class Grades:
    """Every probing submission by name (submissions.py, malformed.py); `noise` lists the ladder from little to much."""

    of: Mapping[str, Graded]
    noise: tuple[str, ...]
    malformed: tuple[str, ...]
    cheats: tuple[str, ...]

    def score(self, name: str) -> float:
        """The score of one submission.

        Raises:
            EvidenceLacking: it was not graded.
        """
        graded = self.of.get(name)
        if graded is None or graded.score is None:
            why = "was never made" if graded is None else f"was {graded.status}: {graded.message}"
            raise EvidenceLacking(f"the submission {name!r} {why}")
        return graded.score


@dataclass(frozen=True)
class MutantScores:
    """What one broken metric gave the vectors of the bench; None where it crashed or gave no finite number."""

    name: str
    scores: Mapping[str, float | None]


@dataclass(frozen=True)
class Bench:
    """metric.py evaluated apart from the grader: on vectors of answers, as it is and broken, and on resampled rows.

    `replicates` maps a submission to its score on resampled test rows, the same rows for all of them; shape (b,).
    `shuffles` maps a cheat, or a probe of the ladder, to the scores of its guesses given to other rows; shape (k,).
    """

    scores: Mapping[str, float | None]
    noise: tuple[str, ...]
    slices: tuple[str, ...]
    cheats: tuple[str, ...] = ()
    seed: int = 0
    mutants: tuple[MutantScores, ...] = ()
    replicates: Mapping[str, Numbers] = field(default_factory=dict)
    shuffles: Mapping[str, Numbers] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One program in the agent's sandbox: exit code, seconds, the end of its messages, and the submission it left."""

    code: int
    seconds: float
    messages: str = ""
    submission: bytes | None = None


@dataclass(frozen=True)
class ProbeRuns:
    """The reference solution, `check-submission` on its result, and the ladder of probes from weak to strong.

    `status` is how the reference solution's cell of the eval ended, `score` what it got there, `said` the log's words.
    `verdicts` are what `check-submission` says, to the letter, of submissions that differ in their answers alone, by
    their form (`whole`, `short`) and name.
    """

    reference: Run
    checked: Run
    ladder: Mapping[str, Run]
    verdicts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    status: str = "graded"
    score: float | None = None
    said: str = ""


@dataclass(frozen=True)
class Evidence:
    """All that is known of one package when its checks are asked."""

    package: TaskPackage
    against: tuple[TaskPackage, ...] = ()
    prepared: Tables | Lacking = NOT_ASKED
    raw: pd.DataFrame | Lacking = NOT_ASKED
    content: Fingerprint | Lacking = NOT_ASKED
    reach: Reach | Lacking = NOT_ASKED
    repeated: Repetition | Lacking = NOT_ASKED
    permuted: Tables | Lacking = NOT_ASKED
    grades: Grades | Lacking = NOT_ASKED
    bench: Bench | Lacking = NOT_ASKED
    probes: ProbeRuns | Lacking = NOT_ASKED

    @property
    def tables(self) -> Tables:
        return had(self.prepared)

    @property
    def raw_table(self) -> pd.DataFrame:
        return had(self.raw)

    @property
    def raw_columns(self) -> list[str]:
        """The features that the raw table has under the same name."""
        return [name for name in self.tables.features if name in self.raw_table.columns]


def had(piece: T | Lacking) -> T:
    """The piece itself.

    Raises:
        EvidenceLacking: it could not be had.
    """
    if isinstance(piece, Lacking):
        raise EvidenceLacking(piece.why, applies=piece.applies)
    return piece
