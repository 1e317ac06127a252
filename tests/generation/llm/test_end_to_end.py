"""From a table to a verified task, or to a rejection with a reason, by models: scripted ones, and a small real one."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from inspect_ai.log import read_eval_log
from inspect_ai.model import Model, ModelOutput, ModelUsage, get_model

from generation.pipeline import generate
from generation.records import STORED_AS, DatasetRecord
from harness.logs.files import log_files
from harness.package import load_package
from tests.generation.llm.answers import TARGET, design_of, proposal, proposals, reviewed, write_table, written
from tests.generation.llm.small_model import small_model
from tests.harness.models.openai_form import Answer, serving

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
TASK = f"reactions_{TARGET}"


def scripted(name: str, *answers: str, cost_usd: float | None = None) -> Model:
    usage = ModelUsage(input_tokens=1000, output_tokens=200, total_tokens=1200, total_cost=cost_usd)
    outputs = [ModelOutput.from_content(f"mockllm/{name}", answer) for answer in answers]
    for output in outputs:
        output.usage = usage
    return get_model(f"mockllm/{name}", custom_outputs=outputs, memoize=False)


def test_a_scripted_model_leads_to_a_verified_task(tmp_path: Path) -> None:
    source = write_table(tmp_path)
    design = design_of(source)
    roles = {
        "brainstormer": scripted("asks", proposals(proposal(target="speed")), proposals(proposal()), cost_usd=0.01),
        # The first description lacks the formula, which the battery sees; the second is whole.
        "designer": scripted(
            "writes", written(design, description=_without_formula(design.description)), written(design)
        ),
        "refactor": scripted("reviews", reviewed(), reviewed()),
    }
    told = generate(
        source, engine="llm", model_roles=roles, formulations=1, out=tmp_path / "out", log_dir=tmp_path / "l"
    )
    assert [task.id for task in told.tasks] == [TASK], told.to_markdown()
    assert (told.repaired, told.tasks[0].repairs) == (1, 1)
    assert {one.stage: one.calls for one in told.spent} == {"brainstormer": 2, "designer": 2, "refactor": 2}
    assert told.cost_usd is None  # two of the three models have no price
    assert next(one.cost_usd for one in told.spent if one.stage == "brainstormer") == pytest.approx(0.02)
    package = load_package(tmp_path / "out" / TASK)
    assert package.card.provenance.engine == "llm"
    assert package.card.provenance.models["designer"] == "mockllm/writes"
    run = json.loads(package.files["verification.json"])["run"]
    assert (run["input_tokens"], run["output_tokens"], run["cost_usd"]) == (4000, 800, None)


def _without_formula(description: str) -> str:
    head, _, tail = description.partition("```")
    return head + tail.partition("```")[2]


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def record_of(logs: Path) -> DatasetRecord:
    """The one dataset of the one log."""
    (file,) = log_files([str(logs)]).files
    log = read_eval_log(file.name)
    assert log.status == "success"
    (sample,) = log.samples or []
    assert sample.error is None
    return DatasetRecord.model_validate(sample.store[STORED_AS])


def test_by_inspects_command_line_and_litellm(tmp_path: Path) -> None:
    source = write_table(tmp_path)
    answers = [proposals(proposal()), written(design_of(source)), reviewed()]
    with serving(*map(Answer, answers)) as teller:
        told = _inspect(source, "litellm/openai/told", ["-M", f"api_base={teller.url}"], cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    record = record_of(tmp_path / "logs")
    assert [one.status for one in record.formulations] == ["verified"], record.why_not
    assert len(teller.asked) == 3
    assert all(request["response_format"]["type"] == "json_schema" for request in teller.asked)


def test_by_our_command_line_and_litellm(tmp_path: Path) -> None:
    source = write_table(tmp_path)
    answers = [proposals(proposal()), written(design_of(source)), reviewed()]
    words = ["generate", source, "--engine", "llm", "--model", "litellm/openai/told", "--out", "tasks", "--json"]
    with serving(*map(Answer, answers)) as teller:
        told = run("mlesmith", *words, cwd=tmp_path, OPENAI_BASE_URL=teller.url, OPENAI_API_KEY="none")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["verified"] == 1
    assert load_package(tmp_path / "tasks" / TASK).card.provenance.models["refactor"] == "litellm/openai/told"


def _inspect(
    source: str, model: str, options: Sequence[str], *, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    words = ["inspect_ai", "eval", "mlesmith/generate", "-T", f"sources={source}", "-T", "engine=llm"]
    words += ["-T", "formulations=1", "--model", model, "--log-dir", "logs", "--display", "none", *options]
    return run(*words, cwd=cwd, **environment)


@pytest.mark.network
@pytest.mark.xdist_group("small model")
def test_a_small_real_model_is_rejected_with_a_reason_through_inspects_provider(tmp_path: Path) -> None:
    source = write_table(tmp_path)
    with small_model() as address:
        local = {"LOCAL_BASE_URL": address, "LOCAL_API_KEY": "none"}
        # Inspect takes the bounds on text out of the schema for servers of this form: the limit on tokens is left.
        told = _inspect(source, "openai-api/local/smollm2", ["--max-tokens", "300"], cwd=tmp_path, **local)
    assert told.returncode == 0, told.stderr
    record = record_of(tmp_path / "logs")
    assert not record.verified
    assert "openai-api/local/smollm2 as brainstormer" in record.why_not
    assert record.spent[0].output_tokens > 0


@pytest.mark.network
@pytest.mark.xdist_group("small model")
def test_a_small_real_model_is_rejected_with_a_reason_through_litellm(tmp_path: Path) -> None:
    source = write_table(tmp_path)
    words = ["generate", source, "--engine", "llm", "--model", "litellm/openai/smollm2", "--formulations", "1"]
    with small_model() as address:
        told = run(
            "mlesmith",
            *[*words, "--out", "tasks", "--json"],
            cwd=tmp_path,
            OPENAI_BASE_URL=address,
            OPENAI_API_KEY="none",
        )
    assert told.returncode == 1, told.stderr
    report = json.loads(told.stdout)
    assert (report["verified"], report["datasets"][0]["status"]) == (0, "rejected")
    assert report["datasets"][0]["reason"]
    assert report["cost_usd"] is None
    assert report["spent"][0]["output_tokens"] > 0
    assert not list((tmp_path / "tasks").iterdir())
