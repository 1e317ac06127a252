"""What is taken out of a sandbox: plain files only, however an agent tries to have something else taken."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.competition.reasons import Reason
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.transfer import NothingPacked, Refusal, copy_tree_out, read_result
from harness.sandboxes.untar import HostileArchive, unpack

RESULT = "/workspace/submission.csv"
LIMIT = 1000

REFUSED = {
    "link to a file of its own": ("echo x > a; ln -s a submission.csv", Reason.NOT_A_FILE),
    "link to the system": ("ln -s /etc/passwd submission.csv", Reason.NOT_A_FILE),
    "link to nothing": ("ln -s nothing submission.csv", Reason.NOT_A_FILE),
    "link to a device": ("ln -s /dev/zero submission.csv", Reason.NOT_A_FILE),
    "link to process one": ("ln -s /proc/1/environ submission.csv", Reason.NOT_A_FILE),
    "pipe": ("mkfifo submission.csv", Reason.NOT_A_FILE),
    "pipe with a silent writer": ("mkfifo submission.csv; sleep 30 > submission.csv & :", Reason.NOT_A_FILE),
    "socket": (
        "python -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"submission.csv\")'",
        Reason.NOT_A_FILE,
    ),
    "folder": ("mkdir submission.csv", Reason.NOT_A_FILE),
    "one byte too many": (f"head -c {LIMIT + 1} /dev/zero > submission.csv", Reason.TOO_LARGE),
    "hole of many gigabytes": ("truncate -s 900M submission.csv", Reason.TOO_LARGE),
    "unreadable": ("echo x > submission.csv; chmod 0 submission.csv", Reason.UNREADABLE),
}


@pytest.mark.anyio
@pytest.mark.sandbox
@pytest.mark.parametrize("name", REFUSED)
async def test_a_result_that_is_no_plain_file_is_refused(room: ProvidedSandbox, name: str) -> None:
    command, reason = REFUSED[name]
    await room.exec(["sh", "-c", f"rm -rf submission.csv; {command}"], timeout=10)
    found = await read_result(room, RESULT, LIMIT)
    await room.exec(["sh", "-c", "kill -9 -1"])
    assert isinstance(found, Refusal)
    assert found.reason is reason
    assert "submission.csv" in found.message


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_a_plain_result_is_taken_byte_for_byte(room: ProvidedSandbox) -> None:
    await room.exec(["rm", "-rf", "submission.csv"])
    assert await read_result(room, RESULT, LIMIT) is None
    for content in (b"", b"id,y\r\n\xff\x00", b"x" * LIMIT):
        await room.write_file(RESULT, content)
        assert await read_result(room, RESULT, LIMIT) == content


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_a_result_that_changes_all_the_time_is_one_of_its_states(room: ProvidedSandbox) -> None:
    changing = """
import os
while True:
    for text in ("a" * 900, "b" * 300):
        open("draft", "w").write(text)
        os.replace("draft", "submission.csv")
    os.remove("submission.csv")
    os.symlink("/etc/passwd", "submission.csv")
    os.remove("submission.csv")
"""
    await room.exec(["rm", "-rf", "submission.csv"])
    await room.exec(["sh", "-c", f"python -c '{changing.replace(chr(39), chr(34))}' > /dev/null 2>&1 & :"])
    found = [await read_result(room, RESULT, LIMIT) for _ in range(200)]
    await room.exec(["sh", "-c", "kill -9 -1"])
    whole = {b"a" * 900, b"b" * 300}
    assert all(one in whole for one in found if isinstance(one, bytes))
    refused = {one.reason for one in found if isinstance(one, Refusal)}
    assert refused <= {Reason.NOT_A_FILE, Reason.UNREADABLE}


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_writing_to_a_pipe_or_to_process_one_does_not_wait(room: ProvidedSandbox) -> None:
    await room.exec(["sh", "-c", "mkfifo pipe; ln -s /proc/self/mem memory; ln -s /dev/null nowhere"])
    for name in ("pipe", "memory", "nowhere", "/proc/self/oom_score_adj"):
        with pytest.raises(OSError):  # noqa: PT011  (which one depends on the kind)
            await room.write_file(name, "x")
    assert (await room.exec(["echo", "alive"])).stdout == "alive\n"


Build = Callable[[tarfile.TarFile], None]


def _add(tar: tarfile.TarFile, name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", link: str = "") -> None:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.linkname = kind, len(content), link
    tar.addfile(member, io.BytesIO(content))


def archive(*builds: Build) -> bytes:
    """A tar archive made by these."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for build in builds:
            build(tar)
    return made.getvalue()


