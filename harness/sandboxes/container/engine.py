"""The container engine: found as `DOCKER_HOST` says, asked with errors that name the mend, swept of what was left."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import docker
from docker.errors import APIError, DockerException
from requests.exceptions import RequestException

from harness.errors import MachineError
from harness.sandboxes.bubble.owner import gone, mark

LABEL, OWNER = "mlesmith", "mlesmith.owner"
# Docker 20.10, Podman 4: the oldest that keep every option that is used.
OLDEST = (1, 41)
CONNECTIONS, ANSWER_S = 32, 60

# What is said, and the mend; the first that is found.
MENDS = (
    ("Permission denied", "You may not use its socket: add yourself to the group `docker`, or use rootless Docker."),
    ("could not select device driver", "The engine gives no graphics cards: install the NVIDIA container toolkit."),
    ("No such file or directory", "Start it (`systemctl start docker`), or set DOCKER_HOST to where it listens."),
    ("Connection refused", "Start it (`systemctl start docker`), or set DOCKER_HOST to where it listens."),
    ("No such image", "Run `mlesmith image` first."),
    ("No such container", "The container ended at once. Run `mlesmith image` again."),
)
START = "Start an engine (Docker 20.10 or later, Podman 4 or later), or set DOCKER_HOST to where it listens."


class NoEngine(MachineError):
    """The container engine is missing or refuses; the message says what it said and how to mend it."""

    def __init__(self, said: str) -> None:
        mend = next((words for sign, words in MENDS if sign in said), START)
        super().__init__(f"The container engine can't be used: {said.strip().rstrip('.')}.", mend)


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn what the engine's client raises into an error that names the mend."""
    try:
        yield
    except (DockerException, RequestException) as error:
        explanation = error.explanation if isinstance(error, APIError) else None
        raise NoEngine(str(explanation or error)) from error


@cache
def engine() -> docker.DockerClient:
    """The engine of this machine, connected once a process.

    Raises:
        NoEngine: there is none, it is closed to this user, or too old.
        MachineError: it is too old.
    """
    with named_errors():
        client = docker.from_env(timeout=ANSWER_S, max_pool_size=CONNECTIONS)
        version = str(client.version()["ApiVersion"])
    require_new(version)
    return client


def require_new(version: str) -> None:
    """Refuse an engine whose interface is older than the options that are used."""
    if tuple(int(part) for part in version.split(".")) < OLDEST:
        raise MachineError(
            f"The container engine is too old (interface {version}).", "Install Docker 20.10 or Podman 4, or later."
        )


def labels(kind: str) -> dict[str, str]:
    """What everything that is made is marked with: its kind, this machine and this process."""
    return {LABEL: kind, OWNER: f"{socket.gethostname()} {mark()}"}


@cache
def sweep_once() -> None:
    """Once a process: remove the containers and volumes of harnesses on this machine that were killed."""
    with named_errors():
        for left in engine().containers.list(all=True, filters={"label": LABEL}, ignore_removed=True):
            host, _, owner = left.labels.get(OWNER, "").partition(" ")
            if host == socket.gethostname() and gone(owner):
                with suppress(APIError):
                    left.remove(force=True)
        # Inspect's own sandbox `docker` marks no container, but the volume that one works in is marked by us.
        for volume in engine().volumes.list(filters={"label": LABEL}):
            host, _, owner = (volume.attrs.get("Labels") or {}).get(OWNER, "").partition(" ")
            if host == socket.gethostname() and gone(owner):
                for left in engine().containers.list(all=True, filters={"volume": volume.name}, ignore_removed=True):
                    with suppress(APIError):
                        left.remove(force=True)
                with suppress(APIError):
                    volume.remove()
