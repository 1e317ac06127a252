"""The same sandbox for root and for everyone else: each is tried, whoever runs the tests."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from harness.sandboxes.bubble.launch import Job, stage, trial
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import Mount, SandboxSpec

pytestmark = pytest.mark.sandbox

NOBODYS = 61_234
HOUSE = Path(__file__).resolve().parents[3]
PROGRAM = """
import asyncio, json, os
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxLimits, SandboxSpec

async def main():
    async with open_sandbox(SandboxSpec(limits=SandboxLimits(memory_mb=256, processes=40))) as sandbox:
        async def shell(text):
            return await sandbox.exec(["sh", "-c", text], timeout=20)
        told = {
            "outside": os.getuid(),
            "inside": (await shell("id -un")).stdout,
            "held": (await shell("grep -E '^Cap(Prm|Eff|Bnd)|NoNewPrivs' /proc/self/status | cut -f2")).stdout.split(),
            "interfaces": (await shell("cat /proc/net/route /proc/net/if_inet6 | grep -cv lo")).stdout,
            "unshared": (await shell("unshare -r true")).success,
            "memory": (await shell("python -c 'bytearray(3 << 30)'")).success,
            "numpy": (await shell("python -c 'import numpy; print(numpy.arange(3).sum())'")).stdout,
        }
    print(json.dumps(told))

asyncio.run(main())
"""


def closed(path: Path) -> list[Path]:
    """The outermost folder on the way to a path that other users can't enter, if there is one."""
    return [folder for folder in reversed(path.parents) if not folder.stat().st_mode & stat.S_IXOTH][:1]


def as_a_user(text: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program as a normal user: as oneself; for root as one without rights, to whom what is needed is opened."""
    if os.getuid() != 0:
        return subprocess.run([sys.executable, "-c", text], cwd=HOUSE, capture_output=True, check=False)
    site = Path(next(path for path in sys.path if path.endswith("site-packages")))
    needed = [Path(sys.base_prefix).resolve(), site, HOUSE]
    folders = {folder for path in needed for folder in closed(path)} or {Path(stage())}
    (covered,) = folders
    sources = {str(path.relative_to(covered)): str(path) for path in needed if path.is_relative_to(covered)}
    with tempfile.TemporaryDirectory(prefix="mlesmith-test-") as folder:
        Path(folder).chmod(0o777)
        env = {"HOME": folder, "MLESMITH_CACHE": f"{folder}/cache", "PYTHONPATH": f"{HOUSE}:{site}"}
        words = ["/usr/bin/env", *(f"{name}={value}" for name, value in env.items())]
        words += [str(Path(sys.executable).resolve()), "-c", text]
        return trial(Job(words, sources, NOBODYS, str(covered)), 120)


def test_a_normal_users_sandbox_holds() -> None:
    done = as_a_user(PROGRAM)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told == {
        "outside": os.getuid() or NOBODYS,
        "inside": "agent\n",
        "held": ["0" * 16] * 3 + ["1"],
        "interfaces": "1\n",
        "unshared": False,
        "memory": False,
        "numpy": "3\n",
    }


@pytest.mark.anyio
async def test_what_only_the_owner_may_read_is_not_read_by_root_inside(tmp_path: Path) -> None:
    closed, opened = tmp_path / "closed.csv", tmp_path / "open.csv"
    for path, mode in ((closed, 0o600), (opened, 0o644)):
        path.write_text("a\n")
        path.chmod(mode)
    mounts = tuple(Mount(source=path, target=f"/raw/{path.name}") for path in (closed, opened))
    async with open_sandbox(SandboxSpec(mounts=mounts)) as sandbox:
        told = await sandbox.exec(["sh", "-c", "cat /raw/open.csv; cat /raw/closed.csv"])
    # A user's sandbox runs as that user, whose own file it is; root's runs as nobody at all.
    assert told.stdout == ("a\n" if os.getuid() == 0 else "a\na\n")


@pytest.mark.anyio
async def test_sources_below_closed_folders_are_seen_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    (closed / "deep").mkdir(parents=True)
    (closed / "deep" / "train.csv").write_text("a\n")
    (closed / "tmp").mkdir()
    closed.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(closed / "tmp"))
    async with open_sandbox(SandboxSpec(mounts=(Mount(source=closed / "deep", target="/workspace/data"),))) as sandbox:
        assert (await sandbox.exec(["cat", "data/train.csv"])).stdout == "a\n"
        assert not (await sandbox.exec(["ls", str(closed)])).success


@pytest.mark.anyio
async def test_every_sandbox_of_roots_has_a_user_of_its_own(room: ProvidedSandbox) -> None:
    async with open_sandbox(SandboxSpec()) as other:
        owners = []
        for number, sandbox in enumerate((room, other)):
            await sandbox.exec(["sh", "-c", f"sleep {72_000 + number} & :"])
            (path,) = (one for one in Path("/proc").glob("[0-9]*") if _sleeps(one, 72_000 + number))
            owners.append(path.stat().st_uid)
        await room.exec(["sh", "-c", "kill -9 -1"])
    if os.getuid() == 0:
        assert len({0, *owners}) == 3
    else:
        assert set(owners) == {os.getuid()}


def _sleeps(process: Path, seconds: int) -> bool:
    try:
        return (process / "cmdline").read_bytes() == f"sleep\0{seconds}\0".encode()
    except OSError:
        return False
