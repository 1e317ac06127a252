"""Each stage with a scripted model: what is asked, what is checked by code, what comes back with the reason."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput, ModelUsage, StopReason, get_model
from inspect_ai.tool import ToolChoice, ToolInfo

from generation.engines import CannotBeAsked
from generation.formulation import Defect
from generation.llm.asking import MOST_TURNS, UnusableAnswer
from generation.llm.brainstormer import LlmBrainstormer
from generation.llm.designer import LlmDesigner
from generation.llm.refactor import LlmRefactor
from generation.llm.schemas import proposals_schema, reviewed_schema, written_schema
from generation.private_splits import SplitSeeds
from generation.spending import cost, ledger, summed
from harness.sources import resolve
from tests.generation.llm.answers import (
    TARGET,
    design_of,
    profile_of,
    proposal,
    proposals,
    reviewed,
    write_table,
    written,
)

T = TypeVar("T")


class Told:
    """A model that answers in order and keeps what it was asked."""

    def __init__(self, *answers: str, cost_usd: float | None = None, stop_reason: StopReason = "stop") -> None:
        self.answers, self.cost_usd, self.stop_reason = list(answers), cost_usd, stop_reason
        self.asked: list[str] = []
        self.lengths: list[int] = []
        self.configs: list[GenerateConfig] = []

    def __call__(
        self, messages: list[ChatMessage], tools: list[ToolInfo], choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        self.asked.append(messages[-1].text)
        self.lengths.append(len(messages))
        self.configs.append(config)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        output = ModelOutput.from_content("mockllm/told", answer, stop_reason=self.stop_reason)
        output.usage = ModelUsage(input_tokens=100, output_tokens=20, total_tokens=120, total_cost=self.cost_usd)
        return output

    @property
    def model(self) -> Model:
        return get_model("mockllm/told", custom_outputs=self, memoize=False)


@pytest.fixture
def source(tmp_path: Path) -> str:
    return write_table(tmp_path)


class Play(Protocol):
    """Runs a stage with a model in every role."""

    def __call__(self, told: Told, stage: Awaitable[T]) -> T: ...


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:

    def run(told: Told, stage: Awaitable[T]) -> T:
        model = told.model

        def in_role(*_: object, role: str = "") -> Model | None:
            return model if role else None

        for module in ("asking", "refactor"):
            monkeypatch.setattr(f"generation.llm.{module}.get_model", in_role)

        async def awaited() -> T:
            return await stage

        return asyncio.run(awaited())

    return run


def test_a_proposal_becomes_a_formulation(source: str, play: Play) -> None:
    told = Told(proposals(proposal(drop={"hand": "not known to everyone"})))
    (formulation,) = play(told, LlmBrainstormer(SplitSeeds(4)).propose(profile_of(source)))
    assert (formulation.target, formulation.metric, formulation.prediction) == (TARGET, "rmse", "number")
    assert (formulation.drop, formulation.split.seed) == ({"hand": "not known to everyone"}, 4)
    assert all(name in told.asked[0] for name in ("sleep_hours", "reactions", "rmse"))


FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "no such column": ({"target": "speed"}, "speed"),
    "an objective the column does not allow": ({"objective": "binary", "metric": "accuracy"}, "regression"),
    "a metric for something else": ({"metric": "accuracy"}, "rmse"),
    "an unknown metric": ({"metric": "beauty"}, "rmse"),
    "the target left out": ({"drop": {TARGET: "why not"}}, "left out"),
    "a column left out that is not there": ({"drop": {"shoe": "why not"}}, "shoe"),
    "everything left out": ({"drop": {"age": "x", "sleep_hours": "x", "hand": "x"}}, "nothing is left"),
    "a split by nothing": ({"split": "group"}, "split_column"),
    "a split by the target": ({"split": "group", "split_column": TARGET}, "split_column"),
    "a time that is none": ({"split": "time", "split_column": "age"}, "holds no time"),
    "an unknown split": ({"split": "fair"}, "random"),
    "a question too short": ({"question": "eh?"}, "question"),
    "an unheard-of field": ({"colour": "red"}, "colour"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_proposal_that_the_table_cannot_answer_goes_back_with_the_reason(fault: str, source: str, play: Play) -> None:
    changes, said = FAULTS[fault]
    told = Told(proposals(proposal(**changes)), proposals(proposal()))
    (formulation,) = play(told, LlmBrainstormer().propose(profile_of(source)))
    assert formulation.target == TARGET
    assert len(told.asked) == 2
    assert said in told.asked[1]


def test_a_model_that_never_fits_is_given_up(source: str, play: Play) -> None:
    told = Told("I would rather write a poem.")
    with pytest.raises(UnusableAnswer, match="mockllm/told as brainstormer"):
        play(told, LlmBrainstormer().propose(profile_of(source)))
    assert len(told.asked) == MOST_TURNS


def test_one_good_proposal_is_kept_in_the_end(source: str, play: Play) -> None:
    told = Told(proposals(proposal(target="speed"), proposal()))
    kept = play(told, LlmBrainstormer().propose(profile_of(source)))
    assert [one.target for one in kept] == [TARGET]
    assert len(told.asked) == MOST_TURNS


def test_two_proposals_of_one_target_are_one(source: str, play: Play) -> None:
    told = Told(proposals(proposal(), proposal(metric="mae")))
    assert len(play(told, LlmBrainstormer().propose(profile_of(source)))) == 1


def test_a_fenced_answer_is_read(source: str, play: Play) -> None:
    told = Told(f"```json\n{proposals(proposal())}\n```")
    assert len(play(told, LlmBrainstormer().propose(profile_of(source)))) == 1


def test_no_model_is_asked_where_nothing_can_be_asked_for(tmp_path: Path, play: Play) -> None:
    path = tmp_path / "ids.csv"
    path.write_text("id,one\n" + "".join(f"{at},1\n" for at in range(300)))
    told = Told("nobody asks")
    assert play(told, LlmBrainstormer().propose(profile_of(f"file:{path}"))) == []
    assert not told.asked


def test_a_model_is_asked_for_the_named_columns_alone(source: str, play: Play) -> None:
    told = Told(proposals(proposal(), proposal(target="age")), proposals(proposal()))
    (formulation,) = play(told, LlmBrainstormer().propose(profile_of(source), wanted=(TARGET,)))
    assert formulation.target == TARGET
    assert len(told.asked) == 2, "another target goes back"


def test_a_named_column_that_no_one_can_ask_for_is_told_before_a_model_is_asked(source: str, play: Play) -> None:
    told = Told("nobody asks")
    with pytest.raises(CannotBeAsked, match="'ago' can't be asked for"):
        play(told, LlmBrainstormer().propose(profile_of(source), wanted=("ago",)))
    assert not told.asked


def test_code_that_is_no_python_goes_back_with_its_line(source: str, play: Play) -> None:
    design = design_of(source)
    (formulation,) = play(Told(proposals(proposal())), LlmBrainstormer().propose(profile_of(source)))
    told = Told(written(design, prepare="def prepare(raw, public, private)\n" + "# ….\n" * 40), written(design))
    made = play(told, LlmDesigner().design(profile_of(source), formulation))
    assert made.prepare == design.prepare
    assert "prepare is no Python" in told.asked[1]
    assert (made.direction, made.best, made.id_column) == ("minimize", 0.0, "id")


def test_a_defect_comes_with_the_former_texts(source: str, play: Play) -> None:
    design, profile = design_of(source), profile_of(source)
    (formulation,) = play(Told(proposals(proposal())), LlmBrainstormer().propose(profile))
    designer = LlmDesigner()
    play(Told(written(design, description="the first description " * 20)), designer.design(profile, formulation))
    told = Told(written(design))
    defect = Defect(stage="designer", kind="description.columns", where="description.md", message="age is not named")
    play(told, designer.design(profile, formulation, [defect]))
    assert "age is not named" in told.asked[0]
    assert "the first description" in told.asked[0]


def test_the_refactor_changes_texts_and_never_the_card(source: str, play: Play) -> None:
    design, told = design_of(source), Told(reviewed(solution=f"{design_of(source).solution}\n# reviewed\n"))
    package = play(told, LlmRefactor().refactor(design, profile_of(source), resolve(source)))
    assert package.files["solution.py"].endswith("# reviewed\n")
    assert package.files["prepare.py"] == design.prepare
    assert package.card.provenance.engine == "llm"
    assert package.card.provenance.models["designer"] == "mockllm/told"


def test_another_name_needs_no_model(source: str, play: Play) -> None:
    told = Told("nobody asks")
    taken = Defect(stage="refactor", kind="task_id", message="taken")
    package = play(told, LlmRefactor().refactor(design_of(source), profile_of(source), resolve(source), [taken]))
    assert package.id.endswith(resolve(source).sha256[:4])
    assert not told.asked


@pytest.mark.parametrize(("price", "total"), [(0.25, 0.5), (None, None)])
def test_every_call_is_paid_for_and_an_unknown_price_stays_unknown(
    price: float | None, total: float | None, source: str, play: Play
) -> None:
    told = Told("no", proposals(proposal()), cost_usd=price)
    with ledger() as spent:
        play(told, LlmBrainstormer().propose(profile_of(source)))
    (sum_,) = summed(spent)
    assert (sum_.stage, sum_.calls, sum_.input_tokens, sum_.output_tokens) == ("brainstormer", 2, 200, 40)
    assert sum_.cost_usd == cost(spent) == total


def test_the_users_bound_on_tokens_is_kept(source: str, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(proposals(proposal()))
    own = get_model("mockllm/told", custom_outputs=told, memoize=False, config=GenerateConfig(max_tokens=77))
    monkeypatch.setattr(Told, "model", own)
    play(told, LlmBrainstormer().propose(profile_of(source)))
    assert told.configs[0].max_tokens == 77
    assert told.configs[0].response_schema is not None


def test_an_answer_that_was_cut_off_is_not_sent_back(source: str, play: Play) -> None:
    told = Told("{" + "long " * 50, proposals(proposal()), stop_reason="max_tokens")
    play(told, LlmBrainstormer().propose(profile_of(source)))
    assert told.lengths == [2, 3]  # system, question; then the problem, without the answer
    assert "cut off" in told.asked[1]


def test_every_text_that_is_asked_for_has_a_bound() -> None:
    schemas = [proposals_schema(["a", "b"], ["a"], ["rmse"], 3), written_schema(), reviewed_schema()]
    waiting = [schema.json_schema for schema in schemas]
    seen = 0
    while waiting:
        schema = waiting.pop()
        waiting += (schema.properties or {}).values()
        if schema.type == "string":
            seen += 1
            assert schema.enum or schema.maxLength
        assert schema.type in ("string", "object")
    assert seen > 30
