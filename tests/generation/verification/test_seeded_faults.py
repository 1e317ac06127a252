"""Each seeded fault is caught by the check that is meant for it, and the good packages by none."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.verification import checks
from generation.verification.evidence import Evidence, Lacking
from generation.verification.findings import Finding, Layer, Verdict
from generation.verification.fingerprints import fingerprint
from generation.verification.registry import catalogue, chosen
from generation.verification.repeating import looks_at_hashes
from generation.verification.tables import BrokenTables, Tables, read_cells, read_tables
from harness.package import TaskPackage
from tests.generation.verification.file_kinds import FILE_KINDS, PLACES
from tests.generation.verification.good_bases import BASES, plants, table_of
from tests.generation.verification.good_packages import good_package, run_here
from tests.generation.verification.listed import malformed_names, mutant_names
from tests.generation.verification.matrix import PAGE
from tests.generation.verification.seeded.corpus import COMPARED, FAULTS, IN_TABLES, IN_TEXTS
from tests.generation.verification.seeded.fault import Fault

THRESHOLD = re.compile(r"[A-Z_]+(: [^=]+)? = ([-0-9.]|\{[^}]*[0-9])")

DECIDING = ("fingerprints", "intervals", "origins", "reach", "sensitivity", "signal", "worth")


def tables_of(package: TaskPackage, raw: Path, out: Path) -> Tables | Lacking:
    run_here(package.files["prepare.py"], raw, out)
    try:
        return read_tables(package.card, out / "public", out / "private")
    except BrokenTables as error:
        return Lacking(str(error), fault=True)


def evidence_of(package: TaskPackage, folder: Path, others: tuple[TaskPackage, ...] = ()) -> Evidence:
    """What the data checks read, made in this process: the prepare.py is the tests' own."""
    raw, target = read_cells(folder / "plants.csv"), package.card.task.target[0]
    permuted = folder / "permuted"
    permuted.mkdir()
    raw.assign(**{target: np.random.default_rng(0).permutation(raw[target].to_numpy())}).to_csv(
        permuted / "plants.csv", index=False
    )
    return Evidence(
        package,
        others,
        prepared=tables_of(package, folder, folder / "out"),
        raw=raw,
        content=fingerprint(raw, package.card.task.target),
        permuted=tables_of(package, permuted, folder / "out_permuted"),
    )


def finding(check: str, evidence: Evidence) -> Finding:
    return chosen([check])[0].run(evidence)


@pytest.mark.parametrize("fault", IN_TEXTS, ids=lambda fault: fault.name)
def test_faults_of_the_texts_are_caught(fault: Fault, tmp_path: Path) -> None:
    assert finding(fault.caught_by, Evidence(fault.good(tmp_path))).verdict is Verdict.PASS
    found = finding(fault.caught_by, Evidence(fault.made(tmp_path)[0]))
    assert found.verdict is Verdict.FAIL
    assert found.evidence


@pytest.mark.parametrize("fault", [*IN_TABLES, *COMPARED], ids=lambda fault: fault.name)
def test_faults_of_the_data_are_caught(fault: Fault, tmp_path: Path) -> None:
    package, others = fault.made(tmp_path)
    found = finding(fault.caught_by, evidence_of(package, tmp_path, others))
    assert found.verdict is Verdict.FAIL
    assert found.evidence


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_good_packages_raise_no_alarm(base: str, seed: int, tmp_path: Path) -> None:
    evidence = evidence_of(good_package(tmp_path, base, table_of(base, seed=seed)), tmp_path)
    for check in chosen(["structure", "data", "novelty"]):
        if check.id not in {"data.reproducible", "data.out_of_reach"}:  # need sandboxes
            found = check.run(evidence)
            assert found.verdict is not Verdict.FAIL, (check.id, found)
            assert found.verdict is Verdict.PASS or not found.applies, (check.id, found)


