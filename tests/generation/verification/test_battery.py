"""The battery in real sandboxes: good packages pass whole, and faults that show only when executed are caught."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from generation.verification.battery import verify
from generation.verification.evidence import Bench, Evidence, Graded, Grades, MutantScores
from generation.verification.findings import Layer, Verdict
from generation.verification.registry import Part, catalogue, chosen
from generation.verification.report import CheckResult
from generation.verification.submissions import REWRITTEN
from harness.competition.reasons import Reason, Status
from harness.package import load_package
from harness.sources import SourceError
from tests.generation.verification.good_bases import BASES
from tests.generation.verification.good_packages import good_package
from tests.generation.verification.seeded.corpus import EXECUTED, FAULTS
from tests.generation.verification.seeded.fault import Fault, first

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.sandbox
@pytest.mark.parametrize("base", BASES)
async def test_a_good_package_passes_everything(base: str, tmp_path: Path) -> None:
    root = good_package(tmp_path, base).write(tmp_path / "tasks")
    heard: list[CheckResult] = []
    report = await verify(load_package(root), on_check=heard.append)
    assert report.summary == "verified without reviews", [r for r in report.checks if r.stands_in_the_way]
    assert sorted(result.id for result in heard) == sorted(check.id for check in catalogue())
    assert [result.id for result in report.checks] == [check.id for check in catalogue()]
    assert report.defects() == []
    written = json.loads(report.write(root).read_text())
    assert written["verdict"] == "verified"
    assert load_package(root).files["verification.json"]


@pytest.mark.sandbox
@pytest.mark.parametrize("fault", EXECUTED, ids=lambda fault: fault.name)
async def test_faults_of_what_is_executed_are_caught(fault: Fault, tmp_path: Path) -> None:
    package, others = fault.made(tmp_path)
    report = await verify(package, only=[fault.caught_by], against=others)
    result = {one.id: one for one in report.checks}[fault.caught_by]
    assert result.verdict is Verdict.FAIL
    assert result.evidence
    assert report.defects()[0].kind == fault.caught_by


async def test_nothing_is_executed_where_the_structure_is_broken(tmp_path: Path) -> None:
    package = first("prepare.py", "import socket")(good_package(tmp_path))
    report = await verify(package, sandbox="no such sandbox")
    assert report.verdict == "rejected"
    assert {result.id for result in report.failed} == {"structure.no_network_imports"}
    rest = [result for result in report.checks if result.layer is not Layer.STRUCTURE]
    assert {result.verdict for result in rest} == {Verdict.NOT_RUN}
    assert all("structure.no_network_imports" in result.evidence for result in rest)


@pytest.mark.sandbox
async def test_a_broken_prepare_leaves_no_check_passed_that_needs_its_tables(tmp_path: Path) -> None:
    fault = next(one for one in EXECUTED if one.name == "prepare_fails")
    report = await verify(fault.made(tmp_path)[0])
    of_the_source = {Part.RAW, Part.CONTENT}  # what needs the raw data alone can still be asked
    needy = {check.id for check in catalogue() if {*check.needs} - of_the_source}
    verdicts = {result.id: result.verdict for result in report.checks if result.id in needy}
    assert verdicts.pop("data.prepares") is Verdict.FAIL
    assert set(verdicts.values()) == {Verdict.NOT_RUN}
    assert "ZeroDivisionError" in report.defects()[0].evidence


async def test_a_source_that_is_gone_is_no_verdict(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    (tmp_path / "plants.csv").unlink()
    with pytest.raises(SourceError):
        await verify(package, only=["data"])


def test_a_mutant_that_behaves_well_is_not_caught(tmp_path: Path) -> None:
    noise = tuple(f"noise_{step:02d}" for step in range(1, 11))
    good = {"answers": 0.0, "constant": 9.0, "shuffled_answers": 12.0, "wrong_in_tenth_0": 3.0}
    good |= {name: float(step) for step, name in enumerate(noise, start=1)}
    bad = {**good, "wrong_in_tenth_0": 0.0}
    bench = Bench(good, noise, ("wrong_in_tenth_0",), mutants=(MutantScores("twin", good), MutantScores("blind", bad)))
    check = chosen(["grading.mutants_caught"])[0]
    found = check.run(Evidence(good_package(tmp_path), bench=bench))
    assert (found.verdict, found.figure, found.limit) == (Verdict.FAIL, 1, 2)
    assert "twin" in found.evidence
    assert check.run(Evidence(good_package(tmp_path), bench=replace(bench, mutants=bench.mutants[1:]))).figure == 1


def test_every_check_but_those_told_has_a_seeded_fault() -> None:
    without = {
        "execution.verdict_bare",  # the command is ours, so no package can break it
        "grading.permutation_invariant",  # the harness aligns: a package can no longer break it
        "review.reading",
    }
    assert {check.id for check in catalogue()} - {fault.caught_by for fault in FAULTS} == without


def test_a_rewriting_that_scores_otherwise_is_told(tmp_path: Path) -> None:
    """No package can bring this about; a harness that joins by place instead of by id would."""
    graded = Graded(Status.GRADED, 0.0)
    check, package = chosen(["grading.permutation_invariant"])[0], good_package(tmp_path)
    same = Grades({"answers": graded, **dict.fromkeys(REWRITTEN, graded)}, (), (), ())
    assert check.run(Evidence(package, grades=same)).verdict is Verdict.PASS
    for name in REWRITTEN:
        for other in (Graded(Status.GRADED, 0.1), Graded(Status.INVALID, None, Reason.MISSING_COLUMNS)):
            found = check.run(Evidence(package, grades=replace(same, of={**same.of, name: other})))
            assert found.verdict is Verdict.FAIL
            assert name in found.evidence
