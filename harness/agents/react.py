"""The language-model agent: Inspect's own react with a shell, Python and `check_submission`."""

import platform
from functools import cache
from importlib.resources import files

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.agent import Agent, AgentPrompt, AgentState, AgentSubmit
from inspect_ai.agent import react as inspect_react
from inspect_ai.model import get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, ToolDef, ToolResult, bash, python, tool
from inspect_ai.util import Limit, LimitExceededError, sandbox, working_limit

from harness.agents.names import BASELINES
from harness.agents.outcome import ended, introduce
from harness.competition.reasons import Reason
from harness.prepared_tasks import prepared_of
from harness.sandboxes.stack import ROOTS, versions

COMMAND_S = 300
REASONS = {
    "token": Reason.TOKENS,
    "cost": Reason.COST,
    "message": Reason.TURNS,
    "turn": Reason.TURNS,
    "time": Reason.TIME,
    "working": Reason.TIME,
}
NO_MODEL = (
    "The agent `react` needs a language model: name one with --model, for example --model openai/gpt-5 or "
    f"--model litellm/groq/llama-3.3-70b. Agents that need none: {', '.join(BASELINES)} (--solver mlesmith/boosting)."
)


@tool
def check_submission() -> Tool:
    """Says whether the submission is valid."""

    async def execute() -> ToolResult:
        """Check whether /workspace/submission.csv is valid; it does not say what it scores.

        Returns:
            "valid", or the reason why it is not.
        """
        done = await sandbox().exec(["check-submission"], timeout=60)
        return done.stdout.strip() or done.stderr.strip()

    return execute


@cache
def _prompt() -> str:
    return files("harness.agents").joinpath("prompts", "react.md").read_text(encoding="utf-8")


async def _instructions(state: TaskState) -> str:
    """The prompt with what this sandbox has."""
    task = await prepared_of(state)
    limits = task.package.card.limits
    known = versions()
    return _prompt().format(
        files=", ".join(sorted(path.name for path in task.public.iterdir())),
        python=platform.python_version(),
        packages=", ".join(f"{name} {known[name]}" for name in ROOTS if name in known),
        disk_mb=limits.disk_mb,
        memory_mb=state.metadata.get("memory_mb", limits.memory_mb),
        cpus=limits.cpus,
        gpus=f"{limits.gpus} graphics card(s)" if limits.gpus else "no graphics card",
        time_s=state.metadata.get("time_s", limits.time_s),
    )


def _with_time_left(one: Tool, limit: Limit) -> Tool:
    """A tool whose answers end with the working time that is left."""
    known = ToolDef(one)

    async def execute(**arguments: object) -> ToolResult:
        said = await one(**arguments)
        left = limit.remaining
        return said if left is None else f"{said}\n\n({max(0.0, left):.0f} s of working time left)"

    return ToolDef(execute, known.name, known.description, known.parameters, viewer=known.viewer).as_tool()


def _agent(instructions: str, limit: Limit) -> Agent:
    tools = (bash(timeout=COMMAND_S), python(timeout=COMMAND_S), check_submission())
    return inspect_react(
        prompt=AgentPrompt(instructions=instructions, handoff_prompt=None),
        tools=[_with_time_left(one, limit) for one in tools],
        submit=AgentSubmit(description="Stop: what lies at /workspace/submission.csv is graded."),
    )


@solver
def react() -> Solver:
    """A language model with a shell, Python and `check_submission`, until it submits or a limit is reached."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        model = get_model()
        if str(model) == "none/none":
            raise PrerequisiteError(NO_MODEL)
        introduce(state, f"react@{model}", str(model).split("/", maxsplit=1)[0])
        instructions = await _instructions(state)
        conversation = AgentState(messages=state.messages)
        try:
            with working_limit(float(state.metadata.get("time_s", COMMAND_S))) as limit:
                conversation = await _agent(instructions, limit)(conversation)
        except LimitExceededError as reached:
            ended(state, REASONS.get(reached.type, Reason.TURNS), str(reached))
            # A limit of ours ends the agent; one that the user set for the sample must end the sample as Inspect says.
            if reached.source is not limit:
                raise
        state.messages = conversation.messages
        state.output = conversation.output
        return state

    return solve
