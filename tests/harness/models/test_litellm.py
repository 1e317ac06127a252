"""The model provider `litellm` against a server of OpenAI's form: usage, cost, schema, tools, errors, limits."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from inspect_ai.model import ChatMessageUser, GenerateConfig, Model, ModelOutput, ResponseSchema, get_model
from inspect_ai.tool import ToolInfo, ToolParams
from inspect_ai.util import JSONSchema
from tenacity import RetryError

from harness.models import litellm as provider
from harness.models.failures import (
    MissingKey,
    ProviderBusy,
    ProviderFailed,
    RefusedKey,
    RefusedRequest,
    UnknownModel,
    UnknownProvider,
)
from harness.models.prices import price
from tests.harness.models.openai_form import Answer, Teller, serving

KEY = "sk-very-secret"


def model(teller: Teller | None, name: str = "openai/some-model", **options: object) -> Model:
    address = {} if teller is None else {"base_url": teller.url}
    arguments: dict[str, Any] = {"api_key": KEY, **address, **options}
    return get_model(f"litellm/{name}", memoize=False, **arguments)


def ask(asked: Model, config: GenerateConfig | None = None, tools: list[ToolInfo] | None = None) -> ModelOutput:
    return asyncio.run(
        asked.generate([ChatMessageUser(content="hi")], tools=tools or [], config=config or GenerateConfig())
    )


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "GROQ_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


def test_the_provider_is_registered() -> None:
    assert isinstance(model(None).api, provider.LiteLLM)


def test_answer_and_usage_come_through() -> None:
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 5,
        "total_tokens": 16,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    with serving(Answer("four", usage=usage)) as teller:
        output = ask(model(teller), GenerateConfig(max_tokens=7, temperature=0.5, seed=3, stop_seqs=["x"]))
    assert output.completion == "four"
    assert output.usage is not None
    assert (output.usage.input_tokens, output.usage.output_tokens, output.usage.input_tokens_cache_read) == (7, 5, 4)
    assert output.usage.total_cost is None  # no price is known for some-model
    sent = teller.asked[0]
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["seed"]) == ("some-model", 7, 0.5, 3)
    assert teller.keys == [f"Bearer {KEY}"]


def test_cost_is_known_only_for_listed_names() -> None:
    with serving(Answer("four")) as teller:
        known = ask(model(teller, "openai/gpt-4o-mini"))
        unknown = ask(model(teller, "openai/claude-unheard-of"))
    listed = price("openai/gpt-4o-mini")
    assert listed is not None
    assert listed.input_cost_per_token is not None
    assert listed.output_cost_per_token is not None
    assert known.usage is not None
    assert known.usage.total_cost == pytest.approx(11 * listed.input_cost_per_token + 5 * listed.output_cost_per_token)
    assert unknown.usage is not None
    assert unknown.usage.total_cost is None


def test_a_price_is_of_its_provider() -> None:
    assert price("openai/gpt-4o-mini") is not None
    assert price("groq/gpt-4o-mini") is None
    assert price("some/thing") is None


@contextmanager
def gives_up(*errors: type[Exception], says: str = "") -> Iterator[None]:
    """Inspect wraps the last error of a request that it repeats no more."""
    with pytest.raises(RetryError) as caught:
        yield
    assert isinstance(caught.value.__cause__, errors)
    assert says in str(caught.value.__cause__)


def schema() -> ResponseSchema:
    text = JSONSchema(type="string", maxLength=12)
    return ResponseSchema(
        name="said", json_schema=JSONSchema(type="object", properties={"maxLength": text}, required=["maxLength"])
    )


def test_schema_is_sent_with_its_bounds() -> None:
    with serving(Answer('{"maxLength": "x"}')) as teller:
        ask(model(teller), GenerateConfig(response_schema=schema()))
    form = teller.asked[0]["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["schema"]["properties"] == {"maxLength": {"type": "string", "maxLength": 12}}


def test_bounds_are_left_out_where_they_are_refused() -> None:
    asked = model(None, "anthropic/claude-3-haiku").api
    assert isinstance(asked, provider.LiteLLM)
    form: Any = asked._response_format(GenerateConfig(response_schema=schema()))
    assert form["json_schema"]["schema"]["properties"] == {"maxLength": {"type": "string"}}


def test_tools_go_out_and_calls_come_back() -> None:
    tool = ToolInfo(
        name="look",
        description="Look.",
        parameters=ToolParams(properties={"at": JSONSchema(type="string", description="what")}, required=["at"]),
    )
    with serving(Answer("", tool=("look", {"at": "it"}))) as teller:
        output = ask(model(teller), tools=[tool])
    assert output.message.tool_calls is not None
    assert (output.message.tool_calls[0].function, output.message.tool_calls[0].arguments) == ("look", {"at": "it"})
    assert teller.asked[0]["tools"][0]["function"]["parameters"]["required"] == ["at"]


@pytest.mark.parametrize(
    ("status", "error"), [(401, RefusedKey), (403, RefusedKey), (404, UnknownModel), (400, RefusedRequest)]
)
def test_a_refusal_is_one_clear_message_and_is_not_repeated(status: int, error: type[Exception]) -> None:
    with serving(Answer(f"wrong: {KEY}", status=status)) as teller, pytest.raises(error) as caught:
        ask(model(teller))
    assert len(teller.asked) == 1
    assert "openai/some-model" in str(caught.value)
    if status in (401, 403):
        assert KEY not in str(caught.value)
        assert "OPENAI_API_KEY" in str(caught.value)


def test_repeats_are_bounded_without_being_told() -> None:
    with serving(Answer("slow down", status=429, headers={"retry-after": "0"})) as teller, gives_up(ProviderBusy):
        ask(model(teller))
    assert len(teller.asked) == 1 + provider.RETRIES


def test_the_users_bound_on_repeats_wins() -> None:
    answer = Answer("down", status=503, headers={"retry-after": "0"})
    with serving(answer) as teller, gives_up(ProviderFailed):
        ask(model(teller), GenerateConfig(max_retries=1))
    assert len(teller.asked) == 2


def test_a_passing_fault_is_waited_out() -> None:
    busy = Answer("slow down", status=429, headers={"retry-after": "0"})
    with serving(busy, Answer("four")) as teller:
        assert ask(model(teller)).completion == "four"
    assert len(teller.asked) == 2


def test_silence_ends_in_time() -> None:
    late = Answer("late", held=threading.Event())
    with serving(late) as teller, gives_up(ProviderFailed, says="in time"):
        ask(model(teller, timeout=0.3), GenerateConfig(max_retries=0))
    assert len(teller.asked) == 1


def test_no_server_is_said() -> None:
    with serving(Answer("x")) as teller:
        gone = teller.url
    with gives_up(ProviderFailed, says="cannot be reached"):
        ask(model(Teller(gone, [])), GenerateConfig(max_retries=0))


def test_a_missing_key_is_named() -> None:
    with pytest.raises(MissingKey, match="GROQ_API_KEY"):
        ask(model(None, "groq/llama-3.3-70b-versatile", api_key=None))


def test_a_server_of_ones_own_needs_no_key() -> None:
    with serving(Answer("four")) as teller:
        assert ask(model(teller, api_key=None)).completion == "four"
    assert teller.keys == [f"Bearer {provider.NO_KEY}"]


@pytest.mark.parametrize("name", ["nonsense/model", "model-alone"])
def test_an_unknown_provider_is_said(name: str) -> None:
    with pytest.raises(UnknownProvider, match="<provider>/<model>"):
        ask(model(None, name))


def test_the_log_holds_no_key() -> None:
    with serving(Answer("four")) as teller:
        asked = model(teller).api
        _, call = asyncio.run(asked.generate([ChatMessageUser(content="hi")], [], "none", GenerateConfig()))  # type: ignore[misc]
    assert KEY not in call.model_dump_json()  # type: ignore[union-attr]
    assert call.response["usage"]["total_tokens"] == 16  # type: ignore[union-attr,index,call-overload]
