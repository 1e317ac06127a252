"""Which sandbox is taken and why; and `host`, which is none, for mlesmith's own baselines alone."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from harness.errors import MachineError
from harness.evals import competition_task
from harness.package import TaskPackage
from harness.results import read_results
from harness.runs import run
from harness.sandboxes import selection
from harness.sandboxes.host import HostRefuses, HostSandbox
from harness.sandboxes.selection import Choice, choose, choose_for_cells
from harness.sandboxes.spec import SandboxSpec
from leaderboards.results import read_table
from tests.harness.packages import make_package

WORKS = "sha256:1"


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first provider is refused, the second has an image."""

    def refused() -> None:
        raise MachineError("no namespaces here")

    real = selection.PROVIDERS
    first = replace(real["bubble"], probe=refused)
    second = replace(real["container"], probe=lambda: WORKS, image=lambda: WORKS)
    monkeypatch.setattr(selection, "PROVIDERS", {"bubble": first, "container": second})


@pytest.mark.usefixtures("two")
def test_why_a_sandbox_was_taken_is_said() -> None:
    taken = choose("auto")
    assert (taken.name, taken.image) == ("container", WORKS)
    assert taken.why == "the first that works (bubble does not: no namespaces here)"
    assert choose("container") == Choice("container", "asked for", WORKS)
    with pytest.raises(MachineError, match="no namespaces here"):
        choose("bubble")


@pytest.mark.usefixtures("two")
def test_auto_never_takes_host_or_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "PROVIDERS", {"bubble": selection.PROVIDERS["bubble"]})
    for kind in ("auto", "docker", "host"):
        with pytest.raises(MachineError):
            choose(kind)
    with pytest.raises(MachineError):
        choose_for_cells("auto", unisolated=True)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> TaskPackage:
    return make_package(tmp_path_factory.mktemp("number"), "number")


def test_host_is_refused_without_its_flag_and_for_what_is_not_ours(package: TaskPackage, tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text("pass")
    with pytest.raises(HostRefuses, match="--host-is-not-isolated"):
        competition_task(package, agent="constant", sandbox="host")
    for agent in (f"script:{script}", "react"):
        with pytest.raises(HostRefuses, match="baselines alone"):
            competition_task(package, agent=agent, sandbox="host", unisolated=True)
    by_a_model = package.card.provenance.model_copy(update={"engine": "llm"})
    made = replace(package, card=package.card.model_copy(update={"provenance": by_a_model}))
    with pytest.raises(HostRefuses, match="language model made"):
        competition_task(made, agent="constant", sandbox="host", unisolated=True)


COMMANDS = {
    "a shell": ["bash", "-c", "id"],
    "a program": ["python", "-c", "1"],
    "an agent": ["python", "/workspace/agent.py"],
    "another module": ["python", "-m", "http.server", "constant", "--seed", "1"],
    "a baseline that is none": ["python", "-m", "harness.baselines", "../x", "--seed", "1"],
    "more words": ["python", "-m", "harness.baselines", "constant", "--seed", "1", "--out", "/tmp/x"],
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", COMMANDS)
async def test_host_runs_no_command_but_a_baseline(name: str) -> None:
    sandbox = await HostSandbox.open(SandboxSpec())
    try:
        with pytest.raises(HostRefuses):
            await sandbox.exec(COMMANDS[name])
        for file in ("../x", "/etc/passwd", "agent.py"):
            with pytest.raises(HostRefuses):
                await sandbox.write_file(file, "x")
            with pytest.raises(HostRefuses):
                await sandbox.read_file(file)
    finally:
        await sandbox.close()


@pytest.mark.sandbox
@pytest.mark.parametrize("kind", ["auto", "host"])
def test_log_and_table_name_the_sandbox(kind: str, package: TaskPackage, tmp_path: Path) -> None:
    package.write(tmp_path / "mine")
    logs = run(["constant", "oracle"], [], [str(tmp_path / "mine")], sandbox=kind, log_dir=tmp_path / "logs")
    taken = choose_for_cells(kind, unisolated=True)
    for info in list_eval_logs(str(logs)):
        samples = read_eval_log(info).samples
        assert samples
        said = samples[0].metadata
        assert (said["sandbox"], said["sandbox_why"], said["sandbox_image"]) == (taken.name, taken.why, taken.image)
    cells = read_results([logs])
    assert set(cells["sandbox"]) == {taken.name}
    assert set(cells["status"]) == {"graded"}
    noted = [note for note in read_table(cells).notes if "without isolation" in note]
    assert len(noted) == (kind == "host")


def test_command_refuses_host_as_the_users_mistake(tmp_path: Path) -> None:
    words = ["run", "--agents", "constant", "--tasks", "wine_quality_red", "--sandbox", "host"]
    done = subprocess.run(
        [sys.executable, "-m", "mlesmith", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--host-is-not-isolated" in done.stderr
    assert "Traceback" not in done.stderr
