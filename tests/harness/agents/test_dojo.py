"""The agents with MLE-Dojo's actions: the scripted one and a scripted model, through the eval that users run."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from inspect_ai.log import EvalSample, list_eval_logs, read_eval_log
from inspect_ai.model import ModelOutput

from harness.agents.contestant import parse_contestant
from harness.agents.dojo import FIRST_MODEL, LOOK, NoActions
from harness.agents.episode import INFO_TYPES, Episode
from harness.prepared import PreparedTask
from harness.results import read_results
from harness.runs import run as run_agents
from tests.generation.verification.good_packages import good_package
from tests.harness.agents.scripted import reply, talk
from tests.harness.agents.test_react import run
from tests.harness.packages import Kind, make_package

CURATED = Path(__file__).parents[3] / "tasks" / "curated" / "lecturer_rating"
STEPS = ["request_info", "request_info", "request_info", "validate_code", "execute_code", "get_history"]


def sample_of(logs: Path) -> EvalSample:
    (info,) = list_eval_logs(str(logs))
    log = read_eval_log(info)
    assert log.status == "success", log.error
    (sample,) = log.samples or []
    return sample


def history_of(sample: EvalSample) -> list[str]:
    history: list[str] = sample.store["history"]
    return history


def told(sample: EvalSample) -> list[str]:
    tools = [message for message in sample.messages if message.role == "tool"]
    return [message.error.message if message.error else message.text for message in tools]


def played(package: Path, logs: Path, agent: str = "dojo_scripted") -> EvalSample:
    return sample_of(run_agents([agent], [], [str(package)], log_dir=logs))


@pytest.mark.sandbox
@pytest.mark.parametrize("kind", ["number", "label", "probability", "probabilities"])
def test_scripted_agent_solves_every_kind_of_answer(kind: Kind, tmp_path: Path) -> None:
    root = make_package(tmp_path, kind).write(tmp_path / "tasks" / "mine")
    sample = played(root, tmp_path / "logs")
    assert [line.partition("(")[0] for line in history_of(sample)] == STEPS
    assert all("failed" not in line for line in history_of(sample))
    (row,) = read_results([tmp_path / "logs"]).itertuples()
    assert (row.contestant, row.status) == ("dojo_scripted", "graded")


@pytest.mark.sandbox
@pytest.mark.parametrize("target", ["mass", "blooms", "kind"])
def test_scripted_agent_beats_the_sample_of_a_verified_package(target: str, tmp_path: Path) -> None:
    root = good_package(tmp_path, target).write(tmp_path / "tasks" / "generated")
    score = next(iter((played(root, tmp_path / "logs").scores or {}).values()))
    assert isinstance(score.value, dict)
    assert score.value["normalized"] > 0.1


@pytest.mark.sandbox
@pytest.mark.network
def test_scripted_agent_beats_the_sample_of_a_curated_task(tmp_path: Path) -> None:
    score = next(iter((played(CURATED, tmp_path / "logs").scores or {}).values()))
    assert isinstance(score.value, dict)
    assert score.value["normalized"] > 0.1


@pytest.mark.sandbox
def test_budget_is_kept_and_told(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    sample = played(root, tmp_path / "logs", "dojo_scripted[actions=4]")
    assert [line.partition("(")[0] for line in history_of(sample)] == STEPS[:4]
    (row,) = read_results([tmp_path / "logs"]).itertuples()
    assert (row.status, row.reason) == ("missing", "turns")


def scripted_model() -> list[ModelOutput]:
    """Asks for each kind of information, fails once, validates, executes, looks back, submits."""
    return [
        *(reply("request_info", info_type=info_type) for info_type in INFO_TYPES),
        reply("validate_code", code="import nothing_of_that_name"),
        reply("validate_code", code=LOOK + "open('submission.csv', 'w').write('kept?')\n"),
        reply("execute_code", code="print('nothing is written')"),
        reply("execute_code", code=FIRST_MODEL),
        reply("get_history"),
        reply("submit", answer="done"),
    ]


@pytest.mark.sandbox
def test_a_model_works_through_the_actions(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    words = ["--agents", "dojo", "--models", "mockllm/model", "--tasks", root.name, "--log-dir", "logs"]
    done = run("mlesmith", "run", *words, cwd=tmp_path, replies=scripted_model())
    assert done.returncode == 0, done.stderr
    sample = sample_of(tmp_path / "logs")
    said = told(sample)
    assert "train.csv" in said[2]
    assert said[3].startswith("/workspace/data")
    assert said[5].startswith("failed: exit code 1")
    assert said[6].startswith("success")
    # What was validated left nothing behind, so the first execution finds no submission.
    assert "submission.csv: invalid: not_a_file" in said[7]
    assert "submission.csv: valid" in said[8]
    assert said[9].splitlines()[5].startswith("6. validate_code")
    assert [f"({15 - at} of 15 actions left)" in text for at, text in enumerate(said[:10], start=1)] == [True] * 10
    (row,) = read_results([tmp_path / "logs"]).itertuples()
    assert (row.contestant, row.status) == ("dojo@mockllm/model", "graded")


@pytest.mark.sandbox
def test_a_model_that_only_talks_comes_to_an_end(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    words = ["--agents", "dojo[actions=3]@mockllm/model", "--tasks", root.name, "--log-dir", "logs"]
    done = run("mlesmith", "run", *words, cwd=tmp_path, replies=[talk("I am thinking.") for _ in range(9)])
    assert done.returncode == 0, done.stderr
    assert len(history_of(sample_of(tmp_path / "logs"))) == 3


def test_information_alone_needs_no_sandbox_and_is_counted(tmp_path: Path) -> None:
    public = tmp_path / "public"
    public.mkdir()
    (public / "train.csv").write_text("id,a,b\n" + "".join(f"{n},{n},{'x' * 500}\n" for n in range(9)))
    package = make_package(tmp_path, "number")
    limit = SimpleNamespace(remaining=None)
    episode = Episode(PreparedTask(package, tmp_path, ""), limit, actions=2)  # type: ignore[arg-type]

    async def ask() -> list[str]:
        return [await episode.request_info(word) for word in ("data_structure", "leaderboard", "overview")]

    structure, unknown, spent = asyncio.run(ask())
    assert structure.count("…") == 3
    assert structure.endswith("(1 of 2 actions left)")
    assert unknown.startswith("failed: there is no info_type 'leaderboard'; there are overview")
    assert spent.startswith("The budget of 2 actions is spent")
    assert len(episode.history) == 2


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(NoActions, match="at least one"):
        parse_contestant("dojo_scripted[actions=0]").solver()
