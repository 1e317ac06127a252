"""What a sandbox must hold, tried from inside."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from harness.competition.reasons import Reason
from harness.errors import MachineError, UnknownName
from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.bubble.program import MENDS, NoBubblewrap
from harness.sandboxes.selection import choose, open_sandbox
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import Refusal, copy_tree_out, read_result
from harness.sandboxes.untar import HostileArchive

pytestmark = pytest.mark.sandbox
SUBMISSION = "/workspace/submission.csv"


def inside(work: Callable[[BubbleSandbox], Awaitable[None]], **fields: object) -> None:
    """Run `work` with a sandbox of the given specification."""

    async def run() -> None:
        async with open_sandbox(SandboxSpec.model_validate(fields)) as sandbox:
            await work(sandbox)

    asyncio.run(run())


def said(command: str, **fields: object) -> tuple[int, str]:
    """Exit code and output of a shell command inside."""
    found: list[tuple[int, str]] = []

    async def work(sandbox: BubbleSandbox) -> None:
        done = await sandbox.exec(["sh", "-c", command], timeout=30)
        found.append((done.returncode, done.stdout + done.stderr))

    inside(work, **fields)
    return found[0]


def test_no_way_to_the_host_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        program = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        code, text = said(f'python -c "{program}"')
    assert code != 0
    assert "Error" in text


def test_abstract_sockets_of_the_host_are_out_of_reach() -> None:
    name = f"mlesmith-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        code, _ = said(f"python -c \"import socket; socket.socket(socket.AF_UNIX).connect('\\\\0{name}')\"")
    assert code != 0


def test_nothing_of_the_host_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the answer")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    code, text = said(
        f"cat {secret}; env; cat /proc/1/environ; ls /home /work /root/.cache 2>/dev/null; python -c 'import harness'"
    )
    assert "the answer" not in text
    assert "sk-secret" not in text
    assert "ModuleNotFoundError" in text
    assert code != 0


@pytest.mark.parametrize("path", ["/usr/x", "/x", "/etc/x", "/opt/mlesmith/site/x", "/dev/x", "/raw/x"])
def test_everything_but_the_workspace_is_read_only(path: str, tmp_path: Path) -> None:
    mounts = [{"source": tmp_path, "target": "/raw"}]
    assert said(f"touch {path} && echo written", mounts=mounts)[0] != 0


def test_no_privileges() -> None:
    _, text = said("id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; unshare -r true && echo unshared")
    assert text.split()[0] != "0"
    assert "CapEff:\t0000000000000000" in text
    assert "CapBnd:\t0000000000000000" in text
    assert "NoNewPrivs:\t1" in text
    assert "\nunshared" not in text


def test_memory_is_limited_and_said_so() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        done = await sandbox.exec(["python", "-c", "bytearray(3 << 30)"], timeout=30)
        assert done.returncode != 0
        again = await sandbox.exec(["echo", "alive"])
        assert again.stdout == "alive\n"

    inside(work, limits={"memory_mb": 400})


def test_disk_is_limited() -> None:
    code, text = said("head -c 200000000 /dev/zero > big 2>/dev/null; stat -c %s big", limits={"disk_mb": 20})
    assert int(text.split()[0]) <= 20 << 20, (code, text)


def test_fork_bomb_ends_and_the_sandbox_answers() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        # A process that may not fork any more goes on trying: else the first one's luck decides how the command ends.
        bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
        with pytest.raises(TimeoutError):
            await sandbox.exec(["sh", "-c", f"python -c '{bomb}' 2>/dev/null; sleep 60"], timeout=2)
        await sandbox.exec(["sh", "-c", "kill -9 -1"], timeout=10)
        assert (await sandbox.exec(["echo", "alive"])).stdout == "alive\n"

    inside(work, limits={"processes": 32})


def test_time_out_ends_the_whole_tree() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        with pytest.raises(TimeoutError):
            await sandbox.exec(["sh", "-c", "setsid sleep 1000 & sleep 1000"], timeout=1)
        left = await sandbox.exec(["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])
        assert "sleep 1000" not in left.stdout

    inside(work)


def test_background_process_lives_on_between_commands() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        await sandbox.exec(["sh", "-c", "sleep 1000 & echo $! > pid"], timeout=10)
        assert (await sandbox.exec(["sh", "-c", "kill -0 $(cat pid)"])).success

    inside(work)


def test_process_one_can_not_be_ended_or_traced() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        await sandbox.exec(["sh", "-c", "kill -9 1; kill -9 -1; true"])
        denied = await sandbox.exec(["sh", "-c", "cat /proc/1/maps"])
        assert not denied.success
        assert (await sandbox.exec(["echo", "alive"])).stdout == "alive\n"

    inside(work)


HOSTILE = {
    "link": ("ln -s /etc/passwd submission.csv", Reason.NOT_A_FILE),
    "pipe": ("mkfifo submission.csv", Reason.NOT_A_FILE),
    "folder": ("mkdir submission.csv", Reason.NOT_A_FILE),
    "large": ("truncate -s 2000 submission.csv", Reason.TOO_LARGE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_results_are_refused(name: str) -> None:
    command, reason = HOSTILE[name]

    async def work(sandbox: BubbleSandbox) -> None:
        await sandbox.exec(["sh", "-c", command])
        found = await read_result(sandbox, SUBMISSION, 1000)
        assert isinstance(found, Refusal)
        assert found.reason is reason

    inside(work)


def test_result_is_taken_and_absence_is_none() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        assert await read_result(sandbox, SUBMISSION, 1000) is None
        await sandbox.write_file(SUBMISSION, "id,y\n1,2\n")
        assert await read_result(sandbox, SUBMISSION, 1000) == b"id,y\n1,2\n"

    inside(work)


@pytest.mark.parametrize("member", ["../out", "/abs", "link"])
def test_archive_that_climbs_out_is_refused(member: str, tmp_path: Path) -> None:
    program = (
        "import tarfile, io\n"
        "tar = tarfile.open('out.tar', 'w')\n"
        f"info = tarfile.TarInfo({member!r})\n"
        f"info.type = tarfile.SYMTYPE if {member!r} == 'link' else tarfile.REGTYPE\n"
        "info.linkname = '/etc/passwd'\n"
        "tar.addfile(info)\n"
        "tar.close()\n"
    )

    async def work(sandbox: BubbleSandbox) -> None:
        await sandbox.exec(["python", "-c", program])
        with pytest.raises(HostileArchive):
            await copy_tree_out(sandbox, "/workspace/out.tar", tmp_path / "out", max_mb=10)

    inside(work)


def test_no_library_lends_a_dataset() -> None:
    code, text = said("python -c 'from sklearn.datasets import load_diabetes; load_diabetes()'")
    assert code != 0
    assert "FileNotFoundError" in text or "ModuleNotFoundError" in text


def test_files_of_inspect() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        await sandbox.write_file("a/b.txt", "ä")
        assert await sandbox.read_file("/workspace/a/b.txt") == "ä"
        assert await sandbox.read_file("a/b.txt", text=False) == "ä".encode()
        with pytest.raises(FileNotFoundError):
            await sandbox.read_file("none")
        with pytest.raises(IsADirectoryError):
            await sandbox.read_file("a")
        with pytest.raises(PermissionError):
            await sandbox.write_file("/proc/1/mem", "x")

    inside(work)


def test_nothing_is_left_behind() -> None:
    pids: list[int] = []

    async def work(sandbox: BubbleSandbox) -> None:
        pids.append(sandbox.pid)
        await sandbox.exec(["sh", "-c", "sleep 1000 & setsid sleep 1000 & echo"], timeout=10)
        raise KeyError

    with pytest.raises(KeyError):
        inside(work)
    assert not Path("/proc", str(pids[0])).exists()
    mine = f"mlesmith-{os.getpid()}-"
    assert not list(Path("/sys/fs/cgroup").glob(f"*/{mine}*"))


def test_mount_is_seen_and_unknown_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n")
    tmp_path.chmod(0o755)
    mounts = (Mount(source=tmp_path / "rows.csv", target="/raw/rows.csv"),)
    assert said("cat /raw/rows.csv", mounts=mounts) == (0, "a,b\n")
    with pytest.raises(UnknownName):
        choose("nosuch")


def test_graphics_cards_are_refused() -> None:
    async def work(sandbox: BubbleSandbox) -> None:
        raise AssertionError

    with pytest.raises(MachineError, match="graphics"):
        inside(work, limits=SandboxLimits(gpus=1))


@pytest.mark.parametrize(("sign", "mend"), MENDS)
def test_known_refusals_name_their_mend(sign: str, mend: str) -> None:
    assert mend in str(NoBubblewrap([(Path("bwrap"), f"bwrap: {sign}")]))
