"""Verified packages from the log to folders; a folder appears whole or not at all."""

import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock

from generation.neighbours import same_question
from generation.outcomes import Accepted, harvest
from generation.verification.report import VerificationReport
from harness.errors import UserError
from harness.package import InvalidPackage, TaskPackage, load_package
from harness.places import cache_dir
from harness.schema import InvalidTaskCard

_STAGING = ".mlesmith-staging-"


class NameTaken(UserError):
    """The folder holds another task under this identifier, which is not overwritten."""


def export(logs: str | Path | Iterable[str | Path], out: str | Path) -> list[Path]:
    """Write every verified package of the logs as `out/<id>/` and return the folders.

    A former version of the same question is replaced; the same call again changes nothing.

    Raises:
        NameTaken: `out` holds another question of that name; all other packages have been written.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    lock = cache_dir("locks") / f"export-{sha256(str(out.resolve()).encode()).hexdigest()[:16]}"
    with FileLock(lock):
        for left in out.glob(f"{_STAGING}*"):  # of an export that was killed
            shutil.rmtree(left, ignore_errors=True)
        written, taken = [], []
        for accepted in harvest(logs).accepted:
            try:
                written.append(_write(accepted, out))
            except NameTaken as problem:
                taken.append(str(problem))
        if taken:
            raise NameTaken(" ".join(taken))
        return written


def _write(accepted: Accepted, out: Path) -> Path:
    packed, verification = accepted.record.package, accepted.record.verification
    assert packed is not None  # noqa: S101 - harvest accepts nothing else
    assert verification is not None  # noqa: S101
    package = packed.unpacked()
    target = out / package.id
    if target.exists():
        _refuse_another(package, target)
    staging = Path(mkdtemp(prefix=_STAGING, dir=out))
    try:
        staged = package.write(staging)
        _with_log(verification, accepted.log).write(staged)
        if not _is_same(staged, target):
            _swap(staged, target, staging / "former")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _with_log(verification: VerificationReport, log: str) -> VerificationReport:
    return verification.model_copy(update={"run": verification.run.model_copy(update={"log": log})})


def _refuse_another(package: TaskPackage, target: Path) -> None:
    try:
        if same_question(package, load_package(target)):
            return
    except (InvalidPackage, InvalidTaskCard):
        pass  # whatever it is, it is not ours to replace
    raise NameTaken(f"{target} holds something else under this name. Give another --out, or move it away.")


def _is_same(staged: Path, target: Path) -> bool:
    if not target.is_dir():
        return False
    names = {path.name for path in staged.iterdir()}
    return names == {path.name for path in target.iterdir() if path.name != "__pycache__"} and all(
        (staged / name).read_bytes() == (target / name).read_bytes() for name in names
    )


def _swap(staged: Path, target: Path, former: Path) -> None:
    """Two renames: between them the old one is gone and the new one not there yet, but never half of either."""
    if target.exists():
        target.rename(former)
    staged.rename(target)
