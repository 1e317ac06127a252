"""What lies within reach of a program inside, and what must not."""

import contextlib
import ctypes
import os
import platform
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import Mount, SandboxSpec
from tests.harness.sandboxes.conftest import Try, own_processes

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

KEYS = {"x86_64": (248, 250), "aarch64": (217, 219)}  # add_key, keyctl
KEYCTL_JOIN, KEYCTL_SEARCH = 1, 10
SESSION = -3


@contextlib.contextmanager
def listeners() -> Iterator[tuple[int, int, str, list[str]]]:
    """A TCP port, a UDP port and an abstract socket of this host, and what reached them."""
    reached: list[str] = []
    name = f"mlesmith-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind(f"\0{name}")
            abstract.listen()

            def watch(kind: str, one: socket.socket) -> None:
                with contextlib.suppress(OSError):
                    one.recv(10) if kind == "udp" else one.accept()
                    reached.append(kind)

            threads = [
                threading.Thread(target=watch, args=pair)
                for pair in (("tcp", tcp), ("udp", udp), ("abstract", abstract))
            ]
            for thread in threads:
                thread.start()
            try:
                yield tcp.getsockname()[1], udp.getsockname()[1], name, reached
                # Each was knocked at by the host itself at last, and on a busy machine notices late.
                for thread in threads:
                    thread.join(30)
            finally:
                for one in (tcp, udp, abstract):
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                for thread in threads:
                    thread.join(5)


KNOCK = """
import socket, sys
tcp, udp, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for where in ("127.0.0.1", "localhost"):
    try:
        socket.create_connection((where, tcp), 1)
        print("tcp")
    except OSError:
        pass
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", udp))
except OSError:
    pass
try:
    socket.socket(socket.AF_UNIX).connect(chr(0) + name)
    print("abstract")
except OSError:
    pass
names = [name for _, name in socket.if_nameindex()]
print("interfaces", [name for name in names if name != "lo"])
"""


async def test_no_listener_of_the_host_is_reached(python: Try) -> None:
    with listeners() as (tcp, udp, name, reached):
        told = await python(KNOCK, str(tcp), str(udp), name)
        assert told.stdout == "interfaces []\n", told
        assert reached == []
        # The listeners do listen: the host reaches each.
        socket.create_connection(("127.0.0.1", tcp), 1).close()
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", udp))
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(f"\0{name}")
    assert sorted(reached) == ["abstract", "tcp", "udp"]


SEARCH = """
import os, sys
secret = sys.argv[1].encode()
for folder, folders, files in os.walk("/"):
    folders[:] = [] if folder in ("/sys", "/proc") else folders
    if any(sys.argv[2] in name for name in [*folders, *files]):
        print("name", folder)
for pid in filter(str.isdigit, os.listdir("/proc")):
    for what in ("root", "cwd", "environ", "fd"):
        path = f"/proc/{pid}/{what}"
        try:
            found = open(path, "rb").read() if what == "environ" else repr(os.listdir(path)).encode()
        except OSError:
            continue
        if secret in found:
            print("secret", path)
pids = filter(str.isdigit, os.listdir("/proc"))
print("processes", sorted(open(f"/proc/{pid}/cmdline").read().split(chr(0))[0] for pid in pids))
"""


async def test_no_file_process_or_variable_of_the_host_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, name = "b8f1c0aa-secret-of-the-host", "mlesmith-file-of-the-host"
    (tmp_path / name).write_text(secret)
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    async with open_sandbox(SandboxSpec()) as sandbox:
        told = await sandbox.exec(["python", "-c", SEARCH, secret[:8], name], timeout=60)
        listing = await sandbox.exec(["sh", "-c", f"env; cat {tmp_path / name}; ls {tmp_path}"])
    lines = told.stdout.splitlines()
    assert len(lines) == 1, told
    assert lines[0].count("python") == own_processes(sandbox) + 1, "the program itself, and nothing else"
    assert secret not in listing.stdout
    assert name not in listing.stdout


