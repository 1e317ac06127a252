"""What every provider of ours answers to Inspect: each call becomes a request to the server inside."""

import asyncio
import os
from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal, Self, overload

from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironmentLimits,
    SandboxUserUnsupportedError,
)
from typing_extensions import override

from harness.sandboxes.bubble.arguments import INSIDE_ID
from harness.sandboxes.conversation import Answer, Conversation
from harness.sandboxes.provider import Plain, ProvidedSandbox, SandboxEnded
from harness.sandboxes.spec import WORKSPACE, SandboxSpec

USERS = frozenset({None, "agent", str(INSIDE_ID)})
# Inspect's own limit unless it is changed; its services raise it on purpose for what they read.
USUAL_OUTPUT = 10 << 20
# How much later than its time limit a command may answer; then the sandbox is closed.
LATE_S = 15
ERRORS: dict[str, type[OSError]] = {
    "FileNotFoundError": FileNotFoundError,
    "IsADirectoryError": IsADirectoryError,
    "NotADirectoryError": NotADirectoryError,
    "PermissionError": PermissionError,
}


class ServedSandbox(ProvidedSandbox):
    """A sandbox with the server inside; it lives as long as the sample: background processes go on between commands."""

    def __init__(self, spec: SandboxSpec, *, warm: bool = False) -> None:
        super().__init__()
        self._warm = warm
        self._spec = spec
        self._talk: Conversation | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @classmethod
    @abstractmethod
    async def start(cls, spec: SandboxSpec, *, warm: bool) -> Conversation:
        """Make the sandbox; `warm` asks for the data stack imported in it, where that can be had.

        Raises:
            MachineError: it can't be made; the message names the mend.
        """

    @classmethod
    @override
    async def open(cls, spec: SandboxSpec) -> Self:
        sandbox = cls(spec)
        await sandbox.server()
        return sandbox

    async def server(self, *, warm: bool = False) -> Conversation:
        """The server inside; the first call makes the sandbox."""
        async with self._starting:
            if self._closed:
                raise SandboxEnded("The sandbox has ended.")
            if self._talk is None:
                self._talk = await self.start(self._spec, warm=warm or self._warm)
            return self._talk

    @override
    async def close(self) -> None:
        async with self._starting:
            self._closed = True
        if self._talk is not None:
            await self._talk.close()

    @override
    def out_of_memory(self) -> bool:
        return self._talk is not None and self._talk.out_of_memory()

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
        if user not in USERS:
            raise SandboxUserUnsupportedError(f"The sandbox has one user, agent; it can't run as {user!r}.")
        data = input.encode() if isinstance(input, str) else input or b""
        return await self._run(await self.server(), "exec", cmd, data, cwd, env, timeout)

    @override
    async def python(
        self,
        arguments: Sequence[str],
        *,
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        timeout: int | None = None,
        preload: Sequence[str] = (),
    ) -> ExecResult[str]:
        server = await self.server(warm=True)
        return await self._run(server, "python", [*arguments], b"", cwd, env, timeout, preload)

    async def _run(
        self,
        server: Conversation,
        kind: str,
        command: list[str],
        data: bytes,
        cwd: str | None,
        env: dict[str, str] | None,
        timeout: int | None,
        preload: Sequence[str] = (),
    ) -> ExecResult[str]:
        request: dict[str, object] = {
            "op": kind,
            "command": command,
            "cwd": _inside(cwd or ""),
            "env": env or {},
            "limit": self._output_limit(),
            "timeout": timeout,
            "processes": self._spec.limits.processes,
            "preload": [*preload],
        }
        answer = await server.ask(request, data, within=None if timeout is None else timeout + LATE_S)
        return self._result(answer, timeout)

    def _output_limit(self) -> int:
        inspects = SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
        return min(inspects, self._spec.limits.output_mb << 20) if inspects <= USUAL_OUTPUT else inspects

    def _result(self, answer: Answer, timeout: int | None) -> ExecResult[str]:
        said = str(answer.header.get("message"))
        match answer.header.get("error"):
            case None:
                pass
            case "PermissionError":
                raise PermissionError(said)
            case _:
                # The command itself could not be started: as a shell would say it.
                return ExecResult(False, 127, "", said)
        out = answer.data[: answer.number("out")].decode(errors="replace")
        err = answer.data[answer.number("out") :].decode(errors="replace")
        if answer.flag("overflow"):
            raise OutputLimitExceededError(f"{self._output_limit() >> 20} MiB", out or err)
        if answer.flag("timed_out"):
            raise TimeoutError(f"The command did not end within {timeout} s.")
        code = answer.number("code")
        # A signal shows as 128 + its number, as in a shell.
        return ExecResult(code == 0, code if code >= 0 else 128 - code, out, err)

    @override
    async def write_file(self, file: str, contents: str | bytes) -> None:
        data = contents.encode() if isinstance(contents, str) else contents
        _raise(await (await self.server()).ask({"op": "write", "path": _inside(file)}, data), file)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    @override
    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        limit = SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
        answer = await (await self.server()).ask({"op": "read", "path": _inside(file), "plain": False, "limit": limit})
        _raise(answer, file)
        return answer.data.decode("utf-8") if text else answer.data

    @override
    async def read_plain(self, file: str, limit: int) -> Plain:
        answer = await (await self.server()).ask({"op": "read", "path": _inside(file), "plain": True, "limit": limit})
        return Plain.told(answer.header, answer.data)

    @classmethod
    @override
    def default_concurrency(cls) -> int | None:
        return os.cpu_count()


def _inside(file: str) -> str:
    return os.path.join(WORKSPACE, file)  # noqa: PTH118  (a path inside, not here)


def _raise(answer: Answer, file: str) -> None:
    name = answer.header.get("error")
    if name is None:
        return
    if name == "TooLarge":
        raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
    kind = ERRORS.get(str(name), OSError)
    raise kind(answer.header.get("errno"), str(answer.header["message"]), file)