@pytest.mark.parametrize(
    ("name", "columns"), [("target_is_a_sum", {"stem", "leaves"}), ("target_is_a_product", {"leaves", "each"})]
)
def test_a_formula_is_told_with_its_columns(name: str, columns: set[str], tmp_path: Path) -> None:
    """So that a repair can leave one of them out, and the question is no longer empty."""
    package, others = next(fault for fault in FAULTS if fault.name == name).made(tmp_path)
    found = finding("data.determined_by_several", evidence_of(package, tmp_path, others))
    assert set(re.findall(r"'([^']+)'", found.evidence)) == columns


def test_natural_coincidences_are_no_duplicates(tmp_path: Path) -> None:
    """Three columns of few levels make many equal rows; none of them tells that a test row was copied."""
    table = plants(900).assign(height="40", light="8", water="3", soil="6")
    apart = next(fault for fault in FAULTS if fault.name == "duplicates_split").edit
    evidence = evidence_of(apart(good_package(tmp_path, "kind", table)), tmp_path)
    found = finding("data.duplicates_across", evidence)
    assert found.verdict is Verdict.PASS
    assert "coincidence" in found.evidence


def test_another_question_of_the_same_rows_is_new(tmp_path: Path) -> None:
    evidence = evidence_of(good_package(tmp_path), tmp_path, (good_package(tmp_path, "kind"),))
    assert finding("novelty.other_tasks", evidence).verdict is Verdict.PASS


def test_a_curated_task_may_share_its_data(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    curated = replace(package, card=package.card.model_copy(update={"collection": "curated"}))
    assert not finding("novelty.curated_apart", Evidence(curated, against=(curated,))).applies


def test_every_check_says_what_it_protects_from() -> None:
    checks = catalogue()
    assert len(checks) >= 40
    assert len({check.id for check in checks}) == len(checks)
    assert all(len(check.protects) > 20 for check in checks)
    assert {check.layer for check in checks} == set(Layer)
    assert all(not check.needs for check in checks if check.layer is Layer.STRUCTURE)


def test_each_fault_has_its_own_name() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names) >= 60
    assert {fault.caught_by for fault in FAULTS} <= {check.id for check in catalogue()}


def test_the_faults_start_from_many_tasks() -> None:
    assert {fault.base for fault in FAULTS} == set(BASES)
    assert len(BASES) >= 5


def test_rows_equal_up_to_six_digits_are_one(tmp_path: Path) -> None:
    from generation.verification.columns import row_keys

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


def test_each_threshold_of_a_check_says_why() -> None:
    """A constant of a check, or of what it decides by, has its reason beside it or on the line above."""
    bare, folder = [], Path(checks.__file__).parent
    for path in (*sorted(folder.glob("*.py")), *(folder.parent / f"{name}.py" for name in DECIDING)):
        lines = path.read_text(encoding="utf-8").splitlines()
        for above, line in zip(["", *lines], lines, strict=False):
            if THRESHOLD.match(line) and "#" not in line and not above.startswith("#"):
                bare.append(f"{path.name}: {line}")
    assert bare == []


def test_the_page_of_the_faults_is_of_this_code() -> None:
    """docs/faults.md names everything there is; `python -m tests.generation.verification.matrix --write` writes it."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in text.splitlines() if line[:2] == "| "]
    assert {fault.name for fault in FAULTS} <= {row[0] for row in rows}
    assert {check.id for check in catalogue()} <= {row[0] for row in rows}
    for fault in FAULTS:
        assert (fault.name, fault.broken, fault.base, fault.caught_by, "yes") in {row[:5] for row in rows}
    listed = {name for names in malformed_names().values() for name in names}
    assert [name for name in (*listed, *mutant_names(), *FILE_KINDS, *PLACES) if f"`{name}`" not in text] == []


def test_each_task_meets_enough_of_what_is_broken() -> None:
    assert all(len(names) >= 40 for names in malformed_names().values())
    assert len(mutant_names()) >= 12


def test_the_example_of_the_guide_is_the_code() -> None:
    guide = (PAGE.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example, fault = re.findall(r"```python\n(.*?)```", guide, re.S)
    assert example in (Path(checks.__file__).parent / "description_header.py").read_text(encoding="utf-8")
    corpus = (Path(__file__).parent / "seeded" / "description.py").read_text(encoding="utf-8")
    assert "".join(fault.split()) in "".join(corpus.split())
