"""Warm sandboxes: the tests of fresh ones, run on them; and programs that give the same results in both."""

import asyncio
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inspect_ai.util._sandbox import self_check
from typing_extensions import override

from harness.sandboxes import selection
from harness.sandboxes.bubble import warm, zygote
from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.bubble.owner import remove_left
from harness.sandboxes.bubble.process import Bubble
from harness.sandboxes.bubble.program import program
from harness.sandboxes.bubble.warm import WarmBubble, can_be_warm
from harness.sandboxes.provider import ProvidedSandbox, Provider, SandboxEnded
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec
from tests.harness.sandboxes import test_bubble, test_limits, test_reach, test_transfer
from tests.harness.sandboxes.conftest import own_processes
from tests.harness.sandboxes.test_conformance import NOT_OFFERED

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

for module in (test_bubble, test_limits, test_reach, test_transfer):
    globals().update({name: getattr(module, name) for name in dir(module) if name.startswith("test_")})
globals().update({name: getattr(self_check, name) for name in self_check.__all__ if name not in NOT_OFFERED})


class WarmSandbox(BubbleSandbox):
    """A `bubble` that is warm whatever it is used for."""

    @classmethod
    @override
    async def open(cls, spec: SandboxSpec) -> "WarmSandbox":
        sandbox = cls(spec)
        assert isinstance(await sandbox.server(warm=True), WarmBubble) is can_be_warm(spec)
        return sandbox


@pytest.fixture(scope="module", autouse=True)
def only_warm() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zygote, "WORTH_FROM", 1)
        patch.setattr(selection, "PROVIDERS", {"bubble": Provider("bubble", WarmSandbox, program)})
        yield


@pytest.fixture
def sandbox_env(room: ProvidedSandbox) -> ProvidedSandbox:
    """The name under which Inspect's suite asks for a sandbox."""
    return room


async def test_modules_that_a_sandbox_asks_for_are_there_from_its_beginning() -> None:
    program = "import sys; print('colorsys' in sys.modules)"
    for asked, there in (((), "False"), (("colorsys", "no_such_module"), "True"), ((), "True")):
        room = BubbleSandbox(SandboxSpec(warm=asked))
        try:
            assert isinstance(await room.server(warm=True), WarmBubble)
            await room.write_file("/workspace/look.py", program)
            done = await room.python(["/workspace/look.py"])
            assert (done.stdout.strip(), done.stderr) == (there, "")
        finally:
            await room.close()


BREAKING = """
import sys
sys.path.insert(0, sys.argv[1])
from harness.sandboxes.inside.zygote import main
main.warm(["breaks", "leaves", "colorsys"])
main.warm(["breaks"])
print("colorsys" in sys.modules, sorted(main._tried), main.lacking(["breaks", "leaves", "colorsys", "wave"]))
"""


