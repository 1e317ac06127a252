"""The yield of each layer, and the interval of a share."""

import pytest

from generation.formulation import Defect
from generation.records import FormulationRecord, Repair
from generation.shares import wilson
from generation.verification.findings import Layer, Verdict
from generation.verification.report import CheckResult, VerificationReport
from generation.yields import Course, check_yields, layer_yields
from tests.generation.pipeline.scripted import GOOD, fault, formulation


def record(*failing: str, sent_back: tuple[str, ...] = (), not_asked: str = "", stage: str = "") -> FormulationRecord:
    """A formulation that at last failed these checks, after repairs for others."""
    results = (GOOD, *(fault("designer", name) for name in failing))
    if not_asked:
        results += (CheckResult(id=not_asked, layer=Layer.EXECUTION, verdict=Verdict.NOT_RUN),)
    bare = FormulationRecord(
        formulation=formulation("score"),
        repairs=tuple(
            Repair(stage="designer", defects=(Defect(stage="designer", kind=name, message=""),)) for name in sent_back
        ),
    )
    made = bare.verified_as(VerificationReport.of(results, 0.1, complete=True))
    if failing or not_asked:
        return made.rejected(stage or (failing or (not_asked,))[0].partition(".")[0], "it failed")
    return made.model_copy(update={"status": "verified"})


def test_each_layer_counts_what_the_former_ones_let_through() -> None:
    records = [
        record(),
        record(sent_back=("data.id_signal", "data.id_signal")),
        record("data.id_signal", "execution.headroom", sent_back=("data.id_signal",)),
        record("execution.headroom"),
        record(not_asked="execution.reference_runs", stage="verification"),
        FormulationRecord(formulation=formulation("score")).rejected("designer", "no text"),
        FormulationRecord(formulation=formulation("score")).rejected("limit", "stopped"),
    ]
    courses = [*map(Course.of, records), Course.of(record(), twin=True)]
    told = {row.layer: (row.came, row.sent_back, row.repaired, row.rejected, row.kept) for row in layer_yields(courses)}
    assert told == {
        "written": (8, 0, 0, 1, 7),
        "structure": (7, 0, 0, 0, 7),
        "data": (7, 2, 1, 1, 6),
        "grading": (6, 0, 0, 0, 6),
        "execution": (6, 1, 0, 2, 4),
        "novelty": (4, 0, 0, 0, 4),
        "limit": (4, 0, 0, 1, 3),
        "export": (3, 0, 0, 1, 2),
    }
    by_check = {
        row.check: (row.sent_back, row.repaired, row.rejected) for row in check_yields(courses, ["data.id_signal"])
    }
    assert by_check == {"data.id_signal": (2, 1, 1), "execution.headroom": (2, 0, 2)}


def test_what_is_not_asked_again_after_a_repair_is_not_repaired() -> None:
    """A formulation that another check turned down before the one that had sent it back was asked again."""
    course = Course.of(record("data.time_order", sent_back=("data.id_signal",)))
    rows = {row.check: (row.sent_back, row.repaired, row.rejected) for row in check_yields([course], [])}
    assert rows == {"data.id_signal": (1, 0, 1), "data.time_order": (1, 0, 1)}


def test_a_check_that_could_not_be_asked_is_not_one_that_failed() -> None:
    course = Course.of(record(not_asked="execution.reference_runs", stage="verification"))
    assert (course.failed, course.at_last, course.ended) == (frozenset(), frozenset(), "execution")


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 0, 0.0, 1.0), (8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)],
)
def test_intervals_of_shares_are_those_of_the_tables(hits: int, count: int, low: float, high: float) -> None:
    assert wilson(hits, count) == pytest.approx((low, high), abs=1e-4)
