"""Making the image: folders alone where this machine is bound, else a whole one, on a base image or of packed files."""

import io
import platform
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import anyio
from docker.errors import APIError, DockerException, ImageNotFound
from docker.types import Mount
from requests.exceptions import RequestException

from harness.errors import MachineError
from harness.sandboxes.bubble.bytecode import compiled
from harness.sandboxes.container.archive import Archive
from harness.sandboxes.container.carried import pack_frame, pack_stack, pack_system
from harness.sandboxes.container.engine import LABEL, engine, labels, named_errors
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
from harness.sandboxes.container.volumes import require_parts
from harness.sandboxes.spec import SandboxSpec
from harness.sandboxes.stack import BYTECODE, Entry, data_stack, versions

DRAFT = "mlesmith/draft"
BIN = "/opt/mlesmith/bin"
PLACES = ("/usr/local/bin", "/usr/bin", "/opt/conda/bin", "/opt/bin")
ARCHITECTURES = {"arm64": "aarch64", "amd64": "x86_64"}
# What wheels of the stack are made for; older systems take none of its present versions.
GLIBC = "manylinux_2_28"
Say = Callable[[str], object]


def make_image(base: str | None = None, say: Say = str) -> Image:
    """Make the image where it is not there yet; `base` names the image that a whole one is made on.

    Raises:
        MachineError: the engine can't be used, or has no base image and can't take this machine's files.
    """
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
    _import(packed, bound_name(), {})
    found = find(bound_name(), whole=False)
    if found and not _sees_files(found):
        with named_errors():
            engine().images.remove(found.name)
        return None
    return found


def _sees_files(image: Image) -> bool:
    """Whether the engine can bind this machine's files: it refuses a source that is not there."""
    with tempfile.NamedTemporaryFile() as here:
        sources = {here.name: "/seen/file", data_stack().executable: "/seen/python"}
        mounts = [Mount(place, source, type="bind", read_only=True) for source, place in sources.items()]
        with named_errors():
            try:
                probe = engine().containers.create(image.name, [image.python], mounts=mounts, labels=labels("probe"))
            except APIError as error:
                if "bind source path does not exist" in str(error.explanation):
                    return False
                raise
            probe.remove(force=True)
    return True


def _import(packed: IO[bytes], name: str, about: dict[str, str]) -> None:
    marks = [f'LABEL {key}="{value}"' for key, value in {LABEL: "image", **about}.items()]
    with named_errors():
        # The whole name in one: Podman 4.3 takes no notice of a tag beside it.
        engine().api.import_image_from_data(packed, repository=name, changes=marks)


def _of_this_machine(folder: Path, say: Say) -> Image:
    with named_errors():
        theirs = _known(str(engine().info()["Architecture"]))
    ours = _known(platform.machine())
    if sys.platform != "linux" or theirs != ours:
        raise MachineError(
            f"The engine ({theirs}) can't run what this machine has ({sys.platform}, {ours}), and could get no base "
            f"image python:{PYTHON}-slim.",
            "Let the engine reach a registry, or use `mlesmith image --base NAME` with an image that it has.",
        )
    say("Packing this machine's tools, Python and data stack.")
    with _packed(folder / "system.tar") as archive:
        pack_frame(archive)
        pack_system(archive)
        pack_stack(archive)
    say(f"Handing {(folder / 'system.tar').stat().st_size >> 20} MB to the engine.")
    name = _new_draft()
    with (folder / "system.tar").open("rb") as packed:
        _import(packed, name, {PYTHON_LABEL: data_stack().executable})
    return _draft(name)


def draft_on_base(base: str | None, folder: Path, say: Say = str) -> Image | None:
    """A draft on a base image; None where none was asked for and the engine can reach none.

    Raises:
        MachineError: the engine can't get the image that was asked for, or it has another Python.
    """
    name = base or f"python:{PYTHON}-slim"
    say(f"Asking the engine for {name}.")
    try:
        _get(name)
    except MachineError as error:
        if base is not None:
            raise
        say(str(error))
        return None
    python = _python_in(name)
    with _packed(folder / "stack.tar") as archive:
        pack_frame(archive)
        for command in ("python", "python3"):
            archive.link(f"{BIN}/{command}", python)
        pack_stack(archive, _entries_for(name, folder, say))
    say(f"Handing {(folder / 'stack.tar').stat().st_size >> 20} MB to the engine.")
    target = _new_draft()
    _build(name, folder / "stack.tar", "/", target, {PYTHON_LABEL: python, "mlesmith.base": name})
    return _draft(target)


