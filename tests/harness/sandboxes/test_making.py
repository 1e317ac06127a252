"""Making the image and sweeping, while other processes make images and use sandboxes on the same engine."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from docker.errors import ImageNotFound

from harness.errors import MachineError
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container.making import make_image
from tests.harness.sandboxes.doors import Door

pytestmark = [pytest.mark.sandbox, pytest.mark.engine, pytest.mark.xdist_group("remote")]

# Makes the image under a name that the engine does not know yet, of a stack that is quick to pack and to compile, and
# runs a command on it. What it is about are the names: at once, without a lock in common, on one engine.
MAKER = """
import anyio, sys
from harness.sandboxes.bubble import bytecode
from harness.sandboxes.container import image, making
from harness.sandboxes.container.process import Container
from harness.sandboxes.spec import SandboxSpec

image.REPOSITORY = sys.argv[1]
bytecode.PROGRAM = "import sys; sys.dont_write_bytecode = False; import json.tool"
making.draft_on_base = making.pack_stack = lambda *_: None

async def tried():
    image = await anyio.to_thread.run_sync(making.make_image)
    container = await Container.start(SandboxSpec(), None, image)
    done = await container.ask({"op": "read", "path": "/etc/passwd", "plain": True, "limit": 1 << 24})
    print(len(done.data) > 0, flush=True)
    sys.stdin.read()
    await container.close()
    print(image.whole)

print("ready", flush=True)
sys.stdin.readline()
anyio.run(tried)
"""
DRAFT = """
import io, sys
from harness.sandboxes.container import drafts, making
from harness.sandboxes.container.archive import Archive
packed = io.BytesIO()
archive = Archive(packed)
archive.folder("usr")
archive.close()
packed.seek(0)
print(drafts.imported(packed, {}, whole=False).name, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module", autouse=True)
def engine_there() -> None:
    try:
        make_image()
    except MachineError as error:
        pytest.skip(str(error))


@pytest.fixture
def repository() -> Iterator[str]:
    """A name for images that no other run uses."""
    name = f"mlesmith/race{os.getpid()}"
    yield name
    for image in engines.images({"reference": name}):
        engines.engine().images.remove(image.id, force=True)


def sweep() -> None:
    engines.sweep_once.cache_clear()
    engines.sweep_once()


def started(program: str, *words: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def told(maker: "subprocess.Popen[str]", word: str = "") -> str:
    assert maker.stdin is not None
    assert maker.stdout is not None
    if word:
        maker.stdin.write(word)
        maker.stdin.flush()
    return maker.stdout.readline().strip()


@pytest.mark.parametrize("whole", [False, True], ids=["bound", "whole"])
def test_makers_at_once_leave_each_other_alone(whole: bool, repository: str, tmp_path: Path) -> None:
    path = engines.engine().api.adapters["http+docker://"].socket_path
    with ExitStack() as stack:
        door = Door(path)
        stack.callback(door.close)
        host = f"tcp://127.0.0.1:{door.port}" if whole else f"unix://{path}"
        makers = [
            stack.enter_context(
                started(MAKER, repository, MLESMITH_CACHE=str(tmp_path / str(number)), DOCKER_HOST=host)
            )
            for number in range(3)
        ]
        assert [told(maker) for maker in makers] == ["ready"] * len(makers)
        for maker in makers:
            assert maker.stdin is not None
            maker.stdin.write("go\n")
            maker.stdin.flush()
        # What they make and use meanwhile is swept by nobody.
        while any(maker.poll() is None and not _said(maker) for maker in makers):
            sweep()
        assert [told(maker) for maker in makers] == ["True"] * len(makers)
        sweep()
        assert [maker.communicate()[0].strip() for maker in makers] == [str(whole)] * len(makers)
        assert [maker.returncode for maker in makers] == [0] * len(makers)
    assert len(engines.images({"reference": repository})) == 1
    sweep()
    assert not [image.tags for image in made_by({maker.pid for maker in makers}) if repository not in str(image.tags)]


def _said(maker: "subprocess.Popen[str]") -> bool:
    return bool(select.select([maker.stdout], [], [], 0.1)[0])


def made_by(pids: set[int]) -> list[engines.Listed]:
    """The images that processes have made, by the mark of their maker."""
    found = engines.images({"label": engines.DRAFTED})
    return [one for one in found if int(one.labels[engines.DRAFTED].split()[-1].split(".")[0]) in pids]


def test_drafts_of_killed_makers_are_removed_and_of_living_ones_not() -> None:
    with started(DRAFT) as killed, started(DRAFT) as living:
        names = [told(maker) for maker in (killed, living)]
        killed.kill()
        killed.wait()
        sweep()
        left = [tag.removeprefix("docker.io/") for image in engines.images({}) for tag in image.tags]
        assert [name in left for name in names] == [False, True]
        living.communicate()
        sweep()


def test_an_image_that_goes_while_all_are_listed_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another sweep may have removed it: whatever asks the engine for what it has just listed may find it gone."""
    with started(DRAFT) as maker:
        assert told(maker)

        def gone(image: str) -> None:
            raise ImageNotFound(f"No such image: {image}")

        monkeypatch.setattr(engines.engine().api, "inspect_image", gone)
        sweep()
        assert made_by({maker.pid})
        maker.communicate()
        sweep()
        assert not made_by({maker.pid})


def test_no_container_inherits_an_owner_from_the_image() -> None:
    """Inspect's own docker makes containers without labels of ours; with the maker's they would be swept after it."""
    assert engines.OWNER not in engines.engine().images.get(make_image().name).labels


GONE = "1.1"


@pytest.mark.parametrize(
    ("who", "since", "process", "socket", "removed"),
    [
        ("{who}", "{since}", GONE, False, True),
        ("{who}", "{since}", "{mark}", True, False),
        ("other/0", "{since}", GONE, True, False),
        ("{who}0", "{since}", GONE, True, False),
        ("{who}", "{boot}/1", GONE, True, False),
        ("{who}", "00000000/1", GONE, False, False),
        ("{who}", "00000000/1", GONE, True, True),
        ("", "", "", True, False),
        ("{who}", GONE, "", True, False),
    ],
    ids=[
        "ended",
        "living",
        "another machine",
        "another user",
        "another container",
        "another machine of this name",
        "before this machine started",
        "no mark",
        "an older mark",
    ],
)
def test_only_what_is_known_to_be_abandoned_is_removed(
    who: str, since: str, process: str, socket: bool, removed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "on_a_socket", lambda: socket)
    ours, now = engines.here()
    words = {"who": ours, "since": now, "boot": now.partition("/")[0], "mark": engines.mark()}
    owner = " ".join(part.format(**words) for part in (who, since, process))
    assert engines.abandoned(owner) is removed
