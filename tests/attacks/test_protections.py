"""With one protection switched off on purpose, an attack gains or is no longer refused: so each of them is needed.

What two protections guard together is told in SECURITY.md; there the second is switched off with the first.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import evals
from harness.errors import MachineError
from harness.places import cache_dir
from harness.prepared import PreparedTask
from harness.sandboxes.bubble import arguments, launch, process
from harness.sandboxes.container import process as container
from harness.sandboxes.container.making import make_image
from harness.sandboxes.served import ServedSandbox
from harness.sandboxes.spec import Mount, SandboxSpec
from tests.attacks import stage
from tests.attacks.corpus import HONEST, Attack

pytestmark = pytest.mark.sandbox

Patch = pytest.MonkeyPatch


def without(*words: str) -> Callable[[Patch], None]:
    def switch(patch: Patch) -> None:
        patch.setattr(arguments, "ISOLATION", tuple(word for word in arguments.ISOLATION if word not in words))

    return switch


def writable_root(patch: Patch) -> None:
    real = process.bubblewrap

    def unlocked(*given: Any, **named: Any) -> tuple[list[str], dict[str, str]]:
        words, sources = real(*given, **named)
        pairs = [at for at in range(len(words) - 1) if words[at : at + 2] == ["--remount-ro", "/"]]
        return [word for at, word in enumerate(words) if at not in pairs and at - 1 not in pairs], sources

    patch.setattr(process, "bubblewrap", unlocked)


def no_covers(patch: Patch) -> None:
    patch.setattr(arguments, "covered", lambda folders: iter(()))


def limits(**others: Any) -> Callable[[Patch], None]:
    def switch(patch: Patch) -> None:
        change_of_agents(patch, lambda spec: {"limits": spec.limits.model_copy(update=others)})

    return switch


def answers_beside_the_agent(patch: Patch) -> None:
    real = evals.agent_sandbox

    def both(task: PreparedTask, **named: Any) -> SandboxSpec:
        spec = real(task, **named)
        return spec.model_copy(update={"mounts": (*spec.mounts, Mount(source=task.private, target="/answers"))})

    patch.setattr(evals, "agent_sandbox", both)


def keys_in_the_environment(patch: Patch) -> None:
    change_of_agents(patch, lambda spec: {"environment": (*spec.environment, ("SOME_API_KEY", "of the host"))})


def folders_of_the_host(patch: Patch) -> None:
    change_of_agents(patch, lambda spec: {"mounts": (*spec.mounts, Mount(source=Path("/usr/share"), target="/srv"))})


def change_of_agents(patch: Patch, update: Callable[[SandboxSpec], dict[str, Any]]) -> None:
    real = evals.agent_sandbox

    def changed(*given: Any, **named: Any) -> SandboxSpec:
        spec = real(*given, **named)
        return spec.model_copy(update=update(spec))

    patch.setattr(evals, "agent_sandbox", changed)


def links_are_followed(patch: Patch) -> None:
    real = ServedSandbox.read_plain

    async def follow(self: ServedSandbox, file: str, limit: int) -> Any:
        try:
            return replace(await real(self, file, limit), data=await self.read_file(file, text=False), error=None)
        except OSError:
            return await real(self, file, limit)

    patch.setattr(ServedSandbox, "read_plain", follow)


def keys_are_kept(patch: Patch) -> None:
    """The sandbox begins in the session of whoever makes it."""
    text = launch.ENTER.read_text(encoding="utf-8")
    called = "    forget_keys()\n"
    assert called in text
    folder = cache_dir("test-protections")
    (folder / "enter.py").write_text(text.replace(called, ""), encoding="utf-8")
    patch.setattr(launch, "ENTER", folder / "enter.py")


def no_bound_of_output(patch: Patch) -> None:
    patch.setattr(ServedSandbox, "_output_limit", lambda self: FAR_MORE)


def no_bound_of_time(patch: Patch) -> None:
    """Time enough to be told from the limit; without end the test would be, too."""
    real = ServedSandbox.exec

    async def later(self: ServedSandbox, *given: Any, timeout: int | None = None, **named: Any) -> Any:
        return await real(self, *given, timeout=timeout and timeout + 2 * stage.LATE_S, **named)

    patch.setattr(ServedSandbox, "exec", later)


def no_size_of_the_disk_in_bubble(patch: Patch) -> None:
    real = arguments.writable
    patch.setattr(arguments, "writable", lambda spec: dict.fromkeys(real(spec), FAR_MORE))


def small_disk(patch: Patch) -> None:
    limits(disk_mb=SMALL_DISK_MB)(patch)


def both(first: Callable[[Patch], None], second: Callable[[Patch], None]) -> Callable[[Patch], None]:
    def switch(patch: Patch) -> None:
        first(patch)
        second(patch)

    return switch


# Only of these it is the lateness that tells; a busy machine may be late by itself.
LATE = ("sleeps_past_the_limit",)
FAR_MORE, SMALL_DISK_MB = 256 << 20, 32
# More than the disk, in files each of which is smaller than it.
DISK = Attack(
    "disk_in_pieces",
    "Fills the disk with many files.",
    """
