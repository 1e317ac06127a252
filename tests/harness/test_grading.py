"""Grading in a real sandbox, apart from every agent."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harness.competition.reasons import Reason, Status
from harness.grader_rooms import grader_room
from harness.grading import GraderCrashed, GradeReport, Value, grade
from harness.preparation import answers_file
from harness.prepared import PreparedTask
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import Mount, SandboxSpec
from harness.sandboxes.transfer import Refusal
from tests.harness.packages import Kind

pytestmark = pytest.mark.sandbox
PreparedOf = Callable[[Kind], PreparedTask]


def graded(task: PreparedTask, submissions: Mapping[str, Value], metric: str | None = None) -> dict[str, GradeReport]:
    return asyncio.run(grade(task, submissions, metric=metric))


def sample(task: PreparedTask) -> bytes:
    return (task.public / "sample_submission.csv").read_bytes()


@pytest.mark.parametrize("kind", ["number", "label", "probability", "probabilities"])
def test_best_sample_and_broken(kind: Kind, prepared_task: PreparedOf) -> None:
    task = prepared_task(kind)
    best = answers_file(task)
    lines = best.decode().splitlines()
    turned = "\r\n".join([lines[0], *lines[:0:-1]]).encode()
    reports = graded(task, {"best": best, "sample": sample(task), "turned": turned, "half": best[: len(best) // 2]})
    assert reports["best"] == GradeReport(Status.GRADED, score=task.best_score, normalized=1.0)
    assert reports["turned"] == reports["best"]
    assert reports["sample"] == GradeReport(Status.GRADED, score=task.sample_score, normalized=0.0)
    assert reports["half"].status is Status.INVALID
    assert (reports["half"].score, reports["half"].normalized) == (None, 0.0)


def test_nothing_but_a_regular_file_enters(prepared_task: PreparedOf, tmp_path: Path) -> None:
    task = prepared_task("number")
    (tmp_path / "good.csv").write_bytes(sample(task))
    (tmp_path / "link.csv").symlink_to(task.private / "test_answer.csv")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(2 << 30)
    submissions: dict[str, Value] = {
        "good": tmp_path / "good.csv",
        "link": tmp_path / "link.csv",
        "large": tmp_path / "large.csv",
        "folder": tmp_path,
        "absent": tmp_path / "absent.csv",
        "refused": Refusal(Reason.NOT_A_FILE, "It was a device."),
        "bytes": b"x" * 3_000_000,
    }
    reports = graded(task, submissions)
    assert list(reports) == list(submissions)
    found = {name: (report.status, report.reason) for name, report in reports.items()}
    assert found == {
        "good": (Status.GRADED, None),
        "link": (Status.INVALID, Reason.NOT_A_FILE),
        "large": (Status.INVALID, Reason.TOO_LARGE),
        "folder": (Status.INVALID, Reason.NOT_A_FILE),
        "absent": (Status.MISSING, Reason.NOTHING_WRITTEN),
        "refused": (Status.INVALID, Reason.NOT_A_FILE),
        "bytes": (Status.INVALID, Reason.TOO_LARGE),
    }
    assert reports["refused"].message == "It was a device."


def test_nothing_to_grade_starts_no_sandbox(prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    assert asyncio.run(grade(task, {}, sandbox="there is none")) == {}
    refused = asyncio.run(grade(task, {"a": Refusal(Reason.TOO_LARGE, "")}, sandbox="there is none"))
    assert refused["a"].reason is Reason.TOO_LARGE


def metric_that(body: str, before: str = "") -> str:
    return (
        f"import atexit, json, os, sys\n{before}\nfrom harness.competition.contract import CompetitionMetrics\n\n\n"
        "class M(CompetitionMetrics):\n    target = ('speed',)\n    higher_is_better = False\n\n"
        f"    def evaluate(self, y_true, y_pred):\n        {body}\n"
    )


def test_another_metric_can_take_the_place_of_the_tasks_own(prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    reports = graded(task, {"a": sample(task)}, metric=metric_that("return -5"))
    assert reports["a"].score == -5.0
    assert graded(task, {"a": sample(task)})["a"].score == task.sample_score


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return float('nan')", "nan, which is no score"),
        ("return y_true", "DataFrame instead of a number"),
        ("raise RuntimeError('lost')", "line 11: RuntimeError: lost"),
        ("raise RuntimeError('\\x1b[2J')", "RuntimeError: \ufffd.2J"),
        ("os._exit(0)", "exit code 0"),
        ("import socket; socket.create_connection(('127.0.0.1', 9), 1)", "OSError|ConnectionRefusedError"),
        ("return open('/grader/metric.py', 'a').write('x')", "Read-only file system|Permission denied"),
        ("return [1.0] * 10**12", "MemoryError"),
    ],
)
def test_a_failing_metric_is_an_error_never_a_score(body: str, words: str, prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    report = graded(task, {"a": sample(task)}, metric=metric_that(body))["a"]
    assert (report.status, report.reason, report.score, report.normalized) == (Status.ERROR, None, None, 0.0)
    assert re.search(words, report.message)


FORGED = "atexit.register(lambda: open('/workspace/job1/result.json', 'w').write('''{}'''))"


@pytest.mark.parametrize(
    "result",
    [
        "nothing",
        '{"000000.csv": {"status": "graded", "reason": null, "message": "", "score": 1e999}}',
        '{"000000.csv": {"status": "graded", "reason": null, "message": "", "score": "0.5"}}',
        '{"000000.csv": {"status": "graded", "reason": null, "message": "", "score": 0.5, "rank": 1}}',
        "[" * 100_000,
    ],
)
def test_a_forged_result_is_not_believed(result: str, prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    with pytest.raises(GraderCrashed, match="a result of another form"):
        graded(task, {"a": sample(task)}, metric=metric_that("return 1.0", FORGED.replace("{}", result)))


@pytest.mark.parametrize(
    "outcome",
    [
        '{"status": "graded", "reason": null, "message": "", "score": null}',
        '{"status": "invalid", "reason": "nothing_written", "message": "", "score": null}',
        '{"status": "missing", "reason": "time", "message": "", "score": null}',
        None,
    ],
)
def test_a_result_that_contradicts_itself_is_an_error(outcome: str | None, prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    result = "{}" if outcome is None else f'{{"000000.csv": {outcome}}}'
    report = graded(task, {"a": sample(task)}, metric=metric_that("return 1.0", FORGED.replace("{}", result)))["a"]
    assert (report.status, report.score, report.normalized) == (Status.ERROR, None, 0.0)


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("x = 1", "exactly one subclass of CompetitionMetrics"),
        ("raise SystemExit('no')", "no"),
        ("import os; os.kill(os.getpid(), 9)", "exit code 137"),
        (
            metric_that("return 1.0", "atexit.register(lambda: os.remove('/workspace/job1/result.json'))"),
            "left no result",
        ),
    ],
)
def test_a_grader_that_breaks_as_a_whole_says_so(metric: str, words: str, prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    with pytest.raises(GraderCrashed, match=words):
        graded(task, {"a": sample(task)}, metric=metric)


def test_many_submissions_share_one_grader_and_grading_is_quick(prepared_task: PreparedOf) -> None:
    """Measured on two idle cores: 0.4 s for one, 1.2 s for sixty; the bounds leave room for a busy machine."""
    task = prepared_task("number")
    seconds = {}
    for count in (1, 60):
        start = time.perf_counter()
        reports = graded(task, {f"agent {k}": sample(task) for k in range(count)})
        seconds[count] = time.perf_counter() - start
        assert {report.score for report in reports.values()} == {task.sample_score}
    # A sandbox each would be 59 times the first figure more.
    assert seconds[60] < 20 * seconds[1] + 1, seconds


def test_submissions_that_come_while_the_grader_starts_keep_their_own_scores(prepared_task: PreparedOf) -> None:
    task = prepared_task("number")
    values = {"best": answers_file(task), "sample": sample(task)}
    scores = {"best": task.best_score, "sample": task.sample_score}

    async def at_once(names: list[str]) -> list[float | None]:
        reports = await asyncio.gather(*(grade(task, {name: values[name]}) for name in names))
        return [report[name].score for name, report in zip(names, reports, strict=True)]

    names = ["best", "sample"] * 4
    assert asyncio.run(at_once(names)) == [scores[name] for name in names]


def test_users_of_a_new_grader_room_have_folders_of_their_own() -> None:
    async def folders() -> list[str]:
        async def use() -> str:
            async with grader_room("shared", SandboxSpec(), "bubble") as (_, folder):
                return folder

        return await asyncio.gather(*(use() for _ in range(4)))

    assert len(set(asyncio.run(folders()))) == 4


def test_check_submission_in_an_agents_sandbox(prepared_task: PreparedOf, tmp_path: Path) -> None:
    """The command says what the grader would say, from public rules alone."""
    task = prepared_task("label")
    rules = tmp_path / "rules.json"
    rules.write_text(task.rules.to_json())
    rules.chmod(0o644)
    tmp_path.chmod(0o755)
    spec = SandboxSpec(
        mounts=(Mount(source=rules, target="/opt/mlesmith/rules.json"),),
        library=("harness.competition",),
        commands=(("check-submission", "harness.competition.check"),),
    )

    async def ask() -> list[tuple[int, str]]:
        said = []
        async with open_sandbox(spec) as inside:
            for content in (sample(task), b"id,rig\n"):
                await inside.write_file("submission.csv", content)
                ended = await inside.exec(["check-submission"])
                said.append((ended.returncode, ended.stdout))
            ended = await inside.exec(["check-submission", "none.csv"])
            said.append((ended.returncode, ended.stdout))
        return said

    found = asyncio.run(ask())
    assert found[0] == (0, "valid\n")
    assert found[1][0] == 1
    assert found[1][1].startswith("invalid: row_count: The submission has 0 rows; test.csv has 50.")
    assert found[2] == (1, "invalid: not_a_file: The submission is not there. Write it as a regular file.\n")
