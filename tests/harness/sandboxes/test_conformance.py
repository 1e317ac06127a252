"""Inspect's own suite for sandbox providers, run on ours."""

import pytest
from inspect_ai.util import SandboxUserUnsupportedError
from inspect_ai.util._sandbox import self_check

from harness.sandboxes.provider import ProvidedSandbox

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

NOT_OFFERED = {
    "test_exec_as_user": "makes users as root; the sandbox has one user, which is not root",
}

globals().update({name: getattr(self_check, name) for name in self_check.__all__ if name not in NOT_OFFERED})


@pytest.fixture
def sandbox_env(room: ProvidedSandbox) -> ProvidedSandbox:
    """The name under which the suite asks for a sandbox."""
    return room


@pytest.mark.parametrize("user", ["root", "0", "nobody"])
async def test_other_users_are_refused_by_inspects_own_error(room: ProvidedSandbox, user: str) -> None:
    with pytest.raises(SandboxUserUnsupportedError):
        await room.exec(["id"], user=user)
    assert (await room.exec(["id", "-un"], user="agent")).stdout == "agent\n"
