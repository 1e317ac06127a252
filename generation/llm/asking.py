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

from generation.formulation import Stage
from generation.spending import Spent, record
from harness.errors import MlesmithError

_PROMPTS = Path(__file__).parent / "prompts"
MOST_TURNS = 3
_FENCED = re.compile(r"^```(?:json)?\s*\n(.*)\n```$", re.S)
_MOST_PROBLEMS = 8

Answer = TypeVar("Answer", bound=BaseModel)
Judge = Callable[[Answer, bool], list[str]]


class UnusableAnswer(MlesmithError):
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
    max_tokens: int,
    judge: Judge[Answer],
) -> Answer:
    """Ask the model of a role with the prompt `prompts/<stage>.md`.

    `judge` lists what is wrong with an answer of the right form; it is told whether this is the last turn.

    Raises:
        UnusableAnswer: no answer could be used.
    """
    model = get_model(role=stage)
    # A bound that the user set for this model is kept: a reasoning model may need more, a small one less.
    config = GenerateConfig(max_tokens=model.config.max_tokens or max_tokens, response_schema=schema)
    messages: list[ChatMessage] = [
        ChatMessageSystem(content=prompt("system", {})),
        ChatMessageUser(content=prompt(stage, fields)),
    ]
    problems: list[str] = []
    for turn in range(MOST_TURNS):
        output = await model.generate(messages, config=config)
        record(_spent(stage, model, output))
        parsed, problems = read(output, answer)
        if parsed is not None:
            problems = judge(parsed, turn == MOST_TURNS - 1)
            if not problems:
                return parsed
        problems = problems[:_MOST_PROBLEMS]
        messages += [output.message, ChatMessageUser(content=prompt("again", {"problems": problems}))]
    raise UnusableAnswer(stage, str(model), problems)


def read(output: ModelOutput, answer: type[Answer]) -> tuple[Answer | None, list[str]]:
    """The answer, or what keeps it from being one."""
    text = output.completion.strip()
    fenced = _FENCED.match(text)
    try:
        return answer.model_validate_json(fenced.group(1) if fenced else text), []
    except ValidationError as error:
        cut = ["it was cut off where the limit on tokens was reached"] if output.stop_reason == "max_tokens" else []
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
