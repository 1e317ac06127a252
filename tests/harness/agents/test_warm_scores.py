"""Every baseline gives the same submission in a warm sandbox as in a fresh one, so it has the same score."""

import asyncio
from collections.abc import Callable
from typing import get_args

import pytest

from harness.agents.names import BASELINES
from harness.evals import agent_sandbox
from harness.grading import grade
from harness.prepared import PreparedTask
from harness.sandboxes.bubble import zygote
from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.bubble.process import Bubble
from harness.sandboxes.bubble.warm import WarmBubble
from harness.sandboxes.spec import SandboxSpec
from tests.harness.packages import Kind

pytestmark = pytest.mark.sandbox
SECONDS = 120


async def submission(spec: SandboxSpec, name: str, *, warm: bool) -> bytes:
    """What a baseline leaves in a sandbox of that kind."""
    room = BubbleSandbox(spec)
    try:
        assert isinstance(await room.server(warm=warm), WarmBubble if warm else Bubble)
        command = ["-m", "harness.baselines", name, "--seed", "3"]
        done = await (
            room.python(command, timeout=SECONDS) if warm else room.exec(["python", *command], timeout=SECONDS)
        )
        assert done.success, done.stderr
        return await room.read_file("submission.csv", text=False)
    finally:
        await room.close()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_warm_and_fresh_give_equal_scores(
    kind: Kind, prepared_task: Callable[[Kind], PreparedTask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zygote, "WORTH_FROM", 1)
    task = prepared_task(kind)
    spec = agent_sandbox(task)

    async def compare() -> None:
        for name in BASELINES:
            files = {str(warm): await submission(spec, name, warm=warm) for warm in (True, False)}
            assert files["True"] == files["False"], name
            reports = await grade(task, files, sandbox="bubble")
            assert reports["True"].score == reports["False"].score is not None, name

    asyncio.run(compare())
