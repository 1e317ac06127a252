"""Every malformed submission is refused for its reason, within two seconds and 512 MB; harmless ones score the same."""

from pathlib import Path

import anyio
import pytest

from generation.verification.answers import Form
from generation.verification.malformed import malformed
from generation.verification.submissions import REWRITTEN, rewritten
from generation.verification.tables import read_tables
from harness.competition.grade import grade_all
from harness.competition.job import Job
from harness.competition.reasons import Reason, Status
from harness.grading import grade
from harness.prepared import PreparedTask
from tests.generation.verification.file_kinds import FILE_KINDS, PLACES
from tests.generation.verification.metric_packages import WAYS, Asked, prepared

SECONDS, MEMORY_MB = 2, 512
LEAST = 40
HARNESS_ALONE = {"far_too_long"}  # larger than any submission may be: the host refuses it before any grader sees them
KINDS = [next(way for way in WAYS if way.need == need) for need in ("number", "label", "probability", "probabilities")]


@pytest.fixture(scope="module", params=KINDS, ids=lambda asked: asked.need)
def task(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PreparedTask:
    asked: Asked = request.param
    return prepared(asked, tmp_path_factory.mktemp(asked.need) / "prepared")


def form_of(task: PreparedTask) -> Form:
    return Form(read_tables(task.package.card, task.public, task.private))


def judged(task: PreparedTask, folder: Path, files: Path) -> dict[str, dict[str, object]]:
    """What the grader says of each thing in a folder, within the limits."""
    (folder / "metric.py").write_text(task.package.files["metric.py"])
    job = Job(
        metric=str(folder / "metric.py"),
        answers=str(task.private / "test_answer.csv"),
        submissions=str(files),
        result="",
        targets=("answer",),
        rules=task.rules,
        seconds=SECONDS,
        memory_mb=MEMORY_MB,
    )
    return grade_all(job)  # type: ignore[return-value]


def test_each_is_refused_for_its_reason_in_time(task: PreparedTask, tmp_path: Path) -> None:
    variants = {one.name: one for one in malformed(form_of(task))}
    (tmp_path / "files").mkdir()
    for name, one in variants.items():
        (tmp_path / "files" / name).write_bytes(one.file)
    found = judged(task, tmp_path, tmp_path / "files")
    assert {name: (one["status"], one["score"]) for name, one in found.items()} == dict.fromkeys(
        variants, (Status.INVALID, None)
    )
    wrong = {
        name: one["reason"] for name, one in found.items() if Reason(str(one["reason"])) not in variants[name].reasons
    }
    assert wrong == {}
    assert all(one["message"] for one in found.values())


def test_there_are_enough_of_them(task: PreparedTask) -> None:
    names = [one.name for one in malformed(form_of(task))]
    assert len(names) == len(set(names)) >= LEAST


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_what_is_no_plain_file_is_refused_in_time(kind: str, task: PreparedTask, tmp_path: Path) -> None:
    make, reason = FILE_KINDS[kind]
    (tmp_path / "files").mkdir()
    make(tmp_path / "files" / "submission.csv")
    (found,) = judged(task, tmp_path, tmp_path / "files").values()
    assert (found["status"], found["reason"], found["score"]) == (Status.INVALID, reason, None)


@pytest.mark.parametrize("kind", [*FILE_KINDS, *PLACES])
def test_nor_does_the_host_open_it(kind: str, task: PreparedTask, tmp_path: Path) -> None:
    """No sandbox is given: what is refused here never reaches a grader."""
    path = PLACES.get(kind, tmp_path / "submission.csv")
    if kind in FILE_KINDS:
        FILE_KINDS[kind][0](path)

    async def report() -> tuple[Status, Reason | None]:
        with anyio.fail_after(SECONDS):
            (found,) = (await grade(task, {"one": path}, sandbox="no such sandbox")).values()
        return found.status, found.reason

    wanted = {"missing": (Status.MISSING, Reason.NOTHING_WRITTEN), "device": (Status.INVALID, Reason.NOT_A_FILE)}
    assert anyio.run(report) == wanted.get(kind, (Status.INVALID, FILE_KINDS.get(kind, (None, None))[1]))


def test_what_is_too_long_never_reaches_a_grader(task: PreparedTask) -> None:
    (one,) = (one for one in malformed(form_of(task)) if one.name in HARNESS_ALONE)
    (found,) = anyio.run(lambda: grade(task, {"one": one.file}, sandbox="no such sandbox")).values()
    assert (found.status, found.reason) == (Status.INVALID, Reason.TOO_LARGE)


def test_rewritings_of_the_same_meaning_score_the_same(task: PreparedTask, tmp_path: Path) -> None:
    form = form_of(task)
    (tmp_path / "files").mkdir()
    files = {"plain": form.file(form.exact(form.truth)), **rewritten(form, seed=3)}
    for name, content in files.items():
        (tmp_path / "files" / name).write_bytes(content)
    found = judged(task, tmp_path, tmp_path / "files")
    assert set(found) == {"plain", *REWRITTEN}
    assert {(one["status"], one["score"]) for one in found.values()} == {(Status.GRADED, found["plain"]["score"])}