HOSTILE: dict[str, bytes] = {
    "climbs": archive(lambda tar: _add(tar, "../out")),
    "climbs from within": archive(lambda tar: _add(tar, "a/../../out")),
    "absolute": archive(lambda tar: _add(tar, "/tmp/mlesmith-out")),
    "symbolic link": archive(lambda tar: _add(tar, "a", tarfile.SYMTYPE, link="/etc/passwd")),
    "through a link": archive(
        lambda tar: _add(tar, "a", tarfile.SYMTYPE, link=".."), lambda tar: _add(tar, "a/out", content=b"x")
    ),
    "hard link": archive(lambda tar: _add(tar, "a", tarfile.LNKTYPE, link="/etc/passwd")),
    "pipe": archive(lambda tar: _add(tar, "a", tarfile.FIFOTYPE)),
    "device": archive(lambda tar: _add(tar, "a", tarfile.CHRTYPE)),
    "too much": archive(lambda tar: _add(tar, "a", content=b"x" * 1_100_000)),
    "too much in parts": archive(*[lambda tar: _add(tar, "a", content=b"x" * 400_000)] * 3),
    "a file and a folder of one name": archive(lambda tar: _add(tar, "a"), lambda tar: _add(tar, "a/b")),
    "a folder and a file of one name": archive(lambda tar: _add(tar, "a", tarfile.DIRTYPE), lambda tar: _add(tar, "a")),
    "the destination itself": archive(lambda tar: _add(tar, ".", content=b"x")),
    "no archive": b"x" * 20_000,
    "cut off": archive(lambda tar: _add(tar, "a", content=b"x" * 9000))[:4000],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(name: str, tmp_path: Path) -> None:
    inner = tmp_path / "deep" / "inner"
    with pytest.raises(HostileArchive):
        unpack(HOSTILE[name], inner, 1 << 20)
    assert [path for path in tmp_path.rglob("*") if not path.is_relative_to(inner)] == [tmp_path / "deep"]
    assert not any(path.is_symlink() for path in inner.rglob("*"))


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_a_tree_comes_out_as_it_is_inside(room: ProvidedSandbox, tmp_path: Path) -> None:
    await room.exec(
        [
            "sh",
            "-c",
            "mkdir -p t/public/images t/empty; echo 1 > t/public/train.csv; printf '\\377' > t/public/images/1.png",
        ]
    )
    assert (await room.exec(["tar", "cf", "out.tar", "-C", "t", "."])).success
    await copy_tree_out(room, "/workspace/out.tar", tmp_path / "out", 1)
    found = {str(path.relative_to(tmp_path / "out")): path.is_dir() for path in (tmp_path / "out").rglob("*")}
    assert found == {
        "public": True,
        "empty": True,
        "public/images": True,
        "public/train.csv": False,
        "public/images/1.png": False,
    }
    assert (tmp_path / "out/public/images/1.png").read_bytes() == b"\xff"
    with pytest.raises(NothingPacked):
        await copy_tree_out(room, "/workspace/none.tar", tmp_path / "none", 1)
    with pytest.raises(NothingPacked):
        await copy_tree_out(room, "/workspace/t", tmp_path / "none", 1)
