"""All probing submissions of a task, graded in one call of the real grader."""

from collections.abc import Mapping

from generation.verification.answers import Form
from generation.verification.evidence import Graded, Grades
from generation.verification.malformed import malformed
from generation.verification.submissions import (
    AGAIN,
    ANSWERS,
    CONSTANT,
    SAMPLE,
    Vectors,
    rewritten,
    sample_prediction_file,
    shuffled_sample,
)
from harness.competition.reasons import Reason
from harness.grading import GradeReport, grade
from harness.prepared import PreparedTask
from harness.sandboxes.transfer import Refusal


async def grade_trials(task: PreparedTask, form: Form, known: Vectors, *, sandbox: str, seed: int) -> Grades:
    """Grade everything.

    Raises:
        GraderCrashed: metric.py or the answers are broken.
    """
    good = good_files(form, known, seed)
    broken = {one.name: one for one in malformed(form)}
    # What the harness refuses while it takes a file out of an agent's room.
    refused = {"a_folder": Refusal(Reason.NOT_A_FILE, "submission.csv is a folder")}
    files: dict[str, bytes | Refusal] = {
        **good,
        **{f"malformed_{name}": one.file for name, one in broken.items()},
        **{f"malformed_{name}": refusal for name, refusal in refused.items()},
    }
    reports = await grade(task, files, sandbox=sandbox)
    expected = {f"malformed_{name}": one.reasons for name, one in broken.items()}
    expected |= {f"malformed_{name}": frozenset({refusal.reason}) for name, refusal in refused.items()}
    return Grades(
        of={name: _graded(report, expected.get(name, frozenset())) for name, report in reports.items()},
        noise=known.noise,
        malformed=tuple(expected),
        cheats=known.cheats,
    )


def good_files(form: Form, known: Vectors, seed: int) -> Mapping[str, bytes]:
    """The submissions that are valid: what they score is what the checks look at."""
    answers = form.file(known.of[ANSWERS])
    return {
        ANSWERS: answers,
        AGAIN: answers,
        SAMPLE: sample_prediction_file(form),
        f"{SAMPLE}_shuffled": shuffled_sample(form, seed),
        CONSTANT: form.file(known.of[CONSTANT]),
        "shuffled_answers": form.file(known.of["shuffled_answers"]),
        **rewritten(form, seed),
        **{name: form.file(known.of[name]) for name in (*known.noise, *known.cheats)},
    }


def _graded(report: GradeReport, expected: frozenset[Reason]) -> Graded:
    return Graded(report.status, report.score, report.reason, report.message, expected)
