"""Controls: no contestants but proofs of the grader.

The oracle must score best possible, the sample submission be valid, nothing be missing.
"""

from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import sandbox

from harness.agents.outcome import introduce
from harness.preparation import answers_file
from harness.prepared import SAMPLE
from harness.prepared_tasks import prepared_of
from harness.sandboxes.spec import WORKSPACE

SUBMISSION = f"{WORKSPACE}/submission.csv"
FAMILY = "control"


@solver
def oracle() -> Solver:
    """Submits the answers; only the host knows them, and it writes them itself."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        introduce(state, "oracle", FAMILY)
        await sandbox().write_file(SUBMISSION, answers_file(await prepared_of(state)))
        return state

    return solve


@solver
def sample_submission() -> Solver:
    """Submits the sample submission as it stands."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        introduce(state, "sample_submission", FAMILY)
        task = await prepared_of(state)
        await sandbox().write_file(SUBMISSION, (task.public / SAMPLE).read_bytes())
        return state

    return solve


@solver
def nothing() -> Solver:
    """Submits nothing."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        introduce(state, "nothing", FAMILY)
        return state

    return solve
