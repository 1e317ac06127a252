"""What agents with a language model share: who they are, what they are told of their sandbox, how a limit ends them."""

import platform
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.agent import Agent, AgentState
from inspect_ai.model import get_model
from inspect_ai.solver import TaskState
from inspect_ai.tool import Tool, ToolDef, ToolResult
from inspect_ai.util import Limit, LimitExceededError, working_limit

from harness.agents.names import BASELINES
from harness.agents.outcome import ended, introduce
from harness.competition.reasons import Reason
from harness.prepared_tasks import prepared_of
from harness.sandboxes.stack import ROOTS, versions

COMMAND_S = 300
SUBMIT = "Stop: what lies at /workspace/submission.csv is graded."
REASONS = {
    "token": Reason.TOKENS,
    "cost": Reason.COST,
    "message": Reason.TURNS,
    "turn": Reason.TURNS,
    "time": Reason.TIME,
    "working": Reason.TIME,
}
NO_MODEL = (
    "The agent `{agent}` needs a language model: name one with --model, for example --model openai/gpt-5 or "
    f"--model litellm/groq/llama-3.3-70b. Agents that need none: {', '.join(BASELINES)} (--solver mlesmith/boosting)."
)


async def converse(state: TaskState, agent: str, make: Callable[[Limit], Agent]) -> TaskState:
    """Let the agent that `make` gives work on a sample until it stops or its working time is over.

    Raises:
        PrerequisiteError: no model is named.
        LimitExceededError: a limit that the user set for the sample was reached.
    """
    model = get_model()
    if str(model) == "none/none":
        raise PrerequisiteError(NO_MODEL.format(agent=agent))
    introduce(state, f"{agent}@{model}", str(model).split("/", maxsplit=1)[0])
    conversation = AgentState(messages=state.messages)
    try:
        with working_limit(float(state.metadata.get("time_s", COMMAND_S))) as limit:
            conversation = await make(limit)(conversation)
    except LimitExceededError as reached:
        ended(state, REASONS.get(reached.type, Reason.TURNS), str(reached))
        # A limit of ours ends the agent; one that the user set for the sample must end the sample as Inspect says.
        if reached.source is not limit:
            raise
    state.messages = conversation.messages
    state.output = conversation.output
    return state


@cache
def _prompt(name: str) -> str:
    return files("harness.agents").joinpath("prompts", name).read_text(encoding="utf-8")


async def instructions(state: TaskState, prompt: str, **more: object) -> str:
    """The text of a prompt file with what this sandbox has, and `more` of the agent's own."""
    task = await prepared_of(state)
    limits = task.package.card.limits
    known = versions()
    return _prompt(prompt).format(
        files=", ".join(sorted(path.name for path in task.public.iterdir())),
        python=platform.python_version(),
        packages=", ".join(f"{name} {known[name]}" for name in ROOTS if name in known),
        disk_mb=limits.disk_mb,
        memory_mb=state.metadata.get("memory_mb", limits.memory_mb),
        cpus=limits.cpus,
        gpus=f"{limits.gpus} graphics card(s)" if limits.gpus else "no graphics card",
        time_s=state.metadata.get("time_s", limits.time_s),
        **more,
    )


def with_time_left(one: Tool, limit: Limit) -> Tool:
    """A tool whose answers end with the working time that is left."""
    known = ToolDef(one)

    async def execute(**arguments: object) -> ToolResult:
        said = await one(**arguments)
        left = limit.remaining
        return said if left is None else f"{said}\n\n({max(0.0, left):.0f} s of working time left)"

    return ToolDef(execute, known.name, known.description, known.parameters, viewer=known.viewer).as_tool()
