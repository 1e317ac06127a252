"""Finding a bubblewrap that works, and saying how to mend a machine on which none does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.errors import MachineError
from harness.sandboxes.bubble import program as finding
from harness.sandboxes.bubble import user
from harness.sandboxes.bubble.cgroups import delegated, version
from harness.sandboxes.bubble.owner import gone, mark
from harness.sandboxes.selection import choose

SAID = {
    "Ubuntu's restriction": ("bwrap: setting up uid map: Permission denied", "bwrap-userns-restrict"),
    "Ubuntu's restriction of networks": (
        "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
        "bwrap-userns-restrict",
    ),
    "switched off": (
        "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user "
        "namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.",
        "sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    "none left": (
        "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
        "user.max_user_namespaces",
    ),
    "masked proc": ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths=unconfined"),
    "root of a container": ("unshare: Operation not permitted", "--security-opt"),
    "too old": ("bwrap: Unknown option --disable-userns", "Install bubblewrap 0.8"),
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Path]]]:
    """`programs(said, …)`: programs found on this machine that say this and fail, in place of the real ones."""

    def make(*said: str) -> list[Path]:
        made = []
        for number, words in enumerate(said):
            path = tmp_path / f"bwrap-{number}"
            path.write_text(f'#!/bin/sh\necho "{words}" >&2\nexit 1\n', encoding="utf-8")
            path.chmod(0o755)
            made.append(path)
        tmp_path.chmod(0o755)
        monkeypatch.setattr(finding, "candidates", lambda: made)
        finding.program.cache_clear()
        return made

    yield make
    finding.program.cache_clear()


@pytest.mark.parametrize("name", SAID)
def test_a_refusal_is_known_and_its_mend_named(name: str, programs: Callable[..., list[Path]]) -> None:
    said, mend = SAID[name]
    (path,) = programs(said)
    with pytest.raises(MachineError) as caught:
        choose("bubble")
    assert caught.value.exit_code == 3
    assert said in str(caught.value)
    assert str(path.name) in str(caught.value)
    assert mend in str(caught.value)


def test_no_program_at_all(programs: Callable[..., list[Path]]) -> None:
    programs()
    with pytest.raises(MachineError, match="apt install bubblewrap"):
        choose("bubble")


@pytest.mark.sandbox
def test_the_next_program_is_tried_when_one_fails(programs: Callable[..., list[Path]]) -> None:
    working = finding.candidates()
    programs("bwrap: setting up uid map: Permission denied")[1:] = working
    broken = finding.candidates()[0]
    assert finding.attempt(broken) == "bwrap: setting up uid map: Permission denied"
    assert finding.program() == next(path for path in working if finding.attempt(path) is None)


def test_other_systems_are_told_to_use_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert "container" in str(finding.NoBubblewrap([]))


@pytest.mark.parametrize(
    ("euid", "spans", "low", "high"),
    [
        (1000, [(0, 1 << 32)], None, None),
        (0, [(0, 1 << 32)], user.HIGH, user.HIGH + user.MANY),
        (0, [(0, 1), (1, 65_536)], 32_000, 65_536),
        (0, [(0, 1)], None, None),
        (0, [], None, None),
    ],
    ids=["a user", "root", "root without root", "root of itself alone", "nothing known"],
)
def test_who_makes_the_sandbox(
    euid: int, spans: list[tuple[int, int]], low: int | None, high: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user.os, "geteuid", lambda: euid)
    monkeypatch.setattr(user, "mapped", lambda: spans)
    found = {user.sandbox_uid() for _ in range(50)}
    if low is None or high is None:
        assert found == {None}
    else:
        assert all(one is not None and low <= one < high for one in found)
        assert len(found) > 1


def group(path: Path, given: str = "") -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / "cgroup.controllers").write_text("cpu memory pids\n")
    (path / "cgroup.subtree_control").write_text(given)
    return path


def test_the_nearest_group_that_gives_memory_and_processes_is_used(tmp_path: Path) -> None:
    root = group(tmp_path / "cgroup", "cpu memory pids\n")
    service = group(root / "user.slice" / "user@1.service", "memory pids\n")
    own = group(service / "app.slice" / "terminal.scope")
    group(own.parent, "pids\n")
    assert version(root) == 2
    assert version(tmp_path) == 1
    assert delegated(own, root) == service
    group(own.parent, "memory pids cpu\n")
    assert delegated(own, root) == own.parent
    assert delegated(tmp_path / "elsewhere", root) is None


def test_a_mark_tells_its_process_from_a_later_one_of_the_same_number() -> None:
    pid, _, born = mark().partition(".")
    assert not gone(mark())
    assert gone(f"{pid}.{int(born) + 1}")
    assert gone("4194304.1")
    assert not gone("container")
    assert not gone(pid)