try:
    for number in range(10):
        with open(f"fill{number}", "wb") as file:
            file.write(bytes(10 << 20))
    got("100 MB of disk")
except OSError as error:
    met(error)
""",
)
OUTPUT = Attack(
    "output_before_submitting",
    "Prints 32 MB, and submits when it has printed all.",
    """
for _ in range(32):
    print("x" * (1 << 20))
"""
    + HONEST.program,
)

IN_BUBBLE = [
    ("network of its own", without("--unshare-net"), "host_loopback"),
    ("abstract sockets of its own", without("--unshare-net"), "abstract_socket"),
    ("no further user namespaces", without("--disable-userns"), "namespaces"),
    ("a root that is read only", writable_root, "poisons_the_site"),
    ("data of libraries is covered", no_covers, "datasets_of_libraries"),
    ("a limit of processes", limits(processes=3000), "forks_without_end"),
    ("a limit of memory", limits(memory_mb=3000), "memory"),
    ("a grader of its own", answers_beside_the_agent, "grader_by_path"),
    ("an environment of its own", keys_in_the_environment, "environment"),
    ("no folder of the host's", folders_of_the_host, "cache_of_prepared_data"),
    ("links are refused", links_are_followed, "link_to_a_system_file"),
    ("a keyring of its own", keys_are_kept, "keyring"),
    ("a limit of output", no_bound_of_output, OUTPUT),
    ("a size of the disk", both(small_disk, no_size_of_the_disk_in_bubble), DISK),
    ("a limit of time", no_bound_of_time, "sleeps_past_the_limit"),
]


def option(**others: Any) -> Callable[[Patch], None]:
    """Another word to the engine, or what becomes of the word that it is told."""

    def switch(patch: Patch) -> None:
        client = container.engine()
        real = client.containers.create

        class Containers:
            def create(self, *given: Any, **named: Any) -> Any:
                changed = {name: new(named[name]) if callable(new) else new for name, new in others.items()}
                return real(*given, **{**named, **changed})

        class Client:
            containers = Containers()

            def __getattr__(self, name: str) -> Any:
                return getattr(client, name)

        patch.setattr(container, "engine", Client)

    return switch


def far_larger(folders: dict[str, str]) -> dict[str, str]:
    return {place: re.sub(r"size=\d+", f"size={FAR_MORE}", words) for place, words in folders.items()}


IN_CONTAINER = [
    ("no network", option(network_mode="host"), "host_loopback"),
    ("no abstract sockets", option(network_mode="host"), "abstract_socket"),
    ("no capability", option(cap_drop=[]), "root"),
    ("no new privileges", option(security_opt=[]), "root"),
    ("an ordinary user", option(user="0:0"), "root"),
    ("a limit of memory", option(mem_limit=3 << 30, memswap_limit=3 << 30), "memory"),
    ("a grader of its own", answers_beside_the_agent, "grader_by_path"),
    ("a limit of output", no_bound_of_output, OUTPUT),
    ("a size of the disk", both(small_disk, option(tmpfs=far_larger)), DISK),
    ("a limit of time", no_bound_of_time, "sleeps_past_the_limit"),
]


def noticed(provider: str, attack: str | Attack) -> bool:
    """Whether an attack is told by what it gains, or by another end than it must have, or by a late one."""
    (chosen,) = [one for one in (*stage.ATTACKS, OUTPUT, DISK) if attack in (one, one.name)]
    (verdict,) = stage.run(provider, [chosen]).verdicts
    refused_otherwise = bool(chosen.reason) and verdict.reason != chosen.reason
    otherwise = bool(verdict.gained) or refused_otherwise or verdict.status not in chosen.submits
    return otherwise or (chosen.name in LATE and verdict.seconds > chosen.limit_s + stage.LATE_S)


def need_an_engine() -> None:
    """Skip without one, as on a machine of which only the README's command is asked; in CI a skip is a failure."""
    try:
        make_image()
    except MachineError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("attack", [OUTPUT, DISK], ids=lambda attack: str(attack.name))
@pytest.mark.parametrize("provider", ["bubble", "container"])
def test_with_all_protections_these_gain_nothing(provider: str, attack: Attack, monkeypatch: Patch) -> None:
    if provider == "container":
        need_an_engine()
    small_disk(monkeypatch)
    assert not noticed(provider, attack)


@pytest.mark.parametrize(("protection", "switch", "attack"), IN_BUBBLE, ids=[name for name, _, _ in IN_BUBBLE])
def test_in_bubble(protection: str, switch: Callable[[Patch], None], attack: str | Attack, monkeypatch: Patch) -> None:
    switch(monkeypatch)
    assert noticed("bubble", attack)


@pytest.mark.parametrize(("protection", "switch", "attack"), IN_CONTAINER, ids=[name for name, _, _ in IN_CONTAINER])
def test_in_containers(
    protection: str, switch: Callable[[Patch], None], attack: str | Attack, monkeypatch: Patch
) -> None:
    need_an_engine()
    switch(monkeypatch)
    assert noticed("container", attack)
