"""The language-model agent: Inspect's own react with a shell, Python and `check_submission`."""

from inspect_ai.agent import Agent, AgentPrompt, AgentSubmit
from inspect_ai.agent import react as inspect_react
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import bash, python
from inspect_ai.util import Limit

from harness.agents.checking import check_submission
from harness.agents.conversing import COMMAND_S, SUBMIT, converse, instructions, with_time_left


def _agent(words: str, limit: Limit) -> Agent:
    tools = (bash(timeout=COMMAND_S), python(timeout=COMMAND_S), check_submission())
    return inspect_react(
        prompt=AgentPrompt(instructions=words, handoff_prompt=None),
        tools=[with_time_left(one, limit) for one in tools],
        submit=AgentSubmit(description=SUBMIT),
    )


@solver
def react() -> Solver:
    """A language model with a shell, Python and `check_submission`, until it submits or a limit is reached."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        words = await instructions(state, "react.md")
        return await converse(state, "react", lambda limit: _agent(words, limit))

    return solve
