"""What the harness asks of an agent's sandbox, whoever made it: one of ours, or Inspect's own `docker`.

A sandbox of Inspect's has no server inside, and its `read_file` copies as the engine's root and follows links. So the
same reader is started inside for once, as the agent's user; what it says is believed no more than the agent is.
"""

import base64

import anyio.to_thread
from inspect_ai.util import ExecResult, OutputLimitExceededError, SandboxEnvironment
from inspect_ai.util._sandbox.limits import override_max_exec_output_size
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.sandboxes.bubble.arguments import SERVER
from harness.sandboxes.provider import Plain, ProvidedSandbox, provided
from harness.sandboxes.stack import data_stack

READ_S = 60
LONGEST_MESSAGE = 300
# What comes around the base64 of a file: the names of the fields, an error with its message.
AROUND = 8192
SNAPSHOT = (
    f"import sys; sys.path.insert(0, {SERVER!r}); from harness.sandboxes.inside.server.snapshot import main; main()"
)


class _Said(BaseModel):
    """What the reader inside said, or what an agent made of it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    error: str | None
    message: str
    data: str


def _ours(sandbox: SandboxEnvironment) -> ProvidedSandbox | None:
    try:
        return provided(sandbox)
    except TypeError:
        return None


async def plain_file(sandbox: SandboxEnvironment, file: str, limit: int) -> Plain:
    """One snapshot of a plain file of at most `limit` bytes, read without following a link at its end."""
    ours = _ours(sandbox)
    if ours is not None:
        return await ours.read_plain(file, limit)
    command = [data_stack().executable, "-I", "-S", "-c", SNAPSHOT, file, str(limit)]
    try:
        with override_max_exec_output_size(limit // 3 * 4 + AROUND):
            done = await sandbox.exec(command, timeout=READ_S, timeout_retry=False)
        said = _Said.model_validate_json(done.stdout)
        data = base64.b64decode(said.data, validate=True)
    except (TimeoutError, OutputLimitExceededError, PermissionError, ValidationError, ValueError) as error:
        return Plain(b"", "OSError", f"the reader inside gave no answer ({type(error).__name__})")
    if said.error is None and len(data) > limit:
        return Plain(b"", "TooLarge")
    return Plain(data, said.error, said.message[:LONGEST_MESSAGE])


async def run_python(sandbox: SandboxEnvironment, arguments: list[str], timeout: int) -> ExecResult[str]:
    """What `python ARGUMENTS` does, with the data stack imported already where that can be had."""
    ours = _ours(sandbox)
    if ours is not None:
        return await ours.python(arguments, timeout=timeout)
    return await sandbox.exec(["python", *arguments], timeout=timeout, timeout_retry=False)


async def out_of_memory(sandbox: SandboxEnvironment) -> bool:
    """Whether a process inside was ended for its memory, as far as that can be known."""
    ours = _ours(sandbox)
    if ours is not None:
        return ours.out_of_memory()
    try:
        name = (await sandbox.connection()).container
    except (ConnectionError, NotImplementedError, RuntimeError):
        return False
    return name is not None and await anyio.to_thread.run_sync(_killed_for_memory, name)


def _killed_for_memory(container: str) -> bool:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    from harness.sandboxes.container.engine import engine

    try:
        return bool(engine().containers.get(container).attrs["State"]["OOMKilled"])
    except (DockerException, RequestException):
        return False
