"""No sandbox at all: mlesmith's own baselines as processes of this machine, for those who ask for it by name.

It does two things: it runs `python -m harness.baselines`, and it holds the submission. Whatever else is asked of it,
by a model's tools or by a solver of another's, is refused; so nothing but this project's code ever runs.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal, NoReturn, overload

from inspect_ai.util import (
    ExecResult,
    SandboxEnvironmentLimits,
    sandboxenv,
)
from typing_extensions import override

from harness.agents.names import BASELINES
from harness.errors import UserError
from harness.sandboxes.bubble.arguments import HOUSE
from harness.sandboxes.inside.server import files
from harness.sandboxes.provider import Plain, ProvidedSandbox
from harness.sandboxes.spec import DATA, RULES, WORKSPACE, SandboxSpec
from harness.sandboxes.starting import start_process

SUBMISSION = "submission.csv"
FLAG = "--host-is-not-isolated"


class HostRefuses(UserError):
    """Something that may not run without isolation."""


def require_flag(*, unisolated: bool) -> None:
    """Refuse `host` to those who did not say that they know what it is.

    Raises:
        HostRefuses: the flag is missing.
    """
    if not unisolated:
        raise HostRefuses(
            "The sandbox `host` isolates nothing: the baselines run as processes of this machine. "
            f"If that is meant, add {FLAG} (for inspect: -T unisolated=true)."
        )


@sandboxenv(name="host")
class HostSandbox(ProvidedSandbox):
    """A folder of this machine."""

    def __init__(self, spec: SandboxSpec, place: Path) -> None:
        super().__init__()
        self._spec = spec
        self._place = place

    @classmethod
    @override
    async def open(cls, spec: SandboxSpec) -> "HostSandbox":
        return cls(spec, Path(tempfile.mkdtemp(prefix="mlesmith-host-")))

    @override
    async def close(self) -> None:
        await asyncio.to_thread(shutil.rmtree, self._place, ignore_errors=True)

    @override
    def out_of_memory(self) -> bool:
        return False

    @override
    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        match cmd:
            case ["python", "-m", "harness.baselines", name, "--seed", seed] if name in BASELINES:
                int(seed)
            case _:
                _refuse(f"the command {cmd[:3]}")
        seen = {mount.target: str(mount.source) for mount in self._spec.mounts}
        words = [sys.executable, *cmd[1:], "--data", seen[DATA], "--rules", seen[RULES]]
        process = await start_process(
            *words,
            cwd=self._place,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(timeout):
                out, err = await process.communicate()
        finally:
            # The whole session: a baseline starts workers of its own.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        code = process.returncode or 0
        return ExecResult(code == 0, code, out.decode(errors="replace"), err.decode(errors="replace"))

    def _environment(self) -> dict[str, str]:
        threads = str(max(1, int(self._spec.limits.cpus)))
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self._place),
            "PYTHONPATH": str(HOUSE.parent),
            **{f"{name}_NUM_THREADS": threads for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "LOKY")},
        }

    @override
    async def write_file(self, file: str, contents: str | bytes) -> None:
        self._submission(file).write_bytes(contents.encode() if isinstance(contents, str) else contents)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    @override
    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        found = await self.read_plain(file, SandboxEnvironmentLimits.MAX_READ_FILE_SIZE)
        if found.error is not None:
            raise FileNotFoundError(f"{file}: {found.error}")
        return found.data.decode("utf-8") if text else found.data

    @override
    async def read_plain(self, file: str, limit: int) -> Plain:
        try:
            about, data = files.read(str(self._submission(file)), limit, plain=True)
        except OSError as error:
            return Plain(b"", type(error).__name__, str(error))
        return Plain.told(about, bytes(data))

    def _submission(self, file: str) -> Path:
        if file not in {SUBMISSION, f"{WORKSPACE}/{SUBMISSION}"}:
            _refuse(f"the file {file}")
        return self._place / SUBMISSION


def _refuse(what: str) -> NoReturn:
    raise HostRefuses(f"The sandbox `host` runs mlesmith's own baselines alone, not {what}. Use another sandbox.")
