"""Programs as contestants of a real eval, in this process and beside it: what they did, and how their cells ended."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from generation.verification import beside
from generation.verification.attending import Attended, Program, Step, hold
from generation.verification.beside import hold_beside
from generation.verification.evidence import Bench, Evidence, ProbeRuns, Run
from generation.verification.findings import Verdict
from generation.verification.registry import chosen
from harness.errors import MachineError
from harness.evals import PROGRAMS
from harness.package import TaskPackage
from harness.preparation import prepare
from tests.generation.verification.good_packages import good_package

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


COPY = "import shutil; shutil.copyfile('data/sample_submission.csv', 'submission.csv'); print('copied')"
SHORT = "open('submission.csv', 'w').write('id\\n1\\n')"


def program(text: str, *, limit_s: int = 60) -> Program:
    steps = (Step(words=(f"{PROGRAMS}/agent.py",), limit_s=limit_s, python=True),)
    return Program(files={"agent.py": text}, steps=steps, takes=("submission.csv",), bound=1_000_000)


PROGRAM_OF = {
    "copies": program(COPY),
    "breaks": program("raise SystemExit(3)"),
    "short": program(SHORT),
    "late": program("import time; time.sleep(70_000)", limit_s=1),
    "secret": program("import os; print(sorted(os.listdir('/workspace')), os.path.exists('/private'))"),
}


async def held(package: TaskPackage, where: str) -> Mapping[str, Attended]:
    if where == "beside":
        try:
            return await hold_beside(package, PROGRAM_OF, sandbox="auto")
        finally:
            await asyncio.to_thread(beside.close)
    return await hold(await prepare(package), PROGRAM_OF, sandbox="auto")


@pytest.mark.parametrize("where", ["here", "beside"])
async def test_each_cell_tells_what_the_program_did(
    where: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    package = good_package(tmp_path, "kind")
    cells = await held(package, where)
    assert {name: cell.status for name, cell in cells.items()} == {
        "copies": "graded", "breaks": "missing", "short": "invalid", "late": "missing", "secret": "missing",
    }  # fmt: skip
    assert {name: cell.steps[0].code for name, cell in cells.items()} == {
        "copies": 0, "breaks": 3, "short": 0, "late": 124, "secret": 0,
    }  # fmt: skip
    prepared = await prepare(package)
    assert cells["copies"].score == pytest.approx(prepared.sample_score)
    assert cells["copies"].files == {"submission.csv": (prepared.public / "sample_submission.csv").read_bytes()}
    assert cells["copies"].steps[0].messages == "copied"
    assert cells["secret"].steps[0].messages == "['data'] False"
    assert cells["late"].steps[0].messages == "it did not end within 1 s"
    assert capfd.readouterr().out == ""


async def test_the_process_beside_serves_many_and_ends_with_its_input(tmp_path: Path) -> None:
    package = good_package(tmp_path, "kind")
    asked = {"copies": PROGRAM_OF["copies"]}
    try:
        first, second = await asyncio.gather(*(hold_beside(package, asked, sandbox="auto") for _ in range(2)))
        (process,) = beside.processes()
    finally:
        await asyncio.to_thread(beside.close)
    assert first["copies"].score == second["copies"].score
    assert process.returncode == 0
    assert beside.processes() == []


async def test_a_process_that_ends_is_said_and_replaced(tmp_path: Path) -> None:
    package = good_package(tmp_path, "kind")
    asked = {"late": program("import time; time.sleep(70_000)")}
    try:
        waiting = asyncio.create_task(hold_beside(package, asked, sandbox="auto"))
        async with asyncio.timeout(60):
            while not beside.processes():
                await asyncio.sleep(0)
        os.kill(beside.processes()[0].pid, signal.SIGKILL)
        with pytest.raises(MachineError, match="holds evals ended"):
            await waiting
        again = await hold_beside(package, {"copies": PROGRAM_OF["copies"]}, sandbox="auto")
        assert again["copies"].status == "graded"
    finally:
        await asyncio.to_thread(beside.close)


async def test_a_process_that_falls_silent_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its output is at its end while it lives on: nobody may ask it again."""
    silent = "import os, sys, time; sys.stdin.readline(); os.close(1); time.sleep(70_000)"
    monkeypatch.setattr(beside, "COMMAND", (sys.executable, "-c", silent))
    monkeypatch.setattr(beside, "END_S", 0.1)
    try:
        with pytest.raises(MachineError, match="it said nothing"):
            await hold_beside(good_package(tmp_path, "kind"), PROGRAM_OF, sandbox="auto")
        assert [process.poll() for process in beside.processes()] == [-signal.SIGKILL]
    finally:
        await asyncio.to_thread(beside.close)


async def test_who_gives_up_waiting_leaves_no_process(tmp_path: Path) -> None:
    asked = {"late": program("import time; time.sleep(70_000)")}
    waiting = asyncio.create_task(hold_beside(good_package(tmp_path, "kind"), asked, sandbox="auto"))
    async with asyncio.timeout(60):
        while not beside.processes():
            await asyncio.sleep(0)
    (process,) = beside.processes()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert process.returncode is not None
    assert beside.processes() == []


async def test_who_gives_up_his_turn_disturbs_nobody(tmp_path: Path) -> None:
    package = good_package(tmp_path, "kind")
    first, second = (
        asyncio.create_task(hold_beside(package, {"copies": PROGRAM_OF["copies"]}, sandbox="auto")) for _ in range(2)
    )
    try:
        async with asyncio.timeout(60):
            while not beside.processes():
                await asyncio.sleep(0)
        second.cancel()
        assert (await first)["copies"].status == "graded"
    finally:
        await asyncio.to_thread(beside.close)


async def test_a_sandbox_that_does_not_work_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    try:
        with pytest.raises(MachineError):
            await hold_beside(good_package(tmp_path, "kind"), PROGRAM_OF, sandbox="container")
    finally:
        await asyncio.to_thread(beside.close)


@pytest.mark.parametrize(("there", "verdict"), [(0.9, Verdict.PASS), (0.7, Verdict.FAIL)])
def test_an_eval_that_scores_otherwise_than_the_metric_is_a_defect(
    there: float, verdict: Verdict, tmp_path: Path
) -> None:
    draws = np.random.default_rng(0).normal(0, 0.01, 200)
    bench = Bench(
        scores={"sample": 0.5, "reference": 0.9},
        noise=(),
        slices=(),
        replicates={"sample": 0.5 + draws, "reference": 0.9 + draws[::-1]},
    )
    runs = ProbeRuns(Run(0, 1.0, submission=b"x"), Run(0, 0.1), {}, score=there)
    evidence = Evidence(good_package(tmp_path, "kind"), bench=bench, probes=runs)
    found = chosen(["execution.reference_beats_sample"])[0].run(evidence)
    assert found.verdict is verdict, found


@pytest.mark.parametrize(
    ("status", "verdict"), [("graded", Verdict.PASS), ("invalid", Verdict.FAIL), ("error", Verdict.FAIL)]
)
def test_a_reference_that_the_eval_does_not_grade_is_a_defect(status: str, verdict: Verdict, tmp_path: Path) -> None:
    runs = ProbeRuns(Run(0, 1.0, submission=b"x"), Run(0, 0.1), {}, status=status, score=0.5, said="why")
    evidence = Evidence(good_package(tmp_path, "kind"), probes=runs)
    assert chosen(["execution.reference_runs"])[0].run(evidence).verdict is verdict
