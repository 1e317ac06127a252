"""`bubble` as an Inspect sandbox provider: `Sample(sandbox=SandboxEnvironmentSpec("bubble", SandboxSpec(...)))`."""

from inspect_ai.util import sandboxenv
from typing_extensions import override

from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.bubble.process import Bubble
from harness.sandboxes.served import ServedSandbox
from harness.sandboxes.spec import SandboxSpec


@sandboxenv(name="bubble")
class BubbleSandbox(ServedSandbox):
    """One bubblewrap sandbox."""

    def __init__(self, bubble: Bubble, spec: SandboxSpec) -> None:
        super().__init__(bubble, spec)
        self._bubble = bubble

    @classmethod
    @override
    async def open(cls, spec: SandboxSpec) -> "BubbleSandbox":
        return cls(await Bubble.start(spec, await bytecode(Bubble.start)), spec)

    @property
    def pid(self) -> int:
        """The process id of the sandbox on the host."""
        return self._bubble.pid
