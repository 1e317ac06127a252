"""What a sandbox is given, whichever provider makes it: files, limits, environment. Also Inspect's sandbox config."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

WORKSPACE = "/workspace"
DATA = "/workspace/data"
LIBRARY = "/opt/mlesmith/lib"
RULES = "/opt/mlesmith/rules.json"


class Mount(BaseModel):
    """A host file or folder that is seen inside at `target`, always read-only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Path
    target: Annotated[str, Field(pattern=r"^/")]


class SandboxLimits(BaseModel):
    """What the processes of one sandbox may use together. `gpus` above 0 is refused by `bubble`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    memory_mb: int = 2048
    cpus: float = 1
    disk_mb: int = 1024
    processes: int = 128
    gpus: int = 0
    output_mb: int = 10


class SandboxSpec(BaseModel):
    """One sandbox: /workspace is its own and writable, mounts are read-only, there is no network.

    The Python of the harness with the data stack (numpy, pandas, scipy, scikit-learn, skrub, pyarrow) is there as
    `python`; of mlesmith's own code only what `library` names (modules below `harness`, mounted under
    /opt/mlesmith/lib, which is on PYTHONPATH). `commands` maps the name of a command on PATH to the module it runs.
    `warm` are modules that a warm interpreter imports, besides its own, before it forks this sandbox.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mounts: tuple[Mount, ...] = ()
    limits: SandboxLimits = SandboxLimits()
    environment: tuple[tuple[str, str], ...] = ()
    library: tuple[str, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    warm: tuple[str, ...] = ()
