"""The one image of all sandboxes: folders and links alone. The system, Python and the stack are bound, read-only."""

import hashlib
import io
import tarfile
from contextlib import suppress
from pathlib import Path

from harness.errors import MachineError
from harness.sandboxes.container.engine import LABEL, digest_of, engine, named_errors
from harness.sandboxes.container.layout import layout
from harness.sandboxes.spec import SandboxSpec

REPOSITORY = "mlesmith/sandbox"
# Where engines and programs expect a folder; the engine makes places to bind to by itself.
FOLDERS = ("usr", "etc", "proc", "sys", "dev", "tmp", "var/tmp", "run/mlesmith", "workspace", "opt/mlesmith/bin")
# A volume takes over the rights of the folder that it covers, and the user inside is not known yet.
MODES = {"workspace": 0o1777}


def _links() -> dict[str, str]:
    return layout(SandboxSpec(), None).links


def tag() -> str:
    """The name of the image for this interpreter and system."""
    text = repr((FOLDERS, MODES, sorted(_links().items())))
    return f"{REPOSITORY}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _archive() -> bytes:
    """The content of the image; the same bytes each time, so its digest tells whether it is the same."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in FOLDERS:
            parts = [str(parent) for parent in reversed(Path(name).parents) if parent != Path()]
            for folder in (part for part in [*parts, name] if part not in tar.getnames()):
                about = tarfile.TarInfo(folder)
                about.type, about.mode = tarfile.DIRTYPE, MODES.get(folder, 0o755)
                tar.addfile(about)
        for place, target in sorted(_links().items()):
            about = tarfile.TarInfo(place.lstrip("/"))
            about.type, about.linkname = tarfile.SYMTYPE, target
            tar.addfile(about)
    return packed.getvalue()


def make_image() -> tuple[str, str]:
    """Make the image where it is not there yet: its name and digest.

    The name tells the content, and the engine would give the same content another digest each time.

    Raises:
        MachineError: the engine can't be used; the message names the mend.
    """
    with suppress(MachineError):
        return tag(), digest_of(tag())
    repository, _, version = tag().partition(":")
    with named_errors():
        engine().api.import_image_from_data(
            _archive(), repository=repository, tag=version, changes=[f"LABEL {LABEL}=image"]
        )
    return tag(), digest_of(tag())


def digest() -> str:
    """The digest of the image that sandboxes are made from.

    Raises:
        MachineError: there is no engine or no image; the message names the mend.
    """
    engine()
    return digest_of(tag())
