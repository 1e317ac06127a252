"""What the matrix says of outcomes: caught by the check that is meant, needed where nothing else stops a fault."""

import pytest

from generation.verification.registry import catalogue
from tests.generation.verification import matrix
from tests.generation.verification.matrix import UNBROKEN, alone, is_caught, rate
from tests.generation.verification.seeded.corpus import FAULTS
from tests.generation.verification.seeded.fault import Fault
from tests.generation.verification.seeded.running import Outcome

FAULT = Fault("one", "data.id_signal", "ids tell")
CASES = {
    "by it alone": (Outcome(failed=("data.id_signal",), besides=(), told={}), True, True),
    "and by another": (Outcome(failed=("data.id_signal", "data.order_signal"), besides=(), told={}), True, False),
    "and others could not be asked": (
        Outcome(failed=("data.id_signal",), besides=("grading.deterministic",), told={}),
        True,
        False,
    ),
    "by another alone": (Outcome(failed=("data.order_signal",), besides=(), told={}), False, False),
    "not at all": (Outcome(failed=(), besides=(), told={}), False, False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_counts_for_the_check_that_is_meant(case: str) -> None:
    outcome, caught, only = CASES[case]
    assert is_caught(FAULT, outcome) is caught
    assert (alone({"one": outcome})["data.id_signal"] == ["one"]) is only


def test_a_check_that_no_fault_needs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = {
        fault.name: Outcome(failed=(fault.caught_by,) if fault.caught_by else (), besides=(), told={})
        for fault in (*UNBROKEN, *FAULTS)
    }
    assert f"{len(FAULTS)} of {len(FAULTS)} faults are caught" in rate(everything)
    without = {check.id for check in catalogue()} - {fault.caught_by for fault in FAULTS}
    monkeypatch.setattr(matrix, "STAYS", {})
    lines = matrix.check_lines(everything)
    assert {line.split(" | ")[0].strip("| ") for line in lines if "no reason is given" in line} == without


def test_one_that_got_away_lowers_the_rate() -> None:
    outcomes = {fault.name: Outcome(failed=(), besides=(), told={}) for fault in (*UNBROKEN, *FAULTS)}
    assert rate(outcomes).startswith(f"0 of {len(FAULTS)} faults")
    assert f"{len(UNBROKEN)} of {len(UNBROKEN)} packages that are not broken pass" in rate(outcomes)
