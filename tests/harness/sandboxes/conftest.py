"""Sandboxes for tests: one shared by a module, and a way to try a program inside one."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from inspect_ai.util import ExecResult

from harness.errors import MachineError
from harness.sandboxes.bubble.warm import WarmBubble
from harness.sandboxes.container.compose import probe
from harness.sandboxes.container.making import make_image
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxSpec


def own_processes(sandbox: ProvidedSandbox) -> int:
    """How many processes of mlesmith's own are inside: process 1, and in a warm sandbox what starts programs."""
    return 2 if isinstance(getattr(sandbox, "_talk", None), WarmBubble) else 1


Try = Callable[..., Awaitable[ExecResult[str]]]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Inspect runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module")
async def room() -> AsyncIterator[ProvidedSandbox]:
    """One plain sandbox for all tests of a module; a test leaves it as it was."""
    async with open_sandbox(SandboxSpec()) as sandbox:
        yield sandbox


@pytest.fixture
def python(room: ProvidedSandbox) -> Try:
    """`await python(text, *words)`: run a Python program in the module's sandbox."""

    async def run(text: str, *words: str) -> ExecResult[str]:
        return await room.exec(["python", "-c", text, *words], timeout=60)

    return run


@pytest.fixture(scope="module")
def engine_ready() -> None:
    """An engine with the image of sandboxes and with docker compose."""
    try:
        make_image()
        probe()
    except MachineError as error:
        pytest.skip(str(error))
