"""The command `check-submission` of an agent's sandbox, and the tool that asks it."""

from inspect_ai.tool import Tool, ToolResult, tool
from inspect_ai.util import sandbox

CHECK_S = 60


async def verdict() -> str:
    """What `check-submission` says of /workspace/submission.csv: "valid", or the reason why it is not."""
    done = await sandbox().exec(["check-submission"], timeout=CHECK_S)
    return done.stdout.strip() or done.stderr.strip()


@tool
def check_submission() -> Tool:
    """Says whether the submission is valid."""

    async def execute() -> ToolResult:
        """Check whether /workspace/submission.csv is valid; it does not say what it scores.

        Returns:
            "valid", or the reason why it is not.
        """
        return await verdict()

    return execute
