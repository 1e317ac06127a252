"""The image of all sandboxes: which one this engine has, and what it is.

Where the engine sees this machine's files the image holds folders, links and a few files of /etc: the system, Python
and the stack are bound, read-only. Any other engine needs a whole image.
"""

import hashlib
import sys
from dataclasses import dataclass

from docker.errors import ImageNotFound

from harness.errors import MachineError
from harness.sandboxes.container.engine import engine, named_errors, on_a_socket
from harness.sandboxes.container.layout import etc, links
from harness.sandboxes.stack import WARM_IMPORTS, data_stack, versions

REPOSITORY = "mlesmith/sandbox"
# Where engines and programs expect a folder; the engine makes places to bind to by itself.
FOLDERS = ("usr", "etc", "proc", "sys", "dev", "tmp", "var/tmp", "workspace", "opt/mlesmith/bin")
# A volume and a file system in memory may take over the rights of the folder that they cover, and the user inside is
# not known yet.
MODES = {place: 0o1777 for place in ("workspace", "tmp", "var/tmp")}
PYTHON_LABEL = "mlesmith.python"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Image:
    """An image: its name, digest, and where its Python is; `whole` where nothing of this machine is bound."""

    name: str
    digest: str
    python: str
    whole: bool


def bound_name() -> str:
    """The name of the image to which this machine's system and interpreter are bound."""
    return f"{REPOSITORY}:{_short(FOLDERS, MODES, etc(), sorted(links().items()))}"


def whole_name() -> str:
    """The name of the image that holds this Python's version and these versions of the stack."""
    return f"{REPOSITORY}:whole-{_short(FOLDERS, MODES, etc(), PYTHON, sorted(versions().items()), WARM_IMPORTS)}"


def _short(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def may_bind() -> bool:
    """Whether the engine may see this machine's files: it listens on a socket of this machine, and that is Linux."""
    return sys.platform == "linux" and on_a_socket()


def image() -> Image:
    """The image that sandboxes are made from.

    Raises:
        MachineError: there is no engine or no image; the message names the mend.
    """
    found = (may_bind() and find(bound_name(), whole=False)) or find(whole_name(), whole=True)
    if not found:
        raise MachineError("The engine has no image for the sandbox `container`.", "Run `mlesmith image`.")
    return found


def find(name: str, *, whole: bool) -> Image | None:
    """The image of this name, where the engine has it."""
    with named_errors():
        try:
            found = engine().images.get(name)
        except ImageNotFound:
            return None
    return Image(name, str(found.id), found.labels.get(PYTHON_LABEL) or data_stack().executable, whole)


def digest() -> str:
    """The digest of the image that sandboxes are made from.

    Raises:
        MachineError: there is no engine or no image; the message names the mend.
    """
    return image().digest
