"""What a provider of sandboxes must offer beyond Inspect's own contract; everything else asks for no more than this."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from inspect_ai.util import ExecResult, SandboxEnvironment, SandboxEnvironmentConfigType, SandboxUnavailableError
from pydantic import BaseModel
from typing_extensions import override

from harness.errors import MachineError
from harness.sandboxes.spec import SandboxSpec


class SandboxEnded(MachineError, SandboxUnavailableError):
    """The sandbox is gone: it was closed, or what ran inside brought about its end."""


@dataclass(frozen=True)
class Plain:
    """One snapshot of a plain file, or why there is none: `FileNotFoundError`, `NotAFile`, `TooLarge` or another."""

    data: bytes
    error: str | None = None
    message: str = ""

    @classmethod
    def told(cls, answer: Mapping[str, object], data: bytes) -> Self:
        """The snapshot of which `inside.server.files.read` tells."""
        error = answer.get("error")
        return cls(data, None if error is None else str(error), str(answer.get("message", "")))


class ProvidedSandbox(SandboxEnvironment):
    """A sandbox made from a `SandboxSpec`."""

    @classmethod
    @abstractmethod
    async def open(cls, spec: SandboxSpec) -> Self:
        """Make a sandbox; the caller closes it."""

    @abstractmethod
    async def close(self) -> None:
        """End all that runs inside and remove what was made for it; may be called twice."""

    @classmethod
    async def reserve(cls, spec: SandboxSpec, *, warm: bool = False) -> Self:  # noqa: ARG003  (for those that can)
        """A sandbox that may be made as late as at its first use, which shows how it is best made, unless told."""
        return await cls.open(spec)

    @classmethod
    async def expect_many(cls) -> None:
        """Make now what is made once for many sandboxes, so that the first need not wait for it."""

    async def python(
        self,
        arguments: Sequence[str],
        *,
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        timeout: int | None = None,
        preload: Sequence[str] = (),  # noqa: ARG002  (for those that keep an interpreter)
    ) -> ExecResult[str]:
        """What `python ARGUMENTS` (`-m MODULE` or a file first) does; faster where the data stack is imported already.

        `preload` names modules that are imported once for this and all further programs of the sandbox.
        For the project's own programs and those of task packages; what an agent writes is for `exec`.

        Raises:
            TimeoutError, OutputLimitExceededError: as `exec`.
        """
        return await self.exec(["python", *arguments], env=env, cwd=cwd, timeout=timeout, timeout_retry=False)

    @abstractmethod
    async def read_plain(self, file: str, limit: int) -> Plain:
        """One snapshot of a plain file of at most `limit` bytes, read without following a link at its end."""

    @abstractmethod
    def out_of_memory(self) -> bool:
        """Whether a process inside was ended for its memory, as far as that can be known."""

    @classmethod
    @override
    async def sample_init(
        cls, task_name: str, config: SandboxEnvironmentConfigType | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        return {"default": await cls.reserve(config if isinstance(config, SandboxSpec) else SandboxSpec())}

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
            await provided(environment).close()

    @classmethod
    @override
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        return SandboxSpec.model_validate(config)


def provided(environment: SandboxEnvironment) -> ProvidedSandbox:
    """A sandbox of Inspect's as one of ours.

    Raises:
        TypeError: another provider made it.
    """
    return environment.as_type(ProvidedSandbox)  # type: ignore[type-abstract]  # it is only compared with


@dataclass(frozen=True)
class Provider:
    """A kind of sandbox: its name in Inspect, how it is opened, and a probe that raises where it can't work.

    `image` tells the digest of the image that its sandboxes are made from.
    """

    name: str
    sandbox: type[ProvidedSandbox]
    probe: Callable[[], object]
    image: Callable[[], str] | None = None
