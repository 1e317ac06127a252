"""One structured question to a model role: what does not fit comes back with the reason, at most twice."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    ResponseSchema,
    get_model,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ValidationError

from generation.bench import GivenUp
from generation.formulation import Stage
from generation.spending import Spent, record

_PROMPTS = Path(__file__).parent / "prompts"
MOST_TURNS = 3
MOST_TOKENS = 16_000  # four files of a package, and some thought of a model that reasons
_CUT = ("max_tokens", "model_length")
_FENCED = re.compile(r"^```(?:json)?\s*\n(.*)\n```$", re.S)
_MOST_PROBLEMS = 8

Answer = TypeVar("Answer", bound=BaseModel)
Judge = Callable[[Answer, bool], list[str]]


class UnusableAnswer(GivenUp):
    """A model gave no answer of the form asked for, told three times."""

    def __init__(self, stage: str, model: str, problems: list[str]) -> None:
        super().__init__(
            f"{model} as {stage} gave no usable answer in {MOST_TURNS} turns; of the last one: {'; '.join(problems)}"
        )


async def ask(
    stage: Stage,
    fields: Mapping[str, object],
    answer: type[Answer],
    schema: ResponseSchema,
    *,
    judge: Judge[Answer],
) -> Answer:
    """Ask the model of a role with the prompt `prompts/<stage>.md`.

    `judge` lists what is wrong with an answer of the right form; it is told whether this is the last turn.

    Raises:
        UnusableAnswer: no answer could be used.
    """
    model = get_model(role=stage)
    config = GenerateConfig(max_tokens=_bound(model), response_schema=schema)
    opening: list[ChatMessage] = [
        ChatMessageSystem(content=prompt("system", {})),
        ChatMessageUser(content=prompt(stage, fields)),
    ]
    messages, problems = list(opening), list[str]()
    for turn in range(MOST_TURNS):
        output = await model.generate(messages, config=config)
        record(_spent(stage, model, output))
        parsed, problems = read(output, answer)
        if parsed is not None:
            problems = judge(parsed, turn == MOST_TURNS - 1)
            if not problems:
                return parsed
        problems = problems[:_MOST_PROBLEMS]
        again = ChatMessageUser(content=prompt("again", {"problems": problems}))
        # An answer that ran into its limit would only fill the next prompt.
        messages = [*opening, again] if output.stop_reason in _CUT else [*messages, output.message, again]
    raise UnusableAnswer(stage, str(model), problems)


def read(output: ModelOutput, answer: type[Answer]) -> tuple[Answer | None, list[str]]:
    """The answer, or what keeps it from being one."""
    text = output.completion.strip()
    fenced = _FENCED.match(text)
    try:
        return answer.model_validate_json(fenced.group(1) if fenced else text), []
    except ValidationError as error:
        cut = ["it was cut off at the limit on tokens; be brief"] if output.stop_reason in _CUT else []
        return None, cut + [
            f"{'.'.join(map(str, one['loc'])) or 'the answer'}: {one['msg']}"
            for one in error.errors(include_input=False)
        ]


def prompt(name: str, fields: Mapping[str, object]) -> str:
    """A prompt from its file."""
    return _environment().get_template(f"{name}.md").render(fields)


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701 - prompts are no HTML
        loader=FileSystemLoader(_PROMPTS), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _bound(model: Model) -> int | None:
    """The limit on tokens of one answer; None where the eval's own holds, which the user may set (`--max-tokens`)."""
    return None if model is get_model() else model.config.max_tokens or MOST_TOKENS


def _spent(stage: Stage, model: Model, output: ModelOutput) -> Spent:
    usage = output.usage
    if usage is None:
        return Spent(stage=stage, model=str(model))
    read_in = usage.input_tokens + (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
    return Spent(
        stage=stage,
        model=str(model),
        input_tokens=read_in,
        output_tokens=usage.output_tokens,
        cost_usd=usage.total_cost,
    )
