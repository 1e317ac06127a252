"""`container` as an Inspect sandbox provider: `SandboxEnvironmentSpec("container", SandboxSpec(...))`."""

from inspect_ai.util import sandboxenv
from typing_extensions import override

from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.container.process import Container
from harness.sandboxes.served import ServedSandbox
from harness.sandboxes.spec import SandboxSpec


@sandboxenv(name="container")
class ContainerSandbox(ServedSandbox):
    """One container."""

    def __init__(self, container: Container, spec: SandboxSpec) -> None:
        super().__init__(container, spec)
        self._container = container

    @classmethod
    @override
    async def open(cls, spec: SandboxSpec) -> "ContainerSandbox":
        return cls(await Container.start(spec, await bytecode(Container.start)), spec)

    @property
    def name(self) -> str:
        """The id of the container."""
        return self._container.name
