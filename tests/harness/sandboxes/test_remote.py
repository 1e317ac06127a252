"""The sandbox `container` on an engine that sees none of this machine's files: what it is given is copied.

The engine is the real one, reached over TCP through a listener of this test's own.
"""

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import docker
import pytest
from inspect_ai.util._sandbox import self_check

from harness.errors import MachineError
from harness.sandboxes import selection
from harness.sandboxes.container import base, compose, making, volumes
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container.environment import ContainerSandbox
from harness.sandboxes.container.image import image
from harness.sandboxes.container.making import make_image
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import DATA, Mount, SandboxSpec
from tests.harness.sandboxes import test_container, test_limits, test_reach
from tests.harness.sandboxes.conftest import Try
from tests.harness.sandboxes.doors import Door
from tests.harness.sandboxes.test_conformance import NOT_OFFERED

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox, pytest.mark.engine, pytest.mark.xdist_group("remote")]

for module in (test_limits, test_reach):
    names = [name for name in dir(module) if name.startswith("test_") and name not in test_container.ELSEWHERE]
    globals().update({name: getattr(module, name) for name in names})
globals().update({name: getattr(self_check, name) for name in self_check.__all__ if name not in NOT_OFFERED})
for name in ("test_no_privilege", "test_nothing_is_left_after_a_failure", "test_what_a_killed_harness_left_is_removed"):
    globals()[name] = getattr(test_container, name)


@pytest.fixture(scope="module", autouse=True)
def only_remote() -> Iterator[None]:
    """`auto` is `container` on an engine over TCP; the whole image is made first."""
    try:
        url = engines.engine().api.adapters["http+docker://"].socket_path
    except MachineError as error:
        pytest.skip(str(error))
    door = Door(url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{door.port}")
        patch.setattr(selection, "PROVIDERS", {"container": selection.PROVIDERS["container"]})
        # A registry that is in reach today may not be tomorrow.
        patch.setattr(making, "draft_on_base", lambda *_: None)
        engines.engine.cache_clear()
        # Another test may have given it files of this machine: here it may have none.
        assert make_image().whole
        yield
        volumes.remove_all()
    engines.engine.cache_clear()
    door.close()


@pytest.fixture
def sandbox_env(room: ProvidedSandbox) -> ProvidedSandbox:
    """The name under which Inspect's suite asks for a sandbox."""
    return room


async def test_no_file_of_this_machine_is_bound(room: ProvidedSandbox) -> None:
    seen = engines.engine().containers.get(room.as_type(ContainerSandbox).name).attrs
    assert {mount["Type"] for mount in seen["Mounts"]} == {"volume"}
    assert not any(mount["RW"] for mount in seen["Mounts"])


async def test_the_stack_is_there_and_compiled(python: Try) -> None:
    program = "import pandas, sklearn.ensemble; print(pandas.__cached__.startswith('/opt/mlesmith/bytecode'))"
    told = await python(f"{program}\nimport os; print(os.path.exists(pandas.__cached__))")
    assert told.stdout.split() == ["True", "True"], told.stderr


async def test_no_data_of_libraries_is_in_the_image(python: Try) -> None:
    told = await python("import sklearn.datasets; sklearn.datasets.load_wine()")
    assert "sklearn.datasets.data" in told.stderr


def given_here() -> list[str]:
    label = f"{engines.OWNER}={engines.labels('')[engines.OWNER]}"
    return [str(one.name) for one in engines.engine().volumes.list(filters={"label": label})]


async def test_equal_gifts_are_copied_once_and_removed_at_the_end(room: ProvidedSandbox, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "train.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    spec = SandboxSpec(mounts=(Mount(source=tmp_path, target=DATA),))
    before = set(given_here())
    async with open_sandbox(spec) as one, open_sandbox(spec) as other:
        for sandbox in (one, other):
            assert await sandbox.read_file(f"{DATA}/deep/train.csv") == "a,b\n1,2\n"
        refused = await one.exec(["sh", "-c", f"echo 3 > {DATA}/deep/train.csv; rm -r {DATA}/deep"])
        assert not refused.success
        assert await other.read_file("data/deep/train.csv") == "a,b\n1,2\n"
        assert len(set(given_here()) - before) == 1
    (tmp_path / "deep" / "train.csv").write_text("a,b\n1,20\n", encoding="utf-8")
    async with open_sandbox(spec) as changed:
        assert await changed.read_file(f"{DATA}/deep/train.csv") == "a,b\n1,20\n"
    volumes.remove_all()
    in_use = engines.engine().containers.get(room.as_type(ContainerSandbox).name).attrs["Mounts"]
    assert set(given_here()) <= {mount["Name"] for mount in in_use}


def test_a_base_image_gives_the_system(tmp_path: Path) -> None:
    whole = image()
    made = base.draft_on_base(whole.name, tmp_path)
    assert made is not None
    try:
        found = engines.engine().images.get(made.name)
        assert (made.python, made.whole) == (whole.python, True)
        assert found.labels["mlesmith.base"] == whole.name
    finally:
        engines.engine().images.remove(made.name)


def test_a_base_that_nobody_has_is_said() -> None:
    with pytest.raises(MachineError, match=r"can't get the image mlesmith\.invalid/none"):
        base.draft_on_base("mlesmith.invalid/none:1", Path())


def test_inspects_docker_says_that_it_needs_this_machine() -> None:
    with pytest.raises(MachineError, match="--sandbox container"):
        compose.probe()


def test_a_registry_that_never_answers_costs_little_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(base, "PYTHON", f"3.0-{silent.getsockname()[1]}")
        monkeypatch.setattr(base, "LOOK_UP_S", 1)
        monkeypatch.setattr(base.docker, "from_env", partial(silent_engine, silent.getsockname()[1]))
        said: list[str] = []
        assert base.draft_on_base(None, tmp_path, said.append) is None
    assert "can't get the image python:3.0" in said[-1]


def silent_engine(port: int, *, timeout: int) -> docker.DockerClient:
    return docker.DockerClient(f"tcp://127.0.0.1:{port}", version="1.45", timeout=timeout)


def test_an_engine_too_old_for_copies_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "PARTS", (9, 9))
    with pytest.raises(MachineError, match="Docker 26"):
        volumes.require_parts()
