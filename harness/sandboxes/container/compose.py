"""Inspect's own sandbox `docker` for the same packages: its configuration for compose, from a `SandboxSpec`.

What it holds is what the sandbox `container` holds. Two things are Inspect's, so weaker: there is no limit on the
whole disk (a single file is bound to it), and what a command leaves in the background is counted in no other limit.
"""

import re
import subprocess
from itertools import starmap
from pathlib import Path

from inspect_ai.util import ComposeConfig

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import SERVER, TEMPORARY_MB
from harness.sandboxes.bubble.cgroups import OVERHEAD_MB
from harness.sandboxes.container.engine import labels, sweep_once
from harness.sandboxes.container.image import image
from harness.sandboxes.container.layout import layout, shared_user
from harness.sandboxes.container.traits import DOCKER, traits
from harness.sandboxes.spec import WORKSPACE, SandboxSpec
from harness.sandboxes.stack import data_stack

# Older ones leave what is mounted inside a read-only folder writable, so Inspect refuses them.
OLDEST_COMPOSE, OLDEST_ENGINE = (2, 24), 25
VOLUME = "workspace"
OWN_PROCESSES = 2  # process 1, and the `timeout` that Inspect starts around a command
FIRST = f"import sys; sys.path.insert(0, {SERVER!r}); from harness.sandboxes.inside.server.first import main; main()"


class NoCompose(MachineError):
    """Inspect's sandbox `docker` lacks the program that it calls; the message says which and how to get it."""


def probe() -> str:
    """The digest of the image, where everything that Inspect's `docker` needs is there.

    Raises:
        MachineError: the engine, the image or compose is missing or too old; the message names the mend.
    """
    found = image()
    if found.whole:
        raise MachineError(
            "Inspect's docker binds this machine's files, which the engine does not see.", "Use --sandbox container."
        )
    about = traits()
    if about.name != DOCKER or "memory" not in about.keeps:
        raise MachineError(
            f"Inspect's docker takes Docker with limits by control groups, and the engine is {about}.",
            "Use --sandbox container.",
        )
    version = about.version
    if int(version.split(".", maxsplit=1)[0]) < OLDEST_ENGINE:
        raise MachineError(
            f"The engine {version} is too old for Inspect's docker: it takes {OLDEST_ENGINE} or later.",
            "Upgrade it, or use --sandbox container.",
        )
    require_new(compose_version())
    sweep_once()
    return found.digest


def compose_version() -> str:
    """The version of docker compose.

    Raises:
        NoCompose: there is no `docker`, or it knows no compose.
    """
    try:
        done = subprocess.run(
            ["docker", "compose", "version", "--short"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoCompose(
            f"Inspect's docker calls the program `docker`: {error}.",
            "Install Docker's command line (`apt install docker-cli docker-compose`), or use --sandbox container, "
            "which needs neither.",
        ) from error
    said = (done.stdout.strip() or done.stderr.strip()).splitlines()
    if done.returncode != 0 or not re.match(r"v?\d+\.\d+", said[0] if said else ""):
        raise NoCompose(
            f"Inspect's docker needs docker compose 2, and docker says: {said[0] if said else 'nothing'}.",
            "Install it (`apt install docker-compose`; on Ubuntu docker-compose-v2, from Docker "
            "docker-compose-plugin), or use --sandbox container, which needs none.",
        )
    return said[0].removeprefix("v")


def require_new(version: str) -> None:
    """Refuse a docker compose that is older than what Inspect takes.

    Raises:
        NoCompose: it is.
    """
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_COMPOSE:
        oldest = ".".join(map(str, OLDEST_COMPOSE))
        raise NoCompose(
            f"docker compose {version} is too old for Inspect's docker: it takes {oldest} or later.",
            "Upgrade it, or use --sandbox container.",
        )


def compose_config(spec: SandboxSpec, bytecode: Path | None) -> ComposeConfig:
    """The configuration of one task; its samples share nothing but this text.

    Raises:
        MachineError: the engine can't be used; the message names the mend.
    """
    about = traits()
    # The configuration of a task is one for all its samples.
    uid = shared_user(maps_ids=about.maps_ids)
    # Whose it is: by the label what a killed harness left is found, as a service here can carry none.
    marks = {name: escaped(text) for name, text in labels("docker").items()}
    service = _service(spec, bytecode, uid, about.processors)
    return ComposeConfig.model_validate({"services": {"default": service}, "volumes": {VOLUME: {"labels": marks}}})


def escaped(text: str) -> str:
    """A text as compose takes it, which else would put variables of the environment in."""
    return text.replace("$", "$$")


def _service(spec: SandboxSpec, bytecode: Path | None, uid: int, processors: int) -> dict[str, object]:
    seen = layout(spec, bytecode)
    limits = spec.limits
    memory = f"{limits.memory_mb + OVERHEAD_MB}m"
    small = min(TEMPORARY_MB, limits.disk_mb)
    file_size = (limits.disk_mb + 1) << 20
    writable = f"rw,exec,nosuid,nodev,uid={uid},gid={uid},mode=0755"
    cards = {"reservations": {"devices": [{"count": limits.gpus, "capabilities": ["gpu"]}]}}
    return {
        "image": image().name,
        "x-local": True,
        "command": [data_stack().executable, "-I", "-S", "-c", FIRST],
        "working_dir": WORKSPACE,
        "user": f"{uid}:{uid}",
        "hostname": "sandbox",
        "environment": {name: escaped(value) for name, value in seen.environment.items()},
        "network_mode": "none",
        "volumes": [
            {"type": "volume", "source": VOLUME, "target": WORKSPACE},
            *starmap(_bind, seen.binds.items()),
        ],
        "tmpfs": [f"{folder}:{writable},size={small}m" for folder in ("/tmp", "/var/tmp")],  # noqa: S108
        "shm_size": f"{small}m",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "cgroup": "private",
        "pids_limit": limits.processes + OWN_PROCESSES,
        "mem_limit": memory,
        "memswap_limit": memory,
        "cpus": min(limits.cpus, processors),
        "ulimits": {
            "core": 0,
            "nofile": {"soft": 4096, "hard": 4096},
            "fsize": {"soft": file_size, "hard": file_size},
        },
        "deploy": {"resources": cards} if limits.gpus else None,
        "stop_grace_period": "1s",
    }


def _bind(place: str, source: str) -> dict[str, object]:
    return {
        "type": "bind",
        "source": escaped(source),
        "target": escaped(place),
        "read_only": True,
        "bind": {"create_host_path": False},
    }
