"""`container` as an Inspect sandbox provider: `SandboxEnvironmentSpec("container", SandboxSpec(...))`."""

from typing import TYPE_CHECKING, cast

import anyio.to_thread
from inspect_ai.util import sandboxenv
from typing_extensions import override

from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.served import ServedSandbox
from harness.sandboxes.spec import SandboxSpec

if TYPE_CHECKING:
    from harness.sandboxes.container.process import Container


@sandboxenv(name="container")
class ContainerSandbox(ServedSandbox):
    """One container."""

    @classmethod
    @override
    async def start(cls, spec: SandboxSpec, *, warm: bool) -> "Container":
        # The engine's client takes as long to import as a sandbox of `bubble` to make and to use.
        from harness.sandboxes.container.image import image
        from harness.sandboxes.container.process import Container

        used = await anyio.to_thread.run_sync(image)
        compiled = None if used.whole else await bytecode(Container.start)
        return await Container.start(spec, compiled, used)

    @property
    def name(self) -> str:
        """The id of the container."""
        return cast("Container", self._talk).name
