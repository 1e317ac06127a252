"""`bubble` as an Inspect sandbox provider: `Sample(sandbox=SandboxEnvironmentSpec("bubble", SandboxSpec(...)))`."""

from typing import cast

from inspect_ai.util import sandboxenv
from typing_extensions import override

from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.bubble.process import Bubble
from harness.sandboxes.bubble.warm import WarmBubble, warm_bubble
from harness.sandboxes.bubble.zygote import zygote
from harness.sandboxes.conversation import Conversation
from harness.sandboxes.served import ServedSandbox
from harness.sandboxes.spec import SandboxSpec


@sandboxenv(name="bubble")
class BubbleSandbox(ServedSandbox):
    """One sandbox of namespaces: bubblewrap's, or a fork of a warm interpreter that bubblewrap has enclosed."""

    @classmethod
    @override
    async def reserve(cls, spec: SandboxSpec, *, warm: bool = False) -> "BubbleSandbox":
        return cls(spec, warm=warm)

    @classmethod
    @override
    async def start(cls, spec: SandboxSpec, *, warm: bool) -> Conversation:
        compiled = await bytecode(Bubble.start)
        made = await warm_bubble(spec, compiled) if warm else None
        return made or await Bubble.start(spec, compiled)

    @classmethod
    @override
    async def expect_many(cls) -> None:
        await zygote(await bytecode(Bubble.start), worth=True)

    @property
    def pid(self) -> int:
        """The process id of the sandbox on the host."""
        return cast("Bubble | WarmBubble", self._talk).pid
