"""Inspect's model provider `litellm`: `litellm/<provider>/<model>` for every provider that litellm speaks to.

litellm costs three seconds and 150 MB to import, so it is imported in a thread at the first request. It is told to take
its list of prices from its own package; else it would fetch one from the network while it is imported.
"""

import os
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import anyio.to_thread
import openai
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelCall,
    ModelOutput,
    RetryDecision,
    messages_to_openai,
    model_output_from_openai,
)
from inspect_ai.tool import ToolChoice, ToolFunction, ToolInfo
from pydantic import ValidationError

from harness.models.failures import MissingKey, ProviderFailed, UnknownProvider, named
from harness.models.prices import register_price

if TYPE_CHECKING:
    from tenacity import RetryCallState

RETRIES = 4
TIMEOUT_S = 300.0
LONGEST_WAIT_S = 60.0
NO_KEY = "none"

# Providers that refuse a schema with bounds on text, as Inspect's own provider for them knows.
_PLAIN_SCHEMAS = frozenset({"anthropic", "bedrock"})
_BOUNDS = frozenset({"pattern", "minLength", "maxLength", "minimum", "maximum", "examples"})
_SAME_NAME = (
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "temperature",
    "top_p",
    "logprobs",
    "top_logprobs",
    "reasoning_effort",
)


class LiteLLM(ModelAPI):
    """Chat, structured output and tools through litellm.

    `api_base` is another name for `base_url`; a try ends after `timeout` seconds; what else is given by `-M` is handed
    to litellm. A request is repeated at most 4 times unless the user sets `max_retries`: Inspect alone would repeat it
    without end.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        *,
        api_base: str | None = None,
        timeout: float = TIMEOUT_S,
        **options: object,
    ) -> None:
        config = config if config is not None else GenerateConfig()
        # The model keeps this very object as its defaults, which are weaker than anything that the user sets.
        if config.max_retries is None:
            config.max_retries = RETRIES
        super().__init__(model_name, base_url or api_base, api_key, [], config)
        self.timeout = timeout
        self.options = options
        self.provider = model_name.partition("/")[0]
        self._checked = False
        register_price(f"litellm/{model_name}", model_name)

    def check(self) -> None:
        """See to it that litellm knows the provider and that its key is there; imports litellm.

        Raises:
            UnknownProvider: litellm has no such provider, or the name lacks one.
            MissingKey: an environment variable that the provider needs is not set.
        """
        if self._checked:
            return
        library = load()
        try:
            self.provider = str(library.get_llm_provider(self.model_name, api_base=self.base_url)[1])
        except openai.OpenAIError as error:
            raise UnknownProvider(self.model_name) from error
        if self.api_key is None and self.base_url is None:
            missing = library.validate_environment(self.model_name)["missing_keys"]
            if missing:
                raise MissingKey(self.model_name, [str(name) for name in missing])
        self._checked = True

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput | tuple[ModelOutput | Exception, ModelCall]:
        """One request.

        Raises:
            UnknownProvider, MissingKey, RefusedKey, UnknownModel, RefusedRequest: the user can mend it.
            ProviderBusy, ProviderFailed: the provider's fault; repeated as far as `max_retries` says.
        """
        await anyio.to_thread.run_sync(self.check)
        request = await self._request(input, tools, tool_choice, config)
        call = ModelCall.create(request, None)
        started = time.monotonic()
        try:
            answer = await load().acompletion(**request, **self._connection(config))
        except openai.OpenAIError as error:
            raise named(error, self.model_name, self._key_names()) from error
        response = cast("dict[str, Any]", answer.model_dump(mode="json"))
        call.set_response(response, time.monotonic() - started)
        try:
            return await model_output_from_openai(response), call
        except ValidationError as error:
            raise ProviderFailed(self.model_name, f"an answer that is no chat completion ({error})") from error

    async def _request(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> dict[str, Any]:
        """What is asked, without address and key: this is what the log keeps."""
        given = {name: getattr(config, name) for name in _SAME_NAME}
        given |= {"stop": config.stop_seqs, "n": config.num_choices}
        request: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        request |= {"model": self.model_name, "messages": await messages_to_openai(input)}
        if config.response_schema is not None:
            request["response_format"] = self._response_format(config)
        if tools:
            request["tools"] = [_tool(tool) for tool in tools]
            request["tool_choice"] = _tool_choice(tool_choice)
        return request

    def _response_format(self, config: GenerateConfig) -> dict[str, object]:
        wanted = config.response_schema
        assert wanted is not None  # noqa: S101 - asked for only where there is one
        schema = wanted.json_schema.model_dump(exclude_none=True)
        if self.provider in _PLAIN_SCHEMAS:
            schema = _without(schema, _BOUNDS)
        form = {"name": wanted.name, "schema": schema, "description": wanted.description, "strict": wanted.strict}
        return {"type": "json_schema", "json_schema": {k: v for k, v in form.items() if v is not None}}

    def _connection(self, config: GenerateConfig) -> dict[str, Any]:
        """Where and how: never part of a log."""
        return {
            **self.options,
            "api_base": self.base_url,
            "api_key": self.api_key or self._placeholder(),
            "timeout": self.timeout,
            "max_retries": 0,  # Inspect repeats, counts and logs
            "num_retries": 0,
            "drop_params": True,
            "extra_headers": config.extra_headers,
            "extra_body": config.extra_body,
        }

    def _placeholder(self) -> str | None:
        """A server of one's own often asks for no key, but OpenAI's client wants one."""
        known = any(os.environ.get(name) for name in self._key_names())
        return None if known or self.base_url is None else NO_KEY

    def _key_names(self) -> list[str]:
        return [f"{self.provider.upper().replace('-', '_')}_API_KEY"]

    def should_retry(self, ex: Exception) -> bool | RetryDecision:
        return ex.decision if isinstance(ex, ProviderFailed) else RetryDecision.no()

    def retry_wait(self) -> "Callable[[RetryCallState], float]":
        """As long as the provider asks for, else 1, 2, 4, … seconds, at most a minute."""
        return _wait

    def connection_key(self) -> str:
        return f"{self.provider}:{self.base_url}:{self.initial_api_key}"


def load() -> ModuleType:
    """litellm, imported without a look into the network."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    library = import_module("litellm")
    vars(library)["suppress_debug_info"] = True  # else it prints advice on standard output
    return library


def _wait(state: "RetryCallState") -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.decision.retry_after if isinstance(error, ProviderFailed) else None
    return min(LONGEST_WAIT_S, asked if asked is not None else 2.0 ** (state.attempt_number - 1))


def _tool(tool: ToolInfo) -> dict[str, object]:
    parameters = tool.parameters.model_dump(exclude_none=True)
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }


def _tool_choice(choice: ToolChoice) -> object:
    if isinstance(choice, ToolFunction):
        return {"type": "function", "function": {"name": choice.name}}
    return "required" if choice == "any" else choice


def _without(schema: Mapping[str, Any], words: frozenset[str]) -> dict[str, Any]:
    """The schema without some of JSON Schema's words; names of properties are no such words."""
    bare: dict[str, Any] = {}
    for word, value in schema.items():
        if word in words:
            continue
        if word == "properties":
            bare[word] = {name: _without(inner, words) for name, inner in value.items()}
        elif word == "anyOf":
            bare[word] = [_without(inner, words) for inner in value]
        else:
            bare[word] = _without(value, words) if isinstance(value, dict) else value
    return bare
