"""The container engine: found as `DOCKER_HOST` says, asked with errors that name the mend, swept of what was left."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import docker
from docker.errors import APIError, DockerException
from docker.models.containers import Container
from requests.exceptions import RequestException

from harness.errors import MachineError
from harness.sandboxes.bubble.owner import gone, mark

LABEL, OWNER = "mlesmith", "mlesmith.owner"
# A draft's owner has a label of its own: containers inherit the labels of their image.
DRAFT, DRAFTED = "mlesmith/draft", "mlesmith.drafted"
# Docker 20.10, Podman 4: the oldest that keep every option that is used.
OLDEST = (1, 41)
CONNECTIONS, ANSWER_S = 32, 60

NOT_THERE = "Start it (`systemctl start docker`), or set DOCKER_HOST to where it listens."
# Where engines listen that `DOCKER_HOST` alone leads to: without root below XDG_RUNTIME_DIR, and Podman.
RUNTIME = "XDG_RUNTIME_DIR"
ELSEWHERE = (f"${RUNTIME}/docker.sock", f"${RUNTIME}/podman/podman.sock", "/run/podman/podman.sock")
# What is said, and the mend; the first that is found.
MENDS = (
    ("Permission denied", "You may not use its socket: add yourself to the group `docker`, or use rootless Docker."),
    ("could not select device driver", "The engine gives no graphics cards: install the NVIDIA container toolkit."),
    ("No such file or directory", NOT_THERE),
    ("Connection refused", NOT_THERE),
    ("No such image", "Run `mlesmith image` first."),
    ("No such container", "The container ended at once. Run `mlesmith image` again."),
)
START = "Start an engine (Docker 20.10 or later, Podman 4 or later), or set DOCKER_HOST to where it listens."


class NoEngine(MachineError):
    """The container engine is missing or refuses; the message says what it said and how to mend it."""

    def __init__(self, said: str) -> None:
        mend = next((words for sign, words in MENDS if sign in said), START)
        if mend in (NOT_THERE, START) and (places := listening()):
            mend = f"There is an engine at {' and '.join(places)}: set DOCKER_HOST=unix://{places[0]}."
        super().__init__(f"The container engine can't be used: {said.strip().rstrip('.')}.", mend)


def listening() -> list[str]:
    """Socket files of engines that are looked for nowhere else, where DOCKER_HOST names none."""
    if os.environ.get("DOCKER_HOST"):
        return []
    places = [os.path.expandvars(place) for place in ELSEWHERE]
    return [place for place in places if Path(place).is_socket()]


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


@cache
def here() -> tuple[str, str]:
    """Who makes things: this machine's name and user; and since when, as which processes are numbered."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8")[:8] if sys.platform == "linux" else ""
    numbered = Path("/proc/self/ns/pid").stat().st_ino if sys.platform == "linux" else 0
    return f"{socket.gethostname()}/{os.getuid()}", f"{boot}/{numbered}"


def labels(kind: str) -> dict[str, str]:
    """What everything that is made is marked with: its kind, and this machine, user and process."""
    return {LABEL: kind, OWNER: owner()}


def owner() -> str:
    """This machine, user and process."""
    return " ".join((*here(), mark()))


def on_a_socket() -> bool:
    """Whether the engine listens on a socket of this machine, so that all who use it run on this machine's kernel."""
    return engine().api.base_url == "http+docker://localhost"


def abandoned(maker: str) -> bool:
    """Whether the process that made something is known to have ended; what may be another's is left to that one.

    Another machine may have the same name, another container the same numbers, and a system may hide the processes of
    other users.
    """
    who, since, process = [*maker.split(" "), "", ""][:3]
    our_name, our_time = here()
    if who != our_name or not process:
        return False
    before = since.partition("/")[0] != our_time.partition("/")[0]
    return on_a_socket() if before else since == our_time and gone(process)


@cache
def sweep_once() -> None:
    """Once a process: remove the containers, volumes and drafts of this user's harnesses here that were killed."""
    with named_errors():
        for container in engine().containers.list(all=True, filters={"label": LABEL}, ignore_removed=True):
            if abandoned(container.labels.get(OWNER, "")):
                _remove(container)
        # Inspect's own sandbox `docker` marks no container, but the volume that one works in is marked by us.
        for volume in engine().volumes.list(filters={"label": LABEL}):
            if abandoned((volume.attrs.get("Labels") or {}).get(OWNER, "")):
                for user in engine().containers.list(all=True, filters={"volume": volume.name}, ignore_removed=True):
                    _remove(user)
                with suppress(APIError):
                    volume.remove()
        for image in images({"label": DRAFTED}):
            if abandoned(image.labels[DRAFTED]):
                # Without a name at all is one that another making has replaced.
                for name in [tag for tag in image.tags if DRAFT in tag] if image.tags else [image.id]:
                    with suppress(APIError):
                        engine().images.remove(name)


class Listed(NamedTuple):
    """An image as the engine lists it."""

    id: str
    tags: list[str]
    labels: dict[str, str]


def images(filters: dict[str, str]) -> list[Listed]:
    """The images that match, in one question: the client's own list asks for each again, and fails if one is gone."""
    return [
        # Engines before 25 write "<none>:<none>" for an image without a name.
        Listed(one["Id"], [tag for tag in one["RepoTags"] or [] if not tag.startswith("<none>")], one["Labels"] or {})
        for one in engine().api.images(filters=filters)
    ]


def _remove(container: Container) -> None:
    with suppress(APIError):
        container.remove(force=True)