def test_a_module_that_breaks_ends_no_warm_interpreter_and_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "breaks.py").write_text("raise RuntimeError('no such library')\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(3)\n")
    done = subprocess.run(
        [sys.executable, "-c", BREAKING, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "True ['breaks', 'colorsys', 'leaves'] ['wave']\n", done.stderr


async def test_the_first_use_decides() -> None:
    fresh, warm_one = BubbleSandbox(SandboxSpec()), BubbleSandbox(SandboxSpec())
    try:
        await fresh.exec(["true"])
        await warm_one.python(["-m", "timeit", "-n", "1"])
        assert isinstance(await fresh.server(), Bubble)
        assert isinstance(await warm_one.server(), WarmBubble)
    finally:
        await fresh.close()
        await warm_one.close()


def test_what_many_sandboxes_share_is_made_when_they_are_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "WORTH_FROM", 5)

    async def first_is_warm(*, expected: bool) -> bool:
        if expected:
            await selection.expect_many("bubble")
        room = BubbleSandbox(SandboxSpec())
        try:
            await room.python(["-m", "timeit", "-n", "1"])
            return isinstance(await room.server(), WarmBubble)
        finally:
            await room.close()

    # Each in an event loop of its own, which has its own warm interpreter or none.
    assert asyncio.run(first_is_warm(expected=True))
    assert not asyncio.run(first_is_warm(expected=False))


@pytest.mark.parametrize(
    "limits", [SandboxLimits(cpus=2), SandboxLimits(memory_mb=256), SandboxLimits(memory_mb=511, cpus=1)]
)
def test_what_a_fork_cannot_keep_to_is_fresh(limits: SandboxLimits) -> None:
    assert not can_be_warm(SandboxSpec(limits=limits))


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONSTARTUP", "PYTHONUTF8"])
def test_what_makes_another_interpreter_needs_one(name: str) -> None:
    assert not can_be_warm(SandboxSpec(environment=((name, "1"),)))
    assert can_be_warm(SandboxSpec(environment=(("MLESMITH_TIME_S", "1"), ("PYTHONHASHSEED", "1"))))


OTHERWISE = (("LC_ALL", "C"), ("MARK", "here"), ("PYTHONHASHSEED", "4711"), ("TZ", "Pacific/Chatham"))
CIRCUMSTANCES = """
import locale, os, sys, time
print([hash(word) for word in "abc"], list({"one", "two", "three", "four"}), time.tzname, os.environ.get("TZ"))
print(locale.getlocale(), sys.getfilesystemencoding(), sys.flags.utf8_mode, sys.flags.hash_randomization)
print(sys.argv, os.getcwd(), os.environ["PYTHONHASHSEED"], os.environ["MARK"], sys.stdout.encoding)
"""


async def _told(room: BubbleSandbox) -> str:
    await room.write_file("told.py", CIRCUMSTANCES)
    done = await room.python(["/workspace/told.py"], cwd="/tmp")
    assert done.success, done.stderr
    return done.stdout


async def test_other_circumstances_are_those_of_an_interpreter_that_began_under_them() -> None:
    told: list[str] = []
    for kind, spec in (
        (Bubble, SandboxSpec(environment=OTHERWISE)),
        (WarmBubble, SandboxSpec(environment=OTHERWISE)),
        (WarmBubble, SandboxSpec(environment=(("TZ", "UTC"), ("MARK", "there")))),
        (WarmBubble, SandboxSpec(environment=(("MARK", "there"),))),
    ):
        room = BubbleSandbox(spec)
        try:
            assert isinstance(await room.server(warm=kind is WarmBubble), kind)
            told.append(await _told(room))
        finally:
            await room.close()
    assert told[0] == told[1]
    assert "'+1245', '+1345'" in told[1]
    assert told[1].split("]")[0] != told[3].split("]")[0], "another hash seed"


async def test_few_interpreters_are_kept_for_other_circumstances() -> None:
    async def kind(seed: str) -> str:
        room = BubbleSandbox(SandboxSpec(environment=(("PYTHONHASHSEED", seed),)))
        try:
            return type(await room.server(warm=True)).__name__
        finally:
            await room.close()

    async def all_kinds() -> list[str]:
        return [await kind(str(seed)) for seed in (*range(1, zygote.MOST_OTHERS + 2), 1)]

    told = await asyncio.to_thread(asyncio.run, all_kinds())
    assert told == ["WarmBubble"] * zygote.MOST_OTHERS + ["Bubble", "WarmBubble"]


async def test_memory_is_counted(room: ProvidedSandbox) -> None:
    async with open_sandbox(SandboxSpec(limits=SandboxLimits(memory_mb=600))) as sandbox:
        await sandbox.write_file("fill.py", "data = bytearray(3 << 30)")
        assert (await sandbox.python(["fill.py"])).returncode in {137, 1}
        await sandbox.write_file("some.py", "print(len(bytearray(300 << 20)))")
        assert (await sandbox.python(["some.py"])).stdout == f"{300 << 20}\n"


PROGRAM = """
import atexit, json, os, random, sys
import numpy as np
atexit.register(lambda: print("farewell"))
told = {"argv": sys.argv, "cwd": os.getcwd(), "name": __name__, "path": sys.path[0], "seed": os.environ["SEED"]}
told |= {"in": sys.stdin.read(), "hashes": sorted(map(hash, "abc")), "mine": os.access("/proc/self/fd", os.R_OK)}
print(json.dumps(told), sorted(map(int, os.listdir("/proc/self/fd")))[:4])
print(random.random(), np.random.rand(), file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("code", [0, 3])
async def test_a_program_is_as_one_that_is_started_anew(code: int) -> None:
    async with open_sandbox(SandboxSpec()) as warm_one:
        fresh = await BubbleSandbox.open(SandboxSpec())
        try:
            told = []
            for sandbox in (warm_one, fresh):
                await sandbox.write_file("/workspace/in/program.py", PROGRAM)
                told.append(await sandbox.python(["in/program.py", str(code)], env={"SEED": "9"}, cwd="/workspace"))
            told.append(await fresh.exec(["python", "in/program.py", str(code)], env={"SEED": "9"}, cwd="/workspace"))
        finally:
            await fresh.close()
    assert [one.returncode for one in told] == [code] * 3
    assert told[0].stdout == told[1].stdout == told[2].stdout
    assert told[0].stdout.endswith("farewell\n")
    assert len({one.stderr for one in told}) == 3, "each has a luck of its own"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("raise KeyError('lost')", 1, "KeyError: 'lost'"),
        ("import sys; sys.exit('told why')", 1, "told why"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, ""),
        ("import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.05), print('late'))).start()", 0, ""),
    ],
)
async def test_ends(room: ProvidedSandbox, text: str, code: int, said: str) -> None:
    await room.write_file("end.py", text)
    done = await room.python(["end.py"])
    assert done.returncode == code
    assert said in done.stderr
    assert ("late" in done.stdout) == ("late" in text)


async def test_one_program_leaves_nothing_for_the_next(room: ProvidedSandbox) -> None:
    poison = (
        "import json, builtins, sys, os; json.dumps = None; builtins.len = None; sys.path.clear(); os.environ.clear()"
    )
    await room.write_file("poison.py", poison)
    await room.write_file("next.py", "import json, os; print(json.dumps(len('four')), os.environ['USER'])")
    await room.python(["poison.py"])
    assert (await room.python(["next.py"])).stdout == "4 agent\n"


async def test_a_time_limit_ends_a_program(room: ProvidedSandbox) -> None:
    await room.write_file(
        "sleep.py", "import os, time; os.fork(); os.setsid() if os.fork() == 0 else 0; time.sleep(600)"
    )
    with pytest.raises(TimeoutError):
        await room.python(["sleep.py"], timeout=1)
    for _ in range(50):  # what was killed a moment ago may not be buried yet
        listed = await room.exec(["sh", "-c", "set -- /proc/[0-9]*; echo $#"])
        if int(listed.stdout) == own_processes(room) + 1:  # the shell
            return
    pytest.fail(f"{listed.stdout.strip()} processes are left")


async def test_large_data_is_not_copied(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(warm.LARGEST_COPY + 1)
    sandbox = BubbleSandbox(SandboxSpec(mounts=(Mount(source=tmp_path / "large", target="/large"),)))
    try:
        assert isinstance(await sandbox.server(warm=True), Bubble)
    finally:
        await sandbox.close()


async def test_a_refusal_is_remembered_and_fresh_ones_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> int:
        raise SandboxEnded("unshare: Operation not permitted")

    monkeypatch.setattr(warm, "_fork", refused)
    monkeypatch.setattr(zygote, "_houses", type(zygote._houses)())
    sandbox = BubbleSandbox(SandboxSpec())
    try:
        assert (await sandbox.python(["-m", "timeit", "-n", "1"])).success
        assert isinstance(await sandbox.server(), Bubble)
        assert zygote.refusal() == "unshare: Operation not permitted"
        assert await zygote.zygote(Path("/nowhere")) is None
    finally:
        await sandbox.close()


async def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(zygote.SWITCH, "off")
    assert await warm.warm_bubble(SandboxSpec(), Path("/nowhere")) is None


async def test_a_single_sandbox_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "WORTH_FROM", 2)

    async def kind() -> str:
        sandbox = BubbleSandbox(SandboxSpec())
        try:
            return type(await sandbox.server(warm=True)).__name__
        finally:
            await sandbox.close()

    async def three() -> list[str]:
        return [await kind() for _ in range(3)]

    assert await asyncio.to_thread(asyncio.run, three()) == ["Bubble", "WarmBubble", "WarmBubble"]


def test_nothing_is_left_after_the_loop() -> None:
    found: list[zygote.Zygote] = []

    async def use() -> None:
        sandbox = BubbleSandbox(SandboxSpec())
        await sandbox.python(["-m", "timeit", "-n", "1"])
        made = zygote.current()
        assert made is not None
        found.append(made)
        assert any(made.desks.iterdir())
        await sandbox.close()
        assert not any(made.desks.iterdir())

    asyncio.run(use())
    assert not found[0].running
    assert not found[0].desks.exists()


async def test_a_warm_interpreter_that_is_gone_is_made_again() -> None:
    async with open_sandbox(SandboxSpec()) as sandbox:
        made = zygote.current()
        assert made is not None
        await made.close()
        with pytest.raises(SandboxEnded):
            await sandbox.exec(["true"])
    async with open_sandbox(SandboxSpec()) as sandbox:
        assert (await sandbox.exec(["echo", "again"])).stdout == "again\n"
        assert zygote.current() is not made


KILLED = """
import asyncio, sys
from harness.sandboxes.bubble import zygote
from harness.sandboxes.selection import reserve_sandbox
from harness.sandboxes.spec import SandboxSpec

async def main():
    zygote.WORTH_FROM = 1
    async with reserve_sandbox(SandboxSpec(), "bubble") as sandbox:
        await sandbox.python(["-m", "timeit", "-n", "1"])
        print(sandbox.pid, zygote.current().desks, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def test_what_a_killed_harness_left_is_removed() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as harness:
        assert harness.stdout is not None
        pid, desks = harness.stdout.readline().split()
        inside = os.pidfd_open(int(pid))
        harness.kill()
    assert select.select([inside], [], [], 10)[0], "the sandbox ends with the harness"
    os.close(inside)
    assert Path(desks).exists()
    remove_left(zygote.PREFIX)
    assert not Path(desks).parent.exists()
