"""`mlesmith doctor`: every known refusal is told with its mend, by the words that programs really use."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import docker
import pytest
from docker.errors import DockerException

from harness.sandboxes.bubble import process
from harness.sandboxes.bubble import program as finding
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container.compose import compose_version
from mlesmith import doctor, trials

# bubblewrap 0.11.0 on Ubuntu 24.04; in a container of Docker 26.1.5 (the third and fourth); started by root in one.
BUBBLEWRAP = {
    "Ubuntu's restriction": ("bwrap: setting up uid map: Permission denied", "bwrap-userns-restrict"),
    "Ubuntu's restriction of networks": (
        "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
        "bwrap-userns-restrict",
    ),
    "inside a container": (
        "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user "
        "namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.",
        "--security-opt seccomp=unconfined",
    ),
    "inside an opened container": (
        "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
        "--security-opt systempaths=unconfined",
    ),
    "root inside a container": ("unshare: Operation not permitted", "--security-opt seccomp=unconfined"),
}
ENGINE = {
    "no engine": ("FileNotFoundError(2, 'No such file or directory')", "systemctl start docker"),
    "an engine that has ended": ("ConnectionRefusedError(111, 'Connection refused')", "systemctl start docker"),
    "no permission on the socket": ("PermissionError(13, 'Permission denied')", "group `docker`"),
}
COMPOSE = {
    "docker 28": "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
    "docker 26": "docker: 'compose' is not a docker command.\nSee 'docker --help'",
}


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """What a process remembers of this machine is looked for again, in the test and after it."""
    for memory in (finding.program, engines.engine):
        memory.cache_clear()
    yield
    for memory in (finding.program, engines.engine):
        memory.cache_clear()


def says(path: Path, words: str) -> Path:
    """A program that says this and fails."""
    path.write_text(f'#!/bin/sh\ncat >&2 <<"END"\n{words}\nEND\nexit 1\n')
    path.chmod(0o755)
    path.parent.chmod(0o755)
    return path


@pytest.mark.usefixtures("_forgetful")
@pytest.mark.parametrize("name", BUBBLEWRAP)
def test_a_refusal_of_bubblewrap_has_its_mend(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, mend = BUBBLEWRAP[name]
    program = says(tmp_path / "bwrap", said)
    monkeypatch.setattr(finding, "candidates", lambda: [program])
    monkeypatch.setattr(finding, "CONTAINER_MARKS", (str(tmp_path),) if "container" in name else ())
    found = doctor.tried(doctor.BUBBLE, trials.bubble)
    assert found.works == "no"
    assert said in found.seen
    assert mend in found.mend


@pytest.mark.usefixtures("_forgetful")
@pytest.mark.parametrize("name", ENGINE)
def test_a_refusal_of_the_engine_has_its_mend(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said, mend = ENGINE[name]

    def refuse(**options: object) -> None:
        raise DockerException(f"Error while fetching server API version: ('Connection aborted.', {said})")

    monkeypatch.setattr(docker, "from_env", refuse)
    for kind, trial in ((doctor.CONTAINER, trials.container), ("sandbox docker", trials.docker)):
        found = doctor.tried(kind, trial)
        assert (found.works, said in found.seen) == ("no", True)
        assert mend in found.mend


@pytest.mark.usefixtures("_forgetful")
def test_an_old_engine_has_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    api = SimpleNamespace(base_url="http+docker://localhost")
    old = SimpleNamespace(api=api, version=lambda: {"ApiVersion": "1.40"})
    monkeypatch.setattr(docker, "from_env", lambda **options: old)
    found = doctor.tried(doctor.CONTAINER, trials.container)
    assert (found.works, "too old" in found.seen) == ("no", True)
    assert "Docker 20.10" in found.mend


@pytest.mark.parametrize("name", COMPOSE)
def test_missing_compose_has_its_mend(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says(tmp_path / "docker", COMPOSE[name])
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = doctor.tried("sandbox docker", compose_version)
    assert COMPOSE[name].splitlines()[0] in found.seen
    assert "apt install docker-compose" in found.mend


@pytest.mark.sandbox
def test_without_control_groups_the_memory_limit_is_weaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "make_group", lambda number, limits: None)
    found = doctor.tried("memory limit", lambda: trials.memory_limit("bubble"))
    assert (found.works, "address space" in found.seen) == ("partly", True)
    assert "systemd-run --user --scope" in found.mend


def test_keys_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk-secret")
    for name in ("bubble", "container", "docker"):
        monkeypatch.setattr(trials, name, lambda: "stub")
    for name in ("memory_limit", "other_limits", "no_network"):
        monkeypatch.setattr(trials, name, lambda kind: "stub")
    told = json.dumps([found.row() for found in doctor.examine()])
    assert "GROQ_API_KEY" in told
    assert "gsk-secret" not in told


@pytest.mark.parametrize(
    ("bubble", "container", "runs"), [("yes", "no", True), ("no", "yes", True), ("no", "no", False)]
)
def test_one_sandbox_of_ours_is_enough(bubble: str, container: str, runs: bool) -> None:
    pair = [doctor.Examined(doctor.BUBBLE, bubble, ""), doctor.Examined(doctor.CONTAINER, container, "")]
    assert doctor.enough([*pair, doctor.Examined("sandbox docker", "yes", "")]) is runs


def test_a_mend_is_told_once_with_all_that_it_mends() -> None:
    rows = [doctor.Examined(name, "no", "", "Start it.") for name in ("a", "b")]
    assert doctor.mends([*rows, doctor.Examined("c", "yes", "")]) == {"a, b": "Start it."}


@pytest.mark.sandbox
def test_command_tells_all_as_json_and_mends_what_fails(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mlesmith", "doctor", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert {"what", "works", "seen", "mend"} == {name for row in rows.values() for name in row}
    assert rows["sandbox bubble"]["works"] == "yes"
    wanted = {"sandbox container", "sandbox docker", "memory limit in bubble", "disk", "memory", "versions"}
    assert wanted <= rows.keys()
    assert not [row for row in rows.values() if row["works"] == "no" and not row["mend"]]
