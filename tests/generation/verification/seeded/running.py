"""Seeded faults through the whole battery, two at a time; what was run under the same code is kept in the cache."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from pydantic import BaseModel, ConfigDict

from generation.verification.battery import verify
from generation.verification.findings import Layer, Verdict
from generation.verification.registry import catalogue
from generation.verification.report import CheckResult, VerificationReport
from harness.errors import MachineError, MlesmithError
from harness.package import TaskPackage
from harness.places import cache_dir, whole_file
from harness.schema import write_card
from tests.generation.verification.seeded.fault import Fault

AT_ONCE = 2
HOUSE = Path(__file__).parents[4]
KEPT = ("grading.malformed_refused", "grading.mutants_caught")


class Outcome(BaseModel):
    """What the battery says of one fault.

    `failed` are the checks that fail, where texts are at fault those alone; `besides` is what would still stop the
    package without them: checks that fail only then, and checks that could not be asked. `told` is the evidence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    failed: tuple[str, ...]
    besides: tuple[str, ...]
    told: dict[str, str]

    @property
    def passes(self) -> bool:
        return not self.failed and not self.besides


async def outcomes(faults: Sequence[Fault]) -> dict[str, Outcome]:
    """The outcome of every fault by name, from the cache or of a run."""
    code = _code()
    found: dict[str, Outcome] = {}
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def work(fault: Fault) -> None:
        async with limiter:
            found[fault.name] = await _outcome(fault, code)
            sys.stderr.write(f"\r\x1b[K{len(found)} of {len(faults)}: {fault.name}")
            sys.stderr.flush()

    async with anyio.create_task_group() as group:
        for fault in faults:
            group.start_soon(work, fault)
    sys.stderr.write("\n")
    return found


async def _outcome(fault: Fault, code: str) -> Outcome:
    with TemporaryDirectory() as made:
        folder = Path(made)
        package, others = fault.made(folder)
        kept = cache_dir("faults") / f"{_key(code, folder, package, others)}.json"
        if kept.is_file():
            return Outcome.model_validate_json(kept.read_bytes())
        outcome = await _run(package, others)
    with whole_file(kept) as draft:
        draft.write_text(outcome.model_dump_json(indent=1), encoding="utf-8")
    return outcome


async def _run(package: TaskPackage, others: tuple[TaskPackage, ...]) -> Outcome:
    first = await _results(package, others, None)
    failed = {result.id for result in first if result.verdict is Verdict.FAIL}
    texts = {result.id for result in first if result.id in failed and result.layer is Layer.STRUCTURE}
    last = first
    if texts:
        last = await _results(package, others, [check.id for check in catalogue() if check.id not in texts])
    besides = [result for result in last if result.stands_in_the_way and result.id not in failed]
    told = [result for result in (*first, *last) if result.id in failed or result.id in KEPT or result in besides]
    return Outcome(
        failed=tuple(sorted(failed)),
        besides=tuple(result.id for result in besides),
        told={result.id: result.evidence for result in told},
    )


async def _results(
    package: TaskPackage, others: tuple[TaskPackage, ...], only: list[str] | None
) -> tuple[CheckResult, ...]:
    """Every check's result; what stops the battery itself stops a package as if no check could be asked.

    With all checks on that is a source that cannot be fetched alone. With a check of texts switched off the battery may
    meet what it is built to be kept from.
    """
    try:
        report: VerificationReport = await verify(package, against=others, only=only)
    except MachineError:
        raise
    except Exception as error:
        if only is None and not isinstance(error, MlesmithError):
            raise
        told = {"verdict": Verdict.NOT_RUN, "evidence": str(error)}
        return tuple(
            CheckResult(id=check.id, layer=check.layer, **told)  # type: ignore[arg-type]
            for check in catalogue()
            if only is None or check.id in only
        )
    return report.checks


def _code() -> str:
    """A hash of the code that decides an outcome, the seeded faults apart."""
    made = hashlib.sha256()
    for folder in ("generation", "harness"):
        for path in sorted((HOUSE / folder).rglob("*.py")):
            made.update(path.read_bytes())
    return made.hexdigest()


def _key(code: str, folder: Path, package: TaskPackage, others: tuple[TaskPackage, ...]) -> str:
    """A hash of the code, of the package as it was made, of its raw data and of all that it is compared with."""
    made = hashlib.sha256(code.encode())
    for word in _words(package, others):
        made.update(word.replace(str(folder), "").encode() + b"\0")
    made.update((folder / "plants.csv").read_bytes())
    return made.hexdigest()[:32]


def _words(package: TaskPackage, others: tuple[TaskPackage, ...]) -> Iterator[str]:
    for one in (package, *others):
        yield write_card(one.card)
        for name, text in sorted(one.files.items()):
            yield name
            yield text
    if package.root is not None:
        for path in sorted(package.root.iterdir()):
            yield f"{path.name} {path.lstat().st_mode}"
            yield path.read_text(encoding="utf-8") if path.is_file() else ""
