"""Making the image: folders alone where this machine is bound, else a whole one, on a base image or of packed files."""

import io
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
from docker.errors import APIError
from docker.types import Mount
from filelock import FileLock

from harness.errors import MachineError
from harness.places import cache_dir
from harness.sandboxes.bubble.bytecode import compiled
from harness.sandboxes.container.archive import Archive
from harness.sandboxes.container.base import Say, draft_on_base, known
from harness.sandboxes.container.carried import pack_frame, pack_stack, pack_system
from harness.sandboxes.container.drafts import build, imported, made, packed_to, remove
from harness.sandboxes.container.engine import engine, labels, named_errors, sweep_once
from harness.sandboxes.container.image import (
    MODES,
    PYTHON,
    PYTHON_LABEL,
    Image,
    bound_name,
    find,
    may_bind,
    whole_name,
)
from harness.sandboxes.container.layout import links
from harness.sandboxes.container.process import Container
from harness.sandboxes.container.traits import traits
from harness.sandboxes.container.volumes import require_parts
from harness.sandboxes.spec import SandboxSpec
from harness.sandboxes.stack import BYTECODE, data_stack

# What Docker, Podman and, of a closed folder, both say of a file that they do not see.
UNSEEN = ("bind source path does not exist", "no such file or directory", "permission denied")


def make_image(base: str | None = None, say: Say = str) -> Image:
    """Make the image where it is not there yet; `base` names the image that a whole one is made on.

    Raises:
        MachineError: the engine can't be used, or has no base image and can't take this machine's files.
    """
    sweep_once()
    # Whoever comes second finds what the first has made. Where the lock is not shared (another cache, another machine)
    # both make one, by drafts with names of their own, and the later stays.
    with FileLock(cache_dir("sandbox") / "image.lock"):
        if base is None and may_bind():
            found = find(bound_name(), whole=False) or _make_bound()
            if found:
                return found
            say("The engine does not see this machine's files, so the image holds all of them.")
        found = find(whole_name(), whole=True)
        if found and base is None:
            return found
        require_parts()
        with _scratch() as folder:
            draft = draft_on_base(base, folder, say) or _of_this_machine(folder, say)
            return _compiled(draft, folder, say)


def _make_bound() -> Image | None:
    packed = io.BytesIO()
    archive = Archive(packed, MODES)
    pack_frame(archive)
    for place, target in sorted(links().items()):
        archive.link(place, target)
    archive.close()
    packed.seek(0)
    draft = imported(packed, {}, whole=False)
    try:
        # It has its name once it is known to be of use: another process takes what it finds by it.
        return _named(draft, bound_name()) if _sees_files(draft) else None
    finally:
        remove(draft)


def _named(draft: Image, name: str) -> Image:
    if found := find(name, whole=draft.whole):
        return found
    repository, _, tag = name.partition(":")
    with named_errors():
        engine().images.get(draft.name).tag(repository, tag)
    return made(name, whole=draft.whole)


def _sees_files(image: Image) -> bool:
    """Whether the engine can bind this machine's files: it refuses a source that is not there."""
    with tempfile.NamedTemporaryFile() as here:
        sources = {here.name: "/seen/file", data_stack().executable: "/seen/python"}
        mounts = [Mount(place, source, type="bind", read_only=True) for source, place in sources.items()]
        with named_errors():
            try:
                probe = engine().containers.create(image.name, [image.python], mounts=mounts, labels=labels("probe"))
            except APIError as error:
                if any(sign in str(error.explanation) for sign in UNSEEN):
                    return False
                raise
            probe.remove(force=True)
    return True


def _of_this_machine(folder: Path, say: Say) -> Image:
    theirs, ours = known(traits().architecture), known(platform.machine())
    if sys.platform != "linux" or theirs != ours:
        raise MachineError(
            f"The engine ({theirs}) can't run what this machine has ({sys.platform}, {ours}), and could get no base "
            f"image python:{PYTHON}-slim.",
            "Let the engine reach a registry, or use `mlesmith image --base NAME` with an image that it has.",
        )
    say("Packing this machine's tools, Python and data stack.")
    with packed_to(folder / "system.tar") as archive:
        pack_frame(archive)
        pack_system(archive)
        pack_stack(archive)
    say(f"Handing {(folder / 'system.tar').stat().st_size >> 20} MB to the engine.")
    with (folder / "system.tar").open("rb") as packed:
        return imported(packed, {PYTHON_LABEL: data_stack().executable}, whole=True)


def _compiled(draft: Image, folder: Path, say: Say) -> Image:
    """The draft with the byte code of the stack, which is also the proof that it imports."""
    say("Compiling the data stack inside.")

    async def start_draft(spec: SandboxSpec, bytecode: Path | None) -> Container:
        return await Container.start(spec, bytecode, draft)

    try:
        (folder / "bytecode.tar").write_bytes(anyio.run(compiled, start_draft))
        build(draft.name, folder / "bytecode.tar", BYTECODE, whole_name(), {})
    finally:
        remove(draft)
    return made(whole_name(), whole=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mlesmith-image-") as folder:
        yield Path(folder)
