"""The command `check-submission [FILE]` in an agent's sandbox: valid, or the reason why not.

It knows what is public: the ids of test.csv, the columns, the allowed values. It never scores, and nothing of it
reaches the grader. It uses the standard library alone and starts in well under 0.1 s.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from harness.competition.validity import InvalidSubmission, SubmissionRules, read_submission

RULES = Path("/opt/mlesmith/rules.json")
SUBMISSION = Path("/workspace/submission.csv")
HELP = f"usage: check-submission [FILE]    (FILE is {SUBMISSION} where none is given)\n"


def check(path: Path, rules: SubmissionRules) -> tuple[bool, str]:
    """Whether the file is valid, and what to tell."""
    try:
        read_submission(path, rules)
    except InvalidSubmission as refusal:
        return False, f"invalid: {refusal.reason}: {refusal}"
    return True, "valid"


def main(arguments: Sequence[str], rules: Path = RULES) -> int:
    """Say `valid` (exit code 0) or `invalid: <reason>: <message>` (exit code 1)."""
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        sys.stdout.write(HELP)
        return 2
    path = Path(arguments[0]) if arguments else SUBMISSION
    valid, message = check(path, SubmissionRules.from_json(rules.read_text(encoding="utf-8")))
    sys.stdout.write(f"{message}\n")
    return 0 if valid else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
