"""Preparing a task: fetch its source, run its prepare.py in a sandbox, check and keep what came out."""

import asyncio
import csv
import hashlib
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import pandas as pd
from filelock import AsyncFileLock
from inspect_ai.util import OutputLimitExceededError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.competition.faults import printable, quoted
from harness.competition.prepare import PRIVATE, PUBLIC
from harness.competition.reasons import Status
from harness.content import content_hash
from harness.errors import MlesmithError
from harness.grading import GraderCrashed, grade
from harness.package import TaskPackage
from harness.places import cache_dir, room_for, whole_file
from harness.prepared import ANSWERS, SAMPLE, TEST, TRAIN, PreparedTask, submission_columns
from harness.sandboxes.selection import reserve_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import NothingPacked, copy_tree_out
from harness.sandboxes.untar import HostileArchive
from harness.sources import Fetched, resolve

__all__ = ["PreparationFailed", "PreparedTask", "answers_file", "check_form", "prepare", "run_prepare"]

# A new form of the cache's folders gets a new number: old entries are then never read.
FORM = "1"
SECONDS = 300
KILLED = 137
OUTPUT_MB = 1024
LIMITS = SandboxLimits(memory_mb=3072, cpus=1, disk_mb=2 * OUTPUT_MB + 64, processes=64)
ARCHIVE = f"{WORKSPACE}/out.tar"
TAIL = 1500
RECORD = "prepared.json"
SCORES = "scores.json"


class PreparationFailed(MlesmithError):
    """prepare.py failed, or what it wrote lacks what every task needs."""

    def __init__(self, task: str, why: str) -> None:
        super().__init__(f"Preparing {task} failed: {why}")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")

    data_hash: str


