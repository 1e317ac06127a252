"""A command line whose `mockllm` gives scripted replies: python -m tests.harness.agents.scripted REPLIES PROGRAM WORD…

REPLIES is a file of `ModelOutput`s as a JSON list; PROGRAM is `inspect` or `mlesmith`. Inspect's own mock takes replies
from Python only; everything else is what a user runs.
"""

import sys
from pathlib import Path
from typing import Any

from inspect_ai.model import ModelOutput, ModelUsage
from inspect_ai.model._providers.mockllm import MockLLM
from pydantic import TypeAdapter

REPLIES = TypeAdapter(list[ModelOutput])
TRAIN = """
import pandas as pd
train, sample = pd.read_csv("data/train.csv"), pd.read_csv("data/sample_submission.csv", dtype=str)
target = sample.columns[1]
sample[target] = train[target].mean()
sample.to_csv("submission.csv", index=False)
"""


def reply(tool: str, **arguments: str) -> ModelOutput:
    """One scripted turn with a call of a tool."""
    return _used(ModelOutput.for_tool_call("mockllm/model", tool, dict(arguments)))


def talk(words: str) -> ModelOutput:
    """One scripted turn without a call."""
    return _used(ModelOutput.from_content("mockllm/model", words))


def _used(made: ModelOutput) -> ModelOutput:
    """With a usage, so that nothing is counted by a tokenizer that would be downloaded."""
    made.usage = ModelUsage(input_tokens=10, output_tokens=5, total_tokens=15)
    return made


def good_agent() -> list[ModelOutput]:
    """Looks around, asks too early, trains, checks, submits."""
    return [
        reply("bash", command="ls data; head -2 data/train.csv"),
        reply("check_submission"),
        reply("python", code=TRAIN),
        reply("check_submission"),
        reply("submit", answer="done"),
    ]


def main(replies: Path, program: str, words: list[str]) -> None:
    """Run the program with scripted replies."""
    plain = MockLLM.__init__

    def scripted(self: MockLLM, *args: Any, **options: Any) -> None:
        plain(self, *args, **options, custom_outputs=REPLIES.validate_json(replies.read_bytes()))

    MockLLM.__init__ = scripted  # type: ignore[method-assign]
    sys.argv = [program, *words]
    if program == "inspect":
        from inspect_ai._cli.main import main as run
    else:
        from mlesmith.cli import main as run
    run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