async def test_environment_is_what_is_written_out_and_what_the_spec_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    async with open_sandbox(SandboxSpec(environment=(("SEED", "7"), ("HOME", "/tmp")))) as sandbox:
        told = await sandbox.exec(["env"], env={"EXTRA": "1"})
    names = {line.partition("=")[0] for line in told.stdout.splitlines()}
    assert "SEED=7" in told.stdout.splitlines()
    assert "HOME=/tmp" in told.stdout.splitlines()
    assert {"EXTRA", "PATH", "OMP_NUM_THREADS"} <= names
    assert "LD_LIBRARY_PATH" not in names
    assert not names & {"MLESMITH_CACHE", "INSPECT_DISPLAY", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST"}


WRITES = """
import os, sys
for path in sys.argv[1:]:
    for trick in (
        lambda: open(path, "a").write("x"),
        lambda: os.chmod(path, 0o777),
        lambda: os.rename(path, path + ".old"),
        lambda: os.remove(path),
        lambda: os.open(os.path.dirname(path) + "/new", os.O_CREAT | os.O_WRONLY),
    ):
        try:
            trick()
            print("could", path)
        except OSError:
            pass
"""


async def test_mounts_and_system_can_not_be_written(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "train.csv").write_text("a,b\n")
    for path in (tmp_path, raw, raw / "train.csv"):
        path.chmod(0o777)
    mounts = (Mount(source=raw, target="/workspace/data"), Mount(source=raw / "train.csv", target="/raw/one.csv"))
    async with open_sandbox(SandboxSpec(mounts=mounts)) as sandbox:
        places = [
            "/workspace/data/train.csv",
            "/raw/one.csv",
            "/etc/passwd",
            "/usr/bin/env",
            "/opt/mlesmith/site/six.py",
        ]
        assert (await sandbox.exec(["cat", *places[:2]])).stdout == "a,b\na,b\n"
        told = await sandbox.exec(["python", "-c", WRITES, *places])
        remounted = await sandbox.exec(["mount", "-o", "remount,rw", "/workspace/data"])
    assert told.stdout == ""
    assert told.success
    assert not remounted.success
    assert (raw / "train.csv").read_text() == "a,b\n"
    assert [path.name for path in raw.iterdir()] == ["train.csv"]


PRIVILEGES = """
import ctypes, os, stat
libc = ctypes.CDLL(None, use_errno=True)
for name, flags in {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000}.items():
    if libc.unshare(flags) == 0:
        print("unshare", name)
if libc.mount(b"none", b"/workspace", b"tmpfs", 0, None) == 0:
    print("mount")
for kind in (stat.S_IFCHR, stat.S_IFBLK):
    try:
        os.mknod("/workspace/device", kind | 0o666, os.makedev(1, 1))
        print("device")
    except OSError:
        pass
os.system("cp /usr/bin/id /workspace/id && chmod 6755 /workspace/id")
print(os.popen("/workspace/id -u").read().strip(), os.getgroups(), os.getuid() == os.geteuid())
print([line.split()[1] for line in open("/proc/self/status") if line.startswith(("Cap", "NoNewPrivs"))])
"""


async def test_no_privilege_is_held_or_gained(python: Try) -> None:
    told = await python(PRIVILEGES)
    assert told.stdout.splitlines() == ["1000 [] True", str(["0" * 16] * 5 + ["1"])]


PROCESS_ONE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for number in range(1, 65):
    try:
        os.kill(1, number)
    except OSError:
        pass
if libc.ptrace(16, 1, 0, 0) == 0:
    print("traced")
for name in ("mem", "environ", "maps", "fd/3", "root/etc", "cwd"):
    try:
        os.open(f"/proc/1/{name}", os.O_RDONLY)
        print("opened", name)
    except OSError:
        pass
libc.syscall.restype = ctypes.c_long
pidfd = libc.syscall(434, 1, 0)
for number in range(3, 12):
    if libc.syscall(438, pidfd, number, 0) >= 0:
        print("took descriptor", number)
"""


async def test_process_one_is_neither_ended_nor_read(room: ProvidedSandbox, python: Try) -> None:
    told = await python(PROCESS_ONE)
    assert (told.stdout, told.success) == ("", True), told
    await room.exec(["sh", "-c", "kill -9 -1; kill -INT 1; kill -STOP 1"])
    alive = await room.exec(["echo", "alive"])
    assert alive.stdout == "alive\n", alive


async def test_keys_of_the_session_stay_outside() -> None:
    add_key, keyctl = KEYS[platform.machine()]
    libc = ctypes.CDLL(None)
    call = f"{keyctl}, {KEYCTL_SEARCH}, {SESSION}, b'user', b'mlesmith-key', 0"
    program = f"import ctypes; print(ctypes.CDLL(None).syscall({call}))"
    found: list[int] = []

    def search() -> int:
        return int(libc.syscall(keyctl, KEYCTL_SEARCH, SESSION, b"user", b"mlesmith-key", 0))

    libc.syscall(keyctl, KEYCTL_JOIN, None)
    assert libc.syscall(add_key, b"user", b"mlesmith-key", b"secret", 6, SESSION) > 0
    found.append(search())
    async with open_sandbox(SandboxSpec()) as sandbox:
        told = await sandbox.exec(["python", "-c", program])
    assert found[0] > 0
    assert told.stdout == "-1\n"


FOUND = """
import importlib.util, sys
for name in sys.argv[1:]:
    try:
        if importlib.util.find_spec(name):
            print(name)
    except ImportError:
        pass
"""


async def test_of_mlesmith_only_what_the_spec_names() -> None:
    names = ["harness.competition.validity", "numpy", "inspect_ai", "litellm", "generation", "pip", "docker"]
    async with open_sandbox(SandboxSpec(library=("harness.competition.validity",))) as sandbox:
        told = await sandbox.exec(["python", "-c", FOUND, *names])
        files = await sandbox.exec(["find", "/opt/mlesmith/lib", "-type", "f"])
    assert told.stdout.split() == names[:2], told
    assert sorted(files.stdout.split()) == [
        "/opt/mlesmith/lib/harness/__init__.py",
        "/opt/mlesmith/lib/harness/competition/validity.py",
    ]


async def test_commands_start_the_module_they_name() -> None:
    spec = SandboxSpec(library=("harness.competition",), commands=(("check-submission", "harness.competition.check"),))
    async with open_sandbox(spec) as sandbox:
        told = await sandbox.exec(["check-submission", "--help"])
        where = await sandbox.exec(["sh", "-c", "command -v check-submission"])
    assert where.stdout == "/opt/mlesmith/bin/check-submission\n"
    assert "No module" not in told.stderr
