"""`bubble` as an Inspect sandbox provider: `Sample(sandbox=SandboxEnvironmentSpec("bubble", SandboxSpec(...)))`."""

import os
from typing import Any, Literal, overload

from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    sandboxenv,
)
from pydantic import BaseModel
from typing_extensions import override

from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.bubble.process import Answer, Bubble
from harness.sandboxes.spec import WORKSPACE, SandboxSpec

READ_LIMIT_MB = 512
ERRORS: dict[str, type[OSError]] = {
    "FileNotFoundError": FileNotFoundError,
    "IsADirectoryError": IsADirectoryError,
    "NotADirectoryError": NotADirectoryError,
    "PermissionError": PermissionError,
}


@sandboxenv(name="bubble")
class BubbleSandbox(SandboxEnvironment):
    """One bubblewrap sandbox, which lives as long as the sample: background processes go on between commands."""

    def __init__(self, bubble: Bubble, spec: SandboxSpec) -> None:
        super().__init__()
        self._bubble = bubble
        self._spec = spec

    @classmethod
    async def open(cls, spec: SandboxSpec) -> "BubbleSandbox":
        """Make a sandbox; the caller closes it."""
        return cls(await Bubble.start(spec, await bytecode()), spec)

    async def close(self) -> None:
        """End all that runs inside and remove what was made for it."""
        await self._bubble.close()

    def out_of_memory(self) -> bool:
        """Whether a process inside was ended for its memory."""
        return self._bubble.out_of_memory()

    @property
    def pid(self) -> int:
        """The process id of the sandbox on the host."""
        return self._bubble.pid

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
        folder = WORKSPACE if cwd is None else os.path.join(WORKSPACE, cwd)  # noqa: PTH118  (a path inside, not here)
        limit = self._spec.limits.output_mb << 20
        request: dict[str, object] = {
            "op": "exec",
            "command": cmd,
            "cwd": folder,
            "env": env or {},
            "limit": limit,
            "timeout": timeout,
            "processes": self._spec.limits.processes,
        }
        data = input.encode() if isinstance(input, str) else input or b""
        answer = await self._bubble.ask(request, data)
        if "error" in answer.header:
            # The command itself could not be started: as a shell would say it.
            return ExecResult(False, 127, "", str(answer.header["message"]))
        out = answer.data[: answer.number("out")].decode(errors="replace")
        err = answer.data[answer.number("out") :].decode(errors="replace")
        if answer.flag("overflow"):
            raise OutputLimitExceededError(f"{self._spec.limits.output_mb} MiB", out)
        if answer.flag("timed_out"):
            raise TimeoutError(f"The command did not end within {timeout} s.")
        code = answer.number("code")
        # A signal shows as 128 + its number, as in a shell.
        return ExecResult(code == 0, code if code >= 0 else 128 - code, out, err)

    @override
    async def write_file(self, file: str, contents: str | bytes) -> None:
        data = contents.encode() if isinstance(contents, str) else contents
        _raise(await self._bubble.ask({"op": "write", "path": _inside(file)}, data), file)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    @override
    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        limit = READ_LIMIT_MB << 20
        answer = await self._bubble.ask({"op": "read", "path": _inside(file), "plain": False, "limit": limit})
        _raise(answer, file)
        return answer.data.decode("utf-8") if text else answer.data

    async def read_plain(self, file: str, limit: int) -> Answer:
        """One snapshot of a plain file; the header's `error` says `NotAFile`, `TooLarge` or what the system said."""
        return await self._bubble.ask({"op": "read", "path": _inside(file), "plain": True, "limit": limit})

    @classmethod
    @override
    async def sample_init(
        cls, task_name: str, config: SandboxEnvironmentConfigType | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        return {"default": await cls.open(config if isinstance(config, SandboxSpec) else SandboxSpec())}

    @classmethod
    @override
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        for environment in environments.values():
            await environment.as_type(BubbleSandbox).close()

    @classmethod
    @override
    def default_concurrency(cls) -> int | None:
        return os.cpu_count()

    @classmethod
    @override
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        return SandboxSpec.model_validate(config)


def _inside(file: str) -> str:
    return os.path.join(WORKSPACE, file)  # noqa: PTH118  (a path inside, not here)


def _raise(answer: Answer, file: str) -> None:
    name = answer.header.get("error")
    if name is None:
        return
    if name == "TooLarge":
        raise OutputLimitExceededError(f"{READ_LIMIT_MB} MiB", None)
    kind = ERRORS.get(str(name), OSError)
    raise kind(answer.header.get("errno"), str(answer.header["message"]), file)
