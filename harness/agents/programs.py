"""Agents without a language model: a program that runs once in the agent's sandbox."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import ExecResult, OutputLimitExceededError, SandboxUnavailableError, sandbox

from harness.agents.outcome import ended, introduce, seed_of
from harness.competition.reasons import Reason
from harness.errors import UserError
from harness.sandboxes.foreign import out_of_memory, run_python
from harness.sandboxes.spec import WORKSPACE

SCRIPT = f"{WORKSPACE}/agent.py"
DEFAULT_TIME_S = 600


class NoSuchScript(UserError):
    """`script:FILE` names a file that is not there."""


def script_file(file: str) -> Path:
    """The script that `script:FILE` names.

    Raises:
        NoSuchScript: it is no file.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise NoSuchScript(f"script:{file}: there is no such file.")
    return path


@solver
def baseline(name: str, family: str, seed: int | None = None) -> Solver:
    """One of the baselines of `harness.baselines`."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        introduce(state, name if seed is None else f"{name}[seed={seed}]", family)
        command = ["-m", "harness.baselines", name, "--seed", str(seed_of(state, seed))]
        await _run(state, lambda limit: run_python(sandbox(), command, limit))
        return state

    return solve


@solver
def script(file: str, seed: int | None = None) -> Solver:
    """The user's own Python file; it finds data/ in its working directory and SEED in its environment."""
    path = script_file(file)
    text = path.read_text(encoding="utf-8")

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        introduce(state, f"script:{path.name}", "script")
        await sandbox().write_file(SCRIPT, text)
        env = {"SEED": str(seed_of(state, seed))}
        command = ["python", SCRIPT]
        await _run(state, lambda limit: sandbox().exec(command, env=env, timeout=limit, timeout_retry=False))
        return state

    return solve


async def _run(state: TaskState, program: Callable[[int], Awaitable[ExecResult[str]]]) -> None:
    """Run the program to its end or to the time limit, and say why it ended if it did not end well."""
    limit = int(state.metadata.get("time_s", DEFAULT_TIME_S))
    try:
        done = await program(limit)
    except TimeoutError:
        ended(state, Reason.TIME, f"It was stopped after {limit} s.")
        return
    except OutputLimitExceededError as error:
        ended(state, Reason.AGENT_CRASHED, str(error))
        return
    except SandboxUnavailableError as error:
        ended(state, Reason.AGENT_CRASHED, str(error))
        return
    if not done.success:
        said = done.stderr.strip() or f"exit code {done.returncode}"
        ended(state, Reason.MEMORY if await out_of_memory(sandbox()) else Reason.AGENT_CRASHED, said)
