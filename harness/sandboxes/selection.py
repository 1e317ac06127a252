"""Choosing a sandbox provider and opening a sandbox with it; a provider is one entry of `PROVIDERS`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from harness.errors import MachineError, UnknownName
from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.bubble.program import program
from harness.sandboxes.container.environment import ContainerSandbox
from harness.sandboxes.host import require_flag
from harness.sandboxes.provider import ProvidedSandbox, Provider
from harness.sandboxes.spec import SandboxSpec

LONGEST_REFUSAL = 200


def _digest() -> str:
    from harness.sandboxes.container.image import digest

    return digest()


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("bubble", BubbleSandbox, program),
        Provider("container", ContainerSandbox, _digest, image=_digest),
    )
}


# What only an agent's cell may run in; preparing, verifying and grading take a sandbox of ours all the same.
CELLS_ONLY = frozenset({"docker", "host"})


@dataclass(frozen=True)
class Choice:
    """The sandbox of a run's cells: its name, why it was taken, and the digest of its image where it has one."""

    name: str
    why: str
    image: str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.why}" + (f", image {self.image}" if self.image else "")


def require_known(kind: str, *, for_cells: bool = False) -> None:
    """Refuse a name that no sandbox has.

    Raises:
        UnknownName: there is none.
    """
    known = ["auto", *PROVIDERS, *(CELLS_ONLY if for_cells else ())]
    if kind not in known:
        raise UnknownName("sandbox", kind, known)


def choose(kind: str = "auto") -> Choice:
    """The provider of ours to use; `auto` is the first that works on this machine.

    Raises:
        UnknownName: there is no such provider.
        MachineError: it does not work here; the message names the mend.
    """
    name, why = _selected(kind)
    return Choice(name, why, image_of(name))


def _selected(kind: str) -> tuple[str, str]:
    kind = "auto" if kind in CELLS_ONLY else kind
    require_known(kind)
    if kind != "auto":
        PROVIDERS[kind].probe()
        return kind, "asked for"
    refusals: dict[str, str] = {}
    for name, provider in PROVIDERS.items():
        try:
            provider.probe()
        except MachineError as error:
            refusals[name] = str(error)
        else:
            return name, _why_first(refusals)
    raise MachineError(" ".join(refusals.values()))


def _why_first(refusals: Mapping[str, str]) -> str:
    before = "; ".join(f"{name} does not: {said[:LONGEST_REFUSAL]}" for name, said in refusals.items())
    return f"the first that works ({before})" if before else "the first that works"


def choose_for_cells(kind: str = "auto", *, unisolated: bool = False) -> Choice:
    """The sandbox of an agent's cell: one of ours, Inspect's own `docker`, or with the flag `host`, which is none.

    Raises:
        UnknownName: there is no such sandbox.
        HostRefuses: `host` without the flag.
        MachineError: it does not work here; the message names the mend.
    """
    require_known(kind, for_cells=True)
    if kind == "host":
        require_flag(unisolated=unisolated)
        return Choice(kind, "asked for, without isolation", None)
    if kind == "docker":
        from harness.sandboxes.container.compose import probe

        return Choice(kind, "asked for", probe())
    return choose(kind)


def image_of(name: str) -> str | None:
    """The digest of the image that a provider's sandboxes are made from, where it has one."""
    image = PROVIDERS[name].image
    return None if image is None else image()


async def expect_many(kind: str = "auto") -> None:
    """Say that many sandboxes will follow: what is made once for them is made now."""
    await PROVIDERS[_selected(kind)[0]].sandbox.expect_many()


@asynccontextmanager
async def open_sandbox(spec: SandboxSpec, kind: str = "auto") -> AsyncIterator[ProvidedSandbox]:
    """A sandbox for the time of the block; nothing of it is left afterwards."""
    async with _closed_at_the_end(await PROVIDERS[_selected(kind)[0]].sandbox.open(spec)) as sandbox:
        yield sandbox


@asynccontextmanager
async def reserve_sandbox(
    spec: SandboxSpec, kind: str = "auto", *, warm: bool = False
) -> AsyncIterator[ProvidedSandbox]:
    """As `open_sandbox`, but made at its first use: warm where that is a program of the project's, or as asked for."""
    async with _closed_at_the_end(await PROVIDERS[_selected(kind)[0]].sandbox.reserve(spec, warm=warm)) as sandbox:
        yield sandbox


@asynccontextmanager
async def _closed_at_the_end(sandbox: ProvidedSandbox) -> AsyncIterator[ProvidedSandbox]:
    try:
        yield sandbox
    finally:
        await sandbox.close()