def _get(name: str) -> None:
    """Let the engine get an image that it may not have yet."""
    with named_errors(), suppress(ImageNotFound):
        engine().images.get(name)
        return
    tagged = ":" in name.rpartition("/")[2]
    try:
        engine().images.pull(name, tag=None if tagged else "latest")
    except (DockerException, RequestException) as error:
        said = error.explanation if isinstance(error, APIError) else error
        raise MachineError(
            f"The engine can't get the image {name}: {said}.", "Let it reach a registry, or name an image that it has."
        ) from error


def _python_in(name: str) -> str:
    """Where the image has this version of Python."""
    with named_errors():
        if labelled := engine().images.get(name).labels.get(PYTHON_LABEL):
            return str(labelled)
        helper = engine().containers.create(name, ["true"], labels=labels("probe"))
        try:
            for place in PLACES:
                with suppress(APIError):
                    helper.get_archive(f"{place}/python{PYTHON}")
                    return f"{place}/python{PYTHON}"
        finally:
            helper.remove(force=True)
    raise MachineError(
        f"The image {name} has no python{PYTHON} in {', '.join(PLACES)}.",
        f"Use one that has, like python:{PYTHON}-slim.",
    )


def _entries_for(name: str, folder: Path, say: Say) -> list[Entry]:
    """The stack's packages for the machine of an image: this one's own where they run there, else from the index."""
    with named_errors():
        about = engine().images.get(name).attrs
    machine = _known(str(about["Architecture"]))
    if about["Os"] == sys.platform and machine == _known(platform.machine()):
        return list(data_stack().entries)
    say(f"Getting the data stack for {machine} from the package index.")
    return wheels(folder / "site", machine)


def wheels(target: Path, machine: str) -> list[Entry]:
    """The data stack in the versions of this machine, for Linux on another: what lies in `target` afterwards.

    Raises:
        MachineError: there is no pip and no uv, or the index lacks a wheel.
    """
    pins = [f"{name}=={version}" for name, version in versions().items()]
    always = ["--target", str(target), "--no-deps", "--only-binary", ":all:", "--python-version", PYTHON, *pins]
    uv = shutil.which("uv")
    if uv:
        words = [uv, "pip", "install", "--quiet", "--python-platform", f"{machine}-{GLIBC}", *always]
    else:
        platforms = [f"{GLIBC}_{machine}", f"manylinux_2_17_{machine}", f"manylinux2014_{machine}"]
        words = [sys.executable, "-m", "pip", "install", "--quiet"]
        words += [word for one in platforms for word in ("--platform", one)] + always
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MachineError(f"The data stack for {machine} can't be had: {done.stderr.strip()[-500:]}")
    return [Entry(path, path.name) for path in sorted(target.iterdir()) if path.name != "bin"]


def _build(name: str, packed: Path, place: str, target: str, about: dict[str, str]) -> None:
    """Put an archive on an image. Nothing is run for it, so it needs no network."""
    marks = [f'LABEL {key}="{value}"' for key, value in {LABEL: "image", **about}.items()]
    recipe = "\n".join([f"FROM {name}", f"ADD {packed.name} {place}", *marks, "ENTRYPOINT []", ""]).encode()
    context = packed.with_suffix(".context")
    with context.open("w+b") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            described = tarfile.TarInfo("Dockerfile")
            described.size = len(recipe)
            tar.addfile(described, io.BytesIO(recipe))
            tar.add(packed, packed.name)
        file.seek(0)
        with named_errors():
            engine().images.build(fileobj=file, custom_context=True, tag=target, rm=True, forcerm=True)


def _compiled(draft: Image, folder: Path, say: Say) -> Image:
    """The draft with the byte code of the stack, which is also the proof that it imports."""
    say("Compiling the data stack inside.")

    async def start_draft(spec: SandboxSpec, bytecode: Path | None) -> Container:
        return await Container.start(spec, bytecode, draft)

    (folder / "bytecode.tar").write_bytes(anyio.run(compiled, start_draft))
    _build(draft.name, folder / "bytecode.tar", BYTECODE, whole_name(), {})
    with suppress(DockerException):
        engine().images.remove(draft.name)
    made = find(whole_name(), whole=True)
    if made is None:
        raise MachineError("The engine has made the image and does not have it.", "Run `mlesmith image` again.")
    return made


def _new_draft() -> str:
    """A name that no other making uses: two at once leave each other's drafts alone."""
    return f"{DRAFT}:{secrets.token_hex(8)}"


def _draft(name: str) -> Image:
    found = find(name, whole=True)
    if found is None:
        raise MachineError("The engine took the files and has no image of them.", "Look at its free disk.")
    return found


def _known(machine: str) -> str:
    return ARCHITECTURES.get(machine.lower(), machine.lower())


@contextmanager
def _packed(path: Path) -> Iterator[Archive]:
    with path.open("wb") as file:
        archive = Archive(file, MODES)
        yield archive
        archive.close()


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mlesmith-image-") as folder:
        yield Path(folder)
