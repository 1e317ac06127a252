"""Agents that work through the actions of MLE-Dojo: a language model, and a scripted one that proves the actions."""

from inspect_ai.agent import Agent, AgentPrompt, AgentState, AgentSubmit
from inspect_ai.agent import react as inspect_react
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, tool
from inspect_ai.util import Limit, LimitExceededError, working_limit

from harness.agents.conversing import SUBMIT, converse, instructions, with_time_left
from harness.agents.episode import ACTIONS, COMMAND_S, SPENT, Episode, InfoType
from harness.agents.outcome import ended, introduce
from harness.competition.reasons import Reason
from harness.errors import UserError
from harness.prepared_tasks import prepared_of

LOOK = """\
import pandas as pd
train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
print(train.shape, test.shape, [name for name in train.columns if name not in test.columns])
"""
FIRST_MODEL = """\
from pathlib import Path
from harness.baselines.contestants import predict
from harness.baselines.problem import load_problem, write_answer
problem = load_problem(Path("data"), Path("/opt/mlesmith/rules.json"))
write_answer(problem, predict("tree", problem, 0), Path("submission.csv"))
"""


class NoActions(UserError):
    """A budget that allows nothing."""


@tool
def request_info(episode: Episode) -> Tool:
    """The action `request_info`."""

    async def execute(info_type: InfoType) -> str:
        """Ask for what is public of the task.

        Args:
            info_type: overview, sample_submission, data_structure, data_path or output_path.
        """
        return await episode.request_info(info_type)

    return execute


@tool
def validate_code(episode: Episode) -> Tool:
    """The action `validate_code`."""

    async def execute(code: str) -> str:
        """Run a Python program to see whether it works, in a folder of its own that is thrown away.

        Args:
            code: The program; it finds the data under data/.
        """
        return await episode.validate_code(code)

    return execute


@tool
def execute_code(episode: Episode) -> Tool:
    """The action `execute_code`."""

    async def execute(code: str) -> str:
        """Run a Python program that writes submission.csv, and hear whether that file is valid.

        Args:
            code: The program; it finds the data under data/.
        """
        return await episode.execute_code(code)

    return execute


@tool
def get_history(episode: Episode) -> Tool:
    """The action `get_history`."""

    async def execute() -> str:
        """Hear what was done so far."""
        return await episode.get_history()

    return execute


def _agent(words: str, episode: Episode) -> Agent:
    tools = (request_info(episode), validate_code(episode), execute_code(episode), get_history(episode))

    async def actions_left(conversation: AgentState) -> bool:
        if not conversation.output.message.tool_calls:
            episode.pass_turn()
        return episode.left > 0

    return inspect_react(
        name="dojo",
        prompt=AgentPrompt(instructions=words, handoff_prompt=None),
        tools=[with_time_left(one, episode.limit) for one in tools],
        submit=AgentSubmit(description=SUBMIT),
        on_continue=actions_left,
    )


@solver
def dojo(actions: int = ACTIONS) -> Solver:
    """A language model with MLE-Dojo's actions, until it submits or its actions or its time are spent."""
    _require(actions)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        task = await prepared_of(state)
        words = await instructions(state, "dojo.md", actions=actions)
        begun: list[Episode] = []

        def make(limit: Limit) -> Agent:
            begun.append(Episode(task, limit, actions))
            return _agent(words, begun[0])

        state = await converse(state, "dojo", make)
        _tell(state, begun[0])
        return state

    return solve


@solver
def dojo_scripted(actions: int = ACTIONS) -> Solver:
    """The same actions without a language model: asks for what is known, validates a program, executes one, stops."""
    _require(actions)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        introduce(state, "dojo_scripted", "scripted")
        try:
            with working_limit(float(state.metadata.get("time_s", COMMAND_S))) as limit:
                episode = Episode(await prepared_of(state), limit, actions)
                await _policy(episode)
                _tell(state, episode)
        except LimitExceededError as reached:
            ended(state, Reason.TIME, str(reached))
            if reached.source is not limit:
                raise
        return state

    return solve


async def _policy(episode: Episode) -> None:
    for info_type in ("overview", "sample_submission", "data_structure"):
        await episode.request_info(info_type)
    said = await episode.validate_code(LOOK)
    if said.startswith("success"):
        await episode.execute_code(FIRST_MODEL)
    await episode.get_history()


def _tell(state: TaskState, episode: Episode) -> None:
    """Leave the history in the log, and say so where the budget was what ended the episode."""
    state.store.set("history", [f"{one.name}({one.words}): {one.ended}" for one in episode.history])
    if episode.left <= 0:
        ended(state, Reason.TURNS, SPENT.format(actions=episode.actions))


def _require(actions: int) -> None:
    if actions < 1:
        raise NoActions(f"dojo[actions={actions}]: there must be at least one action. Leave it out for {ACTIONS}.")
