"""verification.json, the verdict in words, and the defects that go back."""

import json
from pathlib import Path

import pytest

from generation.verification.findings import Finding
from generation.verification.registry import Check, chosen
from generation.verification.report import CheckResult, IncompleteReport, VerificationReport
from harness.errors import UnknownName


def report(findings: dict[str, Finding], *, complete: bool = True) -> VerificationReport:
    checks: dict[str, Check] = {check.id: check for check in chosen()}
    results = tuple(CheckResult.of(checks[name], finding, 0.01) for name, finding in findings.items())
    return VerificationReport.of(results, 1.0, complete=complete)


GOOD = {"structure.files": Finding.passed(), "data.time_order": Finding.needless("the split is by random")}
UNREVIEWED = {**GOOD, "review.reading": Finding.not_run("no model")}
BAD = Finding.at_most(0.5, 0.02, where="test.csv:id", evidence="skill 0.5")


@pytest.mark.parametrize(
    ("findings", "verdict", "words"),
    [
        (UNREVIEWED, "verified", "verified without reviews"),
        ({**GOOD, "review.reading": Finding.passed()}, "verified", "verified"),
        ({**UNREVIEWED, "data.id_signal": BAD}, "rejected", "rejected by data.id_signal"),
        ({**UNREVIEWED, "data.id_signal": Finding.not_run("no data")}, "rejected", "rejected by data.id_signal"),
        ({**GOOD, "review.reading": Finding.failed("unclear")}, "rejected", "rejected by review.reading"),
    ],
    ids=["unreviewed", "reviewed", "failed", "not_run", "bad_review"],
)
def test_the_verdict_and_its_words(findings: dict[str, Finding], verdict: str, words: str) -> None:
    made = report(findings)
    assert (made.verdict, made.summary) == (verdict, words)


def test_some_checks_are_not_the_battery(tmp_path: Path) -> None:
    made = report(GOOD, complete=False)
    assert "not the whole battery" in made.summary
    with pytest.raises(IncompleteReport):
        made.write(tmp_path)


def test_the_file_has_the_form_of_the_contracts(tmp_path: Path) -> None:
    made = json.loads(report({**UNREVIEWED, "data.id_signal": BAD}).write(tmp_path).read_text())
    assert set(made) == {"battery", "run", "verdict", "worth", "content", "checks"}
    assert set(made["run"]) == {"seconds", "input_tokens", "output_tokens", "cost_usd", "log"}
    fields = {"id", "layer", "verdict", "figure", "limit", "where", "evidence", "seconds"}
    assert all(set(check) == fields for check in made["checks"])
    assert {check["verdict"] for check in made["checks"]} == {"pass", "fail", "not_run"}


def test_a_failure_goes_back_to_its_stage() -> None:
    made = report({**UNREVIEWED, "data.id_signal": BAD, "data.determined_target": BAD, "structure.schema": BAD})
    stages = {defect.kind: defect.stage for defect in made.defects()}
    assert stages == {
        "data.id_signal": "designer",
        "data.determined_target": "brainstormer",
        "structure.schema": "refactor",
    }
    assert "0.5, limit 0.02" in made.defects()[0].message


def test_figures_that_are_none_are_left_out() -> None:
    made = report({"data.id_signal": Finding.at_most(float("nan"), 0.02)})
    assert made.verdict == "rejected"
    assert made.checks[0].figure is None


def test_checks_are_chosen_by_id_or_layer() -> None:
    assert [check.id for check in chosen(["data.id_signal"])] == ["data.id_signal"]
    assert {check.layer for check in chosen(["novelty"])} == {"novelty"}
    with pytest.raises(UnknownName, match=r"data\.id_signal"):
        chosen(["data.id_signals"])
