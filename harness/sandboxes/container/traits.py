"""What an engine is and what it keeps, as it says itself; asked once a process and engine."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import docker
from docker.errors import APIError

from harness.sandboxes.container.engine import ANSWER_S, engine, named_errors

DOCKER, PODMAN = "Docker", "Podman"
# Podman's own interface: as Docker, it does not say that it is without root, nor what was delegated to it.
PODMAN_INFO = "/v4.0.0/libpod/info"
# Names of controllers, and where Docker's interface says whether they are kept.
KEPT = {"memory": "MemoryLimit", "pids": "PidsLimit", "cpu": "CpuCfsQuota"}
CONTROLLERS = frozenset(KEPT)


@dataclass(frozen=True)
class Traits:
    """An engine: its name and version, the version of Docker's interface that it speaks, and what it can do.

    `keeps` names the control groups' controllers (memory, pids, cpu) by which it limits; `maps_ids` tells that user ids
    inside are others outside, so that high ones do not exist; `cgroups` is the version of control groups; `profile` is
    Podman's file of allowed system calls, and empty for Docker.
    """

    name: str
    version: str
    interface: tuple[int, ...]
    architecture: str
    processors: int
    rootless: bool
    maps_ids: bool
    keeps: frozenset[str]
    cgroups: str
    profile: str

    def kept(self, controller: str, limit: int) -> int | None:
        """A limit, or None where the engine keeps none of its kind and may refuse one."""
        return limit if controller in self.keeps else None

    def __str__(self) -> str:
        return f"{'rootless ' if self.rootless else ''}{self.name} {self.version}"


def traits() -> Traits:
    """What the engine is.

    Raises:
        MachineError: it can't be used; the message names the mend.
    """
    return _asked(engine())


@cache
def _asked(client: docker.DockerClient) -> Traits:
    with named_errors():
        version, about = client.version(), client.info()
        parts = [part["Name"] for part in version.get("Components") or []]
        name = PODMAN if any(part.startswith(PODMAN) for part in parts) else DOCKER
        podmans = _podmans(client) if name == PODMAN else None
    options = " ".join(about.get("SecurityOptions") or [])
    rootless = "rootless" in options if podmans is None else bool(podmans["security"]["rootless"])
    return Traits(
        name=name,
        version=str(version["Version"]),
        interface=tuple(map(int, str(version["ApiVersion"]).split("."))),
        architecture=str(about["Architecture"]),
        processors=int(about["NCPU"]),
        rootless=rootless,
        maps_ids=rootless or "userns" in options,
        keeps=frozenset(controlled(about, podmans)),
        cgroups=str(about.get("CgroupVersion") or ""),
        profile="" if podmans is None else str(podmans["security"].get("seccompProfilePath") or ""),
    )


def _podmans(client: docker.DockerClient) -> dict[str, Any]:
    """What Podman's own interface says of its host."""
    api: Any = client.api
    answer = api.get(f"{api.base_url}{PODMAN_INFO}", timeout=ANSWER_S)
    if not answer.ok:
        raise APIError(f"{PODMAN_INFO}: {answer.status_code}", answer)
    return dict(answer.json()["host"])


def controlled(about: dict[str, Any], podmans: dict[str, Any] | None) -> set[str]:
    """The controllers by which an engine limits; Podman's answer as Docker are the machine's, not those given to it."""
    said = {name for name, key in KEPT.items() if about.get(key)}
    return said if podmans is None else said & {*(podmans.get("cgroupControllers") or [])}
