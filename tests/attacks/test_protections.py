"""With one protection switched off on purpose, an attack gains or is no longer refused: so each of them is needed.

What two protections guard together is told in SECURITY.md; there the second is switched off with the first.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import evals
from harness.errors import MachineError
from harness.prepared import PreparedTask
from harness.sandboxes.bubble import arguments, process
from harness.sandboxes.container import process as container
from harness.sandboxes.container.making import make_image
from harness.sandboxes.served import ServedSandbox
from harness.sandboxes.spec import Mount, SandboxSpec
from tests.attacks import stage

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
]


def option(**others: Any) -> Callable[[Patch], None]:
    """Another word to the engine."""

    def switch(patch: Patch) -> None:
        client = container.engine()
        real = client.containers.create

        class Containers:
            def create(self, *given: Any, **named: Any) -> Any:
                return real(*given, **{**named, **others})

        class Client:
            containers = Containers()
            info = client.info

        patch.setattr(container, "engine", Client)

    return switch


IN_CONTAINER = [
    ("no network", option(network_mode="host"), "host_loopback"),
    ("no abstract sockets", option(network_mode="host"), "abstract_socket"),
    ("no capability", option(cap_drop=[]), "root"),
    ("no new privileges", option(security_opt=[]), "root"),
    ("an ordinary user", option(user="0:0"), "root"),
    ("a limit of memory", option(mem_limit=3 << 30, memswap_limit=3 << 30), "memory"),
    ("a grader of its own", answers_beside_the_agent, "grader_by_path"),
]


def noticed(provider: str, attack: str) -> bool:
    """Whether an attack is told by what it gains, or by another end than it must have."""
    (chosen,) = [one for one in stage.ATTACKS if one.name == attack]
    (verdict,) = stage.run(provider, [chosen]).verdicts
    refused_otherwise = bool(chosen.reason) and verdict.reason != chosen.reason
    return bool(verdict.gained) or refused_otherwise or verdict.status not in chosen.submits


@pytest.mark.parametrize(("protection", "switch", "attack"), IN_BUBBLE, ids=[name for name, _, _ in IN_BUBBLE])
def test_in_bubble(protection: str, switch: Callable[[Patch], None], attack: str, monkeypatch: Patch) -> None:
    switch(monkeypatch)
    assert noticed("bubble", attack)


@pytest.mark.parametrize(("protection", "switch", "attack"), IN_CONTAINER, ids=[name for name, _, _ in IN_CONTAINER])
def test_in_containers(protection: str, switch: Callable[[Patch], None], attack: str, monkeypatch: Patch) -> None:
    try:
        make_image()
    except MachineError as error:
        pytest.skip(str(error))
    switch(monkeypatch)
    assert noticed("container", attack)
