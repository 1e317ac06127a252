"""What an engine is, read from the answers that real ones gave (recorded), and what follows from it for a sandbox."""

import socket
from pathlib import Path
from typing import Any, cast

import docker
import pytest

from harness.errors import MachineError
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container import process, seccomp, traits
from harness.sandboxes.container.layout import LOW, NAMED, USERS, shared_user, user
from harness.sandboxes.container.traits import CONTROLLERS, PODMAN
from harness.sandboxes.spec import SandboxLimits

LIMITED = {"MemoryLimit": True, "PidsLimit": True, "CpuCfsQuota": True}
UNLIMITED = dict.fromkeys(LIMITED, False)
DOCKERS = {"Version": "26.1.5+dfsg1", "ApiVersion": "1.45", "Components": [{"Name": "Engine"}, {"Name": "containerd"}]}
PODMANS = {"Version": "4.3.1", "ApiVersion": "1.41", "Components": [{"Name": "Podman Engine"}, {"Name": "Conmon"}]}
ABOUT = {"NCPU": 2, "Architecture": "x86_64", "CgroupVersion": "1"}
SECCOMP = "/usr/share/containers/seccomp.json"
ALL = ["cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "pids"]


def libpod(*, rootless: bool, controllers: list[str]) -> dict[str, Any]:
    return {"cgroupControllers": controllers, "security": {"rootless": rootless, "seccompProfilePath": SECCOMP}}


# By the Debian packages docker.io 26.1.5 and podman 4.3.1, on control groups of version 1. Podman as Docker says of
# itself neither that it is without root nor that it limits nothing.
ENGINES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None, str, bool, frozenset[str]]] = {
    "docker": (
        DOCKERS,
        {**ABOUT, **LIMITED, "SecurityOptions": ["name=seccomp,profile=builtin"]},
        None,
        "Docker 26.1.5+dfsg1",
        False,
        CONTROLLERS,
    ),
    "docker without root": (
        DOCKERS,
        {**ABOUT, **UNLIMITED, "SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]},
        None,
        "rootless Docker 26.1.5+dfsg1",
        True,
        frozenset(),
    ),
    "docker with ids of its own": (
        DOCKERS,
        {**ABOUT, **LIMITED, "SecurityOptions": ["name=userns"]},
        None,
        "Docker 26.1.5+dfsg1",
        True,
        CONTROLLERS,
    ),
    "podman": (
        PODMANS,
        {**ABOUT, **LIMITED, "SecurityOptions": ["name=seccomp,profile=default"]},
        libpod(rootless=False, controllers=ALL),
        "Podman 4.3.1",
        False,
        CONTROLLERS,
    ),
    "podman without root": (
        PODMANS,
        {**ABOUT, **LIMITED, "SecurityOptions": ["name=seccomp,profile=default"]},
        libpod(rootless=True, controllers=[]),
        "rootless Podman 4.3.1",
        True,
        frozenset(),
    ),
    "podman without root, two controllers delegated": (
        PODMANS,
        {**ABOUT, **LIMITED, "CgroupVersion": "2", "SecurityOptions": []},
        libpod(rootless=True, controllers=["memory", "pids"]),
        "rootless Podman 4.3.1",
        True,
        frozenset({"memory", "pids"}),
    ),
}


class Answering:
    """An engine's client that gives recorded answers."""

    def __init__(self, version: dict[str, Any], about: dict[str, Any], podmans: dict[str, Any] | None) -> None:
        self._version, self._about, self._podmans = version, about, podmans
        self.api = self
        self.base_url = "http+docker://localhost"
        self.ok = podmans is not None
        self.status_code = 404

    def version(self) -> dict[str, Any]:
        return self._version

    def info(self) -> dict[str, Any]:
        return self._about

    def get(self, address: str, timeout: int) -> "Answering":
        assert address == "http+docker://localhost/v4.0.0/libpod/info"
        assert timeout
        return self

    def json(self) -> dict[str, Any]:
        return {"host": self._podmans}


def recorded(name: str, monkeypatch: pytest.MonkeyPatch) -> traits.Traits:
    client = cast(docker.DockerClient, Answering(*ENGINES[name][:3]))
    monkeypatch.setattr(traits, "engine", lambda: client)
    return traits.traits()


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_known_by_its_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    about = recorded(name, monkeypatch)
    *_, said, maps_ids, keeps = ENGINES[name]
    assert (str(about), about.maps_ids, about.keeps) == (said, maps_ids, keeps)
    assert (about.name == PODMAN) is ("podman" in name)
    assert about.profile == (SECCOMP if about.name == PODMAN else "")


@pytest.mark.parametrize("name", ENGINES)
def test_memory_is_bound_for_each_process_where_it_is_not_for_all(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    about, limits = recorded(name, monkeypatch), SandboxLimits(memory_mb=300)
    assert process.most(limits, about).get("data") == (None if "memory" in about.keeps else 300 << 20)
    assert about.kept("memory", 5) == (5 if "memory" in about.keeps else None)


def test_podman_is_given_no_owner_and_no_cards_that_it_would_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    podman, docker_ = recorded("podman", monkeypatch), recorded("docker", monkeypatch)
    assert "uid=" not in process.writable_by(7, podman)
    assert "uid=7" in process.writable_by(7, docker_)
    with pytest.raises(MachineError, match="Use Docker"):
        process.graphics_cards(SandboxLimits(gpus=1), podman)
    assert process.graphics_cards(SandboxLimits(gpus=0), podman) is None
    assert process.graphics_cards(SandboxLimits(gpus=1), docker_)


@pytest.mark.parametrize("maps_ids", [False, True])
def test_users_are_named_in_the_image_and_of_each_sandbox_alone(maps_ids: bool) -> None:
    users = [user(number, maps_ids=maps_ids) for number in range(USERS)]
    assert len({*users, shared_user(maps_ids=maps_ids)}) == USERS + 1
    assert {*users, shared_user(maps_ids=maps_ids)} <= {*NAMED}
    assert not maps_ids or max(users) < 65_536
    assert min(users) >= LOW


def test_the_narrowed_profile_refuses_namespaces_and_keeps_the_rest() -> None:
    mine = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "syscalls": [
            {"names": ["read", "unshare", "clone", "clone3", "mount"], "action": "SCMP_ACT_ALLOW"},
            {"names": ["setns"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
            {"names": ["bpf", "setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
        ],
    }
    made = seccomp.narrowed(mine)
    allowed = {name: rule for rule in made["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    assert {*allowed} == {"read", "clone"}
    assert allowed["clone"]["args"][0]["value"] == 0x7E020000
    assert made["defaultAction"] == mine["defaultAction"]
    with pytest.raises(MachineError, match="containers-common"):
        seccomp.narrowed_file("")


def test_a_socket_that_nobody_looks_for_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv(engines.RUNTIME, str(tmp_path))
    monkeypatch.setattr(engines, "ELSEWHERE", engines.ELSEWHERE[:2])
    assert "There is an engine" not in str(engines.NoEngine("Connection refused"))
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "docker.sock"))
        assert f"set DOCKER_HOST=unix://{tmp_path}/docker.sock" in str(engines.NoEngine("Connection refused"))
