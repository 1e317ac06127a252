"""The sandbox `container` on a real engine: Inspect's suite and the tests of `bubble`'s limits and reach, run on it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.errors import APIError
from inspect_ai.util._sandbox import self_check

from harness.errors import MachineError
from harness.sandboxes import selection
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container import image as images
from harness.sandboxes.container.environment import ContainerSandbox
from harness.sandboxes.container.image import digest, image
from harness.sandboxes.container.making import make_image
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxLimits, SandboxSpec
from tests.harness.sandboxes import test_limits, test_reach
from tests.harness.sandboxes.conftest import Try
from tests.harness.sandboxes.test_conformance import NOT_OFFERED

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox, pytest.mark.engine]

# In a container the user has a high id of the sandbox's own and a group of its own: tested below.
ELSEWHERE = {"test_no_privilege_is_held_or_gained"}
for module in (test_limits, test_reach):
    names = [name for name in dir(module) if name.startswith("test_") and name not in ELSEWHERE]
    globals().update({name: getattr(module, name) for name in names})
globals().update({name: getattr(self_check, name) for name in self_check.__all__ if name not in NOT_OFFERED})


@pytest.fixture(scope="module", autouse=True)
def only_container() -> Iterator[None]:
    """`auto` is `container` here; the image is made first."""
    try:
        make_image()
    except MachineError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "PROVIDERS", {"container": selection.PROVIDERS["container"]})
        yield


@pytest.fixture
def sandbox_env(room: ProvidedSandbox) -> ProvidedSandbox:
    """The name under which Inspect's suite asks for a sandbox."""
    return room


def mine() -> list[str]:
    """The ids of the containers that this process has made and that are there."""
    label = f"{engines.OWNER}={engines.labels('')[engines.OWNER]}"
    found = engines.engine().containers.list(all=True, filters={"label": label}, ignore_removed=True)
    return [str(one.id) for one in found]


async def test_no_privilege(python: Try) -> None:
    told = await python(test_reach.PRIVILEGES)
    assert len(told.stdout.splitlines()) == 2, told
    user, capabilities = told.stdout.splitlines()
    uid, group, same = user.split()
    assert (group, same) == (f"[{uid}]", "True")
    assert int(uid) >= 1000
    assert capabilities == str(["0" * 16] * 5 + ["1"])


async def test_nothing_is_left_after_a_failure() -> None:
    names: list[str] = []

    async def fail() -> None:
        async with open_sandbox(SandboxSpec()) as sandbox:
            names.append(sandbox.as_type(ContainerSandbox).name)
            assert names[0] in mine()
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert names[0] not in mine()


async def test_graphics_cards_that_are_not_there_are_said() -> None:
    if any(Path("/dev").glob("nvidia*")):
        pytest.skip("there are graphics cards here")
    before = len(mine())
    with pytest.raises(MachineError, match="graphics cards"):
        async with open_sandbox(SandboxSpec(limits=SandboxLimits(gpus=1))):
            pass
    assert len(mine()) == before


KILLED = """
import asyncio, sys
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxSpec

async def main():
    async with open_sandbox(SandboxSpec(), "container") as sandbox:
        print(sandbox.name, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def test_what_a_killed_harness_left_is_removed() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as harness:
        assert harness.stdout is not None
        name = harness.stdout.readline().strip()
        harness.kill()
    assert name
    engines.sweep_once.cache_clear()
    engines.sweep_once()

    def left() -> list[str]:
        found = engines.engine().containers.list(all=True, filters={"label": engines.LABEL}, ignore_removed=True)
        return [str(one.id) for one in found]

    async def gone() -> None:
        async with asyncio.timeout(10):
            while name in left():
                await asyncio.sleep(0.05)

    asyncio.run(gone())


def test_image_is_the_same_each_time() -> None:
    assert make_image() == make_image() == image()
    assert digest().startswith("sha256:")
    assert selection.image_of("container") == digest()


def nothing_there(path: Path) -> str:
    return f"unix://{path}/none.sock"


def another_machine(path: Path) -> str:
    return "tcp://127.0.0.1:1"


@pytest.mark.parametrize(
    ("host", "mend"), [(nothing_there, "DOCKER_HOST"), (another_machine, "DOCKER_HOST")], ids=["none", "remote"]
)
def test_no_engine_names_the_mend(
    host: Callable[[Path], str], mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host(tmp_path))
    with pytest.raises(MachineError, match=mend):
        engines.engine.__wrapped__()


def test_old_engine_is_refused() -> None:
    engines.require_new("1.41")
    with pytest.raises(MachineError, match="too old"):
        engines.require_new("1.40")


@pytest.mark.parametrize(("sign", "mend"), engines.MENDS)
def test_known_refusals_name_their_mend(sign: str, mend: str) -> None:
    with pytest.raises(MachineError) as caught, engines.named_errors():
        raise APIError(sign)
    assert mend in str(caught.value)


def test_missing_image_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "REPOSITORY", f"mlesmith/none{os.getpid()}")
    with pytest.raises(MachineError, match="mlesmith image"):
        digest()