class _Scores(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sample: Annotated[float, Field(allow_inf_nan=False)]
    best: Annotated[float, Field(allow_inf_nan=False)]


async def prepare(package: TaskPackage, *, sandbox: str = "auto", refresh: bool = False) -> PreparedTask:
    """The package's prepared data: from the cache, or made now; `refresh` makes it anew.

    A second call for the same task waits for the first one. The cache's key is of the source's bytes and of the
    package's code. A task whose grader is broken is prepared all the same, without the two scores.

    Raises:
        PreparationFailed: prepare.py failed, or what it wrote breaks the contract; the message says what and where.
        SourceError: the raw data can't be fetched or is not what the card says.
        MachineError: no sandbox works here.
    """
    words = f"{FORM}\0{package.card.source.sha256}\0{package.code_hash}"
    root = cache_dir("prepared") / hashlib.sha256(words.encode()).hexdigest()[:32]
    async with AsyncFileLock(f"{root}.lock", run_in_executor=False):
        record = None if refresh else _read(root / RECORD, _Record)
        if record is None:
            with room_for(package.id):
                await _make(package, root, sandbox)
            record = _Record.model_validate_json((root / RECORD).read_bytes())
        task = PreparedTask(package, root, record.data_hash)
        scores = _read(root / SCORES, _Scores) or await _score(task, sandbox)
    if scores is None:
        return task
    return PreparedTask(package, root, record.data_hash, sample_score=scores.sample, best_score=scores.best)


async def run_prepare(
    package: TaskPackage,
    destination: Path,
    *,
    sandbox: str = "auto",
    environment: tuple[tuple[str, str], ...] = (),
    cwd: str | None = None,
    fetched: Fetched | None = None,
) -> None:
    """Run prepare.py once, without any cache; `destination` receives `public/` and `private/`.

    `environment` and `cwd` (inside the sandbox) vary what a deterministic prepare.py does not depend on; `fetched` is
    the raw data where it is at hand, also other data of the same form.

    Raises:
        PreparationFailed, SourceError, MachineError: as `prepare`.
    """
    if fetched is None:
        fetched = await asyncio.to_thread(resolve, package.card.source.uri, sha256=package.card.source.sha256)
    with tempfile.TemporaryDirectory(prefix="mlesmith-prepare-") as temporary:
        desk = Path(temporary)
        desk.chmod(0o755)
        code = desk / "prepare.py"
        code.write_text(package.files["prepare.py"], encoding="utf-8")
        code.chmod(0o644)
        spec = SandboxSpec(
            mounts=(
                Mount(source=_readable(fetched.path, desk), target=f"/raw/{fetched.path.name}"),
                Mount(source=code, target="/task/prepare.py"),
            ),
            limits=LIMITS,
            environment=environment,
            library=("harness.competition",),
        )
        await _run(package.id, spec, destination, sandbox, cwd)
    check_form(package, destination)


async def _run(task: str, spec: SandboxSpec, destination: Path, sandbox: str, cwd: str | None) -> None:
    command = ["-m", "harness.competition.prepare", "--task", "/task/prepare.py", "--raw", "/raw"]
    command += ["--root", WORKSPACE, "--archive", ARCHIVE]
    async with reserve_sandbox(spec, sandbox) as inside:
        try:
            ended = await inside.python(command, cwd=cwd, timeout=SECONDS)
        except TimeoutError:
            raise PreparationFailed(task, f"prepare.py took longer than {SECONDS} s.") from None
        except OutputLimitExceededError:
            raise PreparationFailed(task, f"prepare.py printed more than {spec.limits.output_mb} MB.") from None
        if not ended.success:
            memory = f" (it may use {spec.limits.memory_mb} MB of memory)" if ended.returncode == KILLED else ""
            said = printable(ended.stderr.strip()[-TAIL:]) or "it printed nothing"
            raise PreparationFailed(task, f"prepare.py ended with exit code {ended.returncode}{memory}:\n{said}")
        try:
            await copy_tree_out(inside, ARCHIVE, destination, OUTPUT_MB)
        except (NothingPacked, HostileArchive) as error:
            raise PreparationFailed(task, str(error)) from error


def check_form(package: TaskPackage, folder: Path) -> None:
    """See that the four tables are there, can be read, and have the columns and rows without which nothing works.

    Raises:
        PreparationFailed: they are not; every departure is named.
    """
    identity, targets = package.card.task.id_column, package.card.task.target
    wanted: dict[str, tuple[str, ...]] = {
        f"{PUBLIC}/{TRAIN}": targets,
        f"{PUBLIC}/{TEST}": (identity,),
        f"{PUBLIC}/{SAMPLE}": (identity, *submission_columns(package)),
        f"{PRIVATE}/{ANSWERS}": (identity, *targets),
    }
    problems = [problem for name, columns in wanted.items() if (problem := _problem(folder / name, name, columns))]
    if problems:
        raise PreparationFailed(package.id, " ".join(problems))


def _problem(path: Path, name: str, columns: Iterable[str]) -> str:
    if not path.is_file():
        return f"prepare.py wrote no {name}."
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            rows = sum(1 for _ in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        return f"{name} is not a CSV file in UTF-8 ({error})."
    missing = [column for column in columns if column not in header]
    if missing:
        return f"{name} lacks the column {quoted(missing)}; it has {quoted(header)}."
    return "" if rows else f"{name} has no rows."


async def _make(package: TaskPackage, root: Path, sandbox: str) -> None:
    """Prepare into a folder beside `root`, and give it that name once it is complete."""
    # The caller holds the lock, so a draft that is there was left by a process that was killed.
    for left in root.parent.glob(f"{root.name}.*/"):
        shutil.rmtree(left, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{root.name}.", dir=root.parent))
    try:
        await run_prepare(package, draft, sandbox=sandbox)
        data_hash = await asyncio.to_thread(content_hash, draft)
        (draft / PUBLIC / "description.md").write_text(package.files["description.md"], encoding="utf-8")
        (draft / RECORD).write_text(_Record(data_hash=data_hash).model_dump_json(), encoding="utf-8")
        for path in [draft, *draft.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.rmtree(root, ignore_errors=True)
        draft.rename(root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


async def _score(task: PreparedTask, sandbox: str) -> _Scores | None:
    """The scores of the sample and of the answers, kept beside the data; None where the grader does not give them."""
    sample = (task.public / SAMPLE).read_bytes()
    try:
        reports = await grade(task, {"sample": sample, "answers": answers_file(task)}, sandbox=sandbox)
    except GraderCrashed:
        return None
    found = {name: report.score for name, report in reports.items() if report.status is Status.GRADED}
    if len(found) < len(reports):
        return None
    scores = _Scores.model_validate({"sample": found["sample"], "best": found["answers"]})
    with whole_file(task.root / SCORES) as draft:
        draft.write_text(scores.model_dump_json(), encoding="utf-8")
    return scores


def answers_file(task: PreparedTask) -> bytes:
    """The answers as a submission: numbers and labels as they are, certainties where probabilities are asked for."""
    question, answers = task.package.card.task, task.answers
    made = pd.DataFrame({question.id_column: answers[question.id_column]})
    for name in submission_columns(task.package):
        if question.prediction == "probability":
            made[name] = (answers[name].str.strip() == question.labels[1]).astype(float)
        elif question.prediction == "probabilities":
            made[name] = (answers[question.target[0]].str.strip() == name.removeprefix("p_")).astype(float)
        else:
            made[name] = answers[name]
    return made.to_csv(index=False, lineterminator="\n").encode()


def _readable(path: Path, desk: Path) -> Path:
    """The file itself, or a copy of it where only its owner may read it: inside, another user reads."""
    if path.stat().st_mode & stat.S_IROTH:
        return path
    copy = desk / path.name
    shutil.copyfile(path, copy)
    copy.chmod(0o644)
    return copy


Model = TypeVar("Model", bound=BaseModel)


def _read(path: Path, form: type[Model]) -> Model | None:
    """A small JSON file of the cache; None where it is missing or broken, so that it is made anew."""
    try:
        return form.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
