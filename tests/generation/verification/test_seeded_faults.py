"""Each seeded fault is caught by the check that is meant for it, and the good packages by none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.verification.evidence import Evidence, Lacking
from generation.verification.findings import Finding, Layer, Verdict
from generation.verification.registry import catalogue, chosen
from generation.verification.repeating import looks_at_hashes
from generation.verification.tables import BrokenTables, Tables, read_cells, read_tables
from harness.package import TaskPackage, load_package
from tests.generation.verification.good_packages import good_package, plants, run_here
from tests.generation.verification.seeded_faults import DATA, STATIC, Fault, told_answers

TARGETS = ("mass", "blooms", "kind")


def tables_of(package: TaskPackage, raw: Path, out: Path) -> Tables | Lacking:
    run_here(package.files["prepare.py"], raw, out)
    try:
        return read_tables(package.card, out / "public", out / "private")
    except BrokenTables as error:
        return Lacking(str(error), fault=True)


def evidence_of(package: TaskPackage, folder: Path) -> Evidence:
    """What the data checks read, made in this process: the prepare.py is the tests' own."""
    raw, target = read_cells(folder / "plants.csv"), package.card.task.target[0]
    permuted = folder / "permuted"
    permuted.mkdir()
    raw.assign(**{target: np.random.default_rng(0).permutation(raw[target].to_numpy())}).to_csv(
        permuted / "plants.csv", index=False
    )
    return Evidence(
        package,
        prepared=tables_of(package, folder, folder / "out"),
        raw=raw,
        permuted=tables_of(package, permuted, folder / "out_permuted"),
    )


def finding(check: str, evidence: Evidence) -> Finding:
    return chosen([check])[0].run(evidence)


@pytest.mark.parametrize("fault", STATIC, ids=lambda fault: fault.name)
def test_faults_of_the_text_are_caught(fault: Fault, tmp_path: Path) -> None:
    good = good_package(tmp_path, fault.target)
    assert finding(fault.caught_by, Evidence(good)).verdict is Verdict.PASS
    found = finding(fault.caught_by, Evidence(fault.edit(good)))
    assert found.verdict is Verdict.FAIL
    assert found.evidence


@pytest.mark.parametrize("fault", DATA, ids=lambda fault: fault.name)
def test_faults_of_the_data_are_caught(fault: Fault, tmp_path: Path) -> None:
    package = fault.edit(good_package(tmp_path, fault.target, fault.raw(plants())))
    found = finding(fault.caught_by, evidence_of(package, tmp_path))
    assert found.verdict is Verdict.FAIL
    assert found.evidence


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_good_packages_raise_no_alarm(target: str, seed: int, tmp_path: Path) -> None:
    evidence = evidence_of(good_package(tmp_path, target, plants(seed=seed)), tmp_path)
    for check in chosen(["structure", "data"]):
        if check.id not in {"data.reproducible", "data.out_of_reach"}:  # need sandboxes
            found = check.run(evidence)
            assert found.verdict is not Verdict.FAIL, (check.id, found)
            assert found.verdict is Verdict.PASS or not found.applies, (check.id, found)


def test_answers_in_the_description_are_caught(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    evidence = evidence_of(package, tmp_path)
    assert finding("description.no_answers", evidence).verdict is Verdict.PASS
    assert isinstance(evidence.prepared, Tables)
    told = told_answers(package, evidence.prepared.answers)
    assert finding("description.no_answers", replace(evidence, package=told)).verdict is Verdict.FAIL


def test_natural_coincidences_are_no_duplicates(tmp_path: Path) -> None:
    """Three columns of few levels make many equal rows; none of them tells that a test row was copied."""
    table = plants(900).assign(height="40", light="8", water="3", soil="6")
    apart = next(fault for fault in DATA if fault.name == "duplicates_split").edit
    evidence = evidence_of(apart(good_package(tmp_path, "kind", table)), tmp_path)
    found = finding("data.duplicates_across", evidence)
    assert found.verdict is Verdict.PASS
    assert "coincidence" in found.evidence


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda root: (root / "task.py").write_text("import os\n"), "structure.task_py"),
        (lambda root: (root / "task.py").write_text((root / "task.py").read_text() + "\n"), "structure.task_py"),
        (lambda root: (root / "task.py").unlink(), "structure.task_py"),
        (lambda root: (root / "raw.csv").write_text("a,b\n1,2\n"), "structure.files"),
        (lambda root: (root / "README.md").symlink_to("/etc/hosts"), "structure.files"),
        (lambda root: (root / "data").mkdir(), "structure.files"),
    ],
    ids=["task_py_replaced", "task_py_longer", "task_py_missing", "raw_data", "link", "folder"],
)
def test_faults_of_the_folder_are_caught(spoil: object, check: str, tmp_path: Path) -> None:
    root = good_package(tmp_path).write(tmp_path / "tasks")
    assert finding(check, Evidence(load_package(root))).verdict is Verdict.PASS
    spoil(root)  # type: ignore[operator]
    package = good_package(tmp_path)
    assert finding(check, Evidence(replace(package, root=root))).verdict is Verdict.FAIL


def test_the_same_question_of_the_same_data_is_no_novelty(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    twin = replace(package, card=package.card.model_copy(update={"id": "plants_again"}))
    other = good_package(tmp_path, "kind")
    assert finding("novelty.other_tasks", Evidence(package, against=(other,))).verdict is Verdict.PASS
    assert finding("novelty.other_tasks", Evidence(package, against=(other, twin))).verdict is Verdict.FAIL


def test_a_generated_task_keeps_off_curated_data(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    curated = replace(package, card=package.card.model_copy(update={"id": "known", "collection": "curated"}))
    assert finding("novelty.curated_apart", Evidence(package, against=(curated,))).verdict is Verdict.FAIL
    assert not finding("novelty.curated_apart", Evidence(curated, against=(curated,))).applies


def test_every_check_says_what_it_protects_from() -> None:
    checks = catalogue()
    assert len(checks) >= 40
    assert len({check.id for check in checks}) == len(checks)
    assert all(len(check.protects) > 20 for check in checks)
    assert {check.layer for check in checks} == set(Layer)
    assert all(not check.needs for check in checks if check.layer is Layer.STRUCTURE)


def test_each_fault_has_its_own_name() -> None:
    names = [fault.name for fault in (*STATIC, *DATA)]
    assert len(set(names)) == len(names)
    known = {check.id for check in catalogue()}
    assert {fault.caught_by for fault in (*STATIC, *DATA)} <= known


def test_rows_equal_up_to_six_digits_are_one(tmp_path: Path) -> None:
    from generation.verification.tables import row_keys

    one = pd.DataFrame({"a": ["1.0000001", "x", "1e3"]})
    other = pd.DataFrame({"a": ["1", " x", "1000.0"]})
    assert (row_keys(one) == row_keys(other)).all()
    assert row_keys(pd.DataFrame({"a": ["1.00001"]}))[0] != row_keys(pd.DataFrame({"a": ["1"]}))[0]


@pytest.mark.parametrize(
    ("code", "looks"),
    [("set(names)", True), ("{1, 2}", True), ("{n for n in names}", True), ("hash('a')", True), ("sorted(x)", False)],
)
def test_code_that_looks_at_sets_is_run_under_more_hash_seeds(code: str, looks: bool) -> None:
    assert looks_at_hashes(code) is looks
