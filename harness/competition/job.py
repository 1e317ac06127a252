"""What a grader is asked to do: paths as the grader sees them, the rules of the task, the limits of each submission."""

import json
from dataclasses import asdict, dataclass
from typing import cast

from harness.competition.validity import SubmissionRules


@dataclass(frozen=True)
class Job:
    """`submissions` is a folder whose every file is graded; `result` is the JSON file that is written.

    `targets` are the columns of the answers that are asked for; `seconds` and `memory_mb` bound each submission.
    """

    metric: str
    answers: str
    submissions: str
    result: str
    targets: tuple[str, ...]
    rules: SubmissionRules
    seconds: float = 20
    memory_mb: int = 1024

    def to_json(self) -> str:
        """The job as text; `from_json` reads it back."""
        return json.dumps({**asdict(self), "rules": self.rules.to_json()})

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """The job that `to_json` wrote."""
        fields = cast("dict[str, object]", json.loads(text))
        rules = SubmissionRules.from_json(str(fields["rules"]))
        return cls(**{**fields, "rules": rules, "targets": tuple(cast("list[str]", fields["targets"]))})  # type: ignore[arg-type]
