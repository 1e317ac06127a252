"""Choosing a sandbox provider and opening a sandbox with it; a provider is one entry of `PROVIDERS`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.errors import MachineError, UnknownName
from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.bubble.program import program
from harness.sandboxes.container.environment import ContainerSandbox
from harness.sandboxes.container.image import digest
from harness.sandboxes.provider import ProvidedSandbox, Provider
from harness.sandboxes.spec import SandboxSpec

PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("bubble", BubbleSandbox, program),
        Provider("container", ContainerSandbox, digest, image=digest),
    )
}


def require_known(kind: str) -> None:
    """Refuse a name that no provider has.

    Raises:
        UnknownName: there is no such provider.
    """
    if kind not in {"auto", *PROVIDERS}:
        raise UnknownName("sandbox", kind, ["auto", *PROVIDERS])


def choose(kind: str = "auto") -> str:
    """The provider to use; `auto` is the first that works on this machine.

    Raises:
        UnknownName: there is no such provider.
        MachineError: it does not work here; the message names the mend.
    """
    require_known(kind)
    names = list(PROVIDERS) if kind == "auto" else [kind]
    reasons = []
    for name in names:
        try:
            PROVIDERS[name].probe()
        except MachineError as error:
            reasons.append(str(error))
        else:
            return name
    raise MachineError(" ".join(reasons))


def image_of(name: str) -> str | None:
    """The digest of the image that a provider's sandboxes are made from, where it has one."""
    image = PROVIDERS[name].image
    return None if image is None else image()


@asynccontextmanager
async def open_sandbox(spec: SandboxSpec, kind: str = "auto") -> AsyncIterator[ProvidedSandbox]:
    """A sandbox for the time of the block; nothing of it is left afterwards."""
    async with _closed_at_the_end(await PROVIDERS[choose(kind)].sandbox.open(spec)) as sandbox:
        yield sandbox


@asynccontextmanager
async def reserve_sandbox(spec: SandboxSpec, kind: str = "auto") -> AsyncIterator[ProvidedSandbox]:
    """As `open_sandbox`, but made at its first use: warm where that is a program of the project's."""
    async with _closed_at_the_end(await PROVIDERS[choose(kind)].sandbox.reserve(spec)) as sandbox:
        yield sandbox


@asynccontextmanager
async def _closed_at_the_end(sandbox: ProvidedSandbox) -> AsyncIterator[ProvidedSandbox]:
    try:
        yield sandbox
    finally:
        await sandbox.close()
