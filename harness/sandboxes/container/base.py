"""A draft of the whole image on a base image, for engines that can reach a registry."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from harness.errors import MachineError
from harness.sandboxes.container.carried import pack_frame, pack_stack
from harness.sandboxes.container.drafts import build, made, marked, new_draft, packed_to
from harness.sandboxes.container.engine import ANSWER_S, engine, labels, named_errors
from harness.sandboxes.container.image import PYTHON, PYTHON_LABEL, Image
from harness.sandboxes.stack import Entry, data_stack, versions

BIN = "/opt/mlesmith/bin"
PLACES = ("/usr/local/bin", "/usr/bin", "/opt/conda/bin", "/opt/bin")
ARCHITECTURES = {"arm64": "aarch64", "amd64": "x86_64"}
# What wheels of the stack are made for; older systems take none of its present versions.
GLIBC = "manylinux_2_28"
# An engine without a way to a registry says so at once, or never.
LOOK_UP_S = 10
Say = Callable[[str], object]


def draft_on_base(base: str | None, folder: Path, say: Say = str) -> Image | None:
    """A draft on a base image; None where none was asked for and the engine can reach none.

    Raises:
        MachineError: the engine can't get the image that was asked for, or it has another Python.
    """
    name = base or f"python:{PYTHON}-slim"
    say(f"Asking the engine for {name}.")
    try:
        _get(name, LOOK_UP_S if base is None else ANSWER_S)
    except MachineError as error:
        if base is not None:
            raise
        say(str(error))
        return None
    python = _python_in(name)
    with packed_to(folder / "stack.tar") as archive:
        pack_frame(archive)
        for command in ("python", "python3"):
            archive.link(f"{BIN}/{command}", python)
        pack_stack(archive, _entries_for(name, folder, say))
    say(f"Handing {(folder / 'stack.tar').stat().st_size >> 20} MB to the engine.")
    target = new_draft()
    about = {**marked(), PYTHON_LABEL: python, "mlesmith.base": name}
    build(name, folder / "stack.tar", "/", target, about)
    return made(target, whole=True)


def _get(name: str, within: int) -> None:
    """Let the engine get an image that it may not have yet; it must not be silent for longer than so many seconds."""
    with named_errors(), suppress(ImageNotFound):
        engine().images.get(name)
        return
    try:
        _pull(name, within)
    except (DockerException, RequestException, HTTPError, TimeoutError) as error:
        said = error.explanation if isinstance(error, APIError) else error
        raise MachineError(
            f"The engine can't get the image {name}: {said}.", "Let it reach a registry, or name an image that it has."
        ) from error


def _pull(name: str, within: int) -> None:
    """Follow a pull line by line, in a thread: the engine's client waits for its first word without end."""
    told: SimpleQueue[dict[str, object] | Exception | None] = SimpleQueue()
    tagged = ":" in name.rpartition("/")[2]

    def follow() -> None:
        try:
            with closing(docker.from_env(timeout=within)) as asked:
                for line in asked.api.pull(name, tag=None if tagged else "latest", stream=True, decode=True):
                    told.put(line)
            told.put(None)
        except (DockerException, RequestException, HTTPError, OSError) as error:
            told.put(error)

    Thread(target=follow, daemon=True).start()
    while (line := _next(told, within)) is not None:
        if isinstance(line, Exception):
            raise line
        if "error" in line:
            raise DockerException(line["error"])


def _next(
    told: "SimpleQueue[dict[str, object] | Exception | None]", within: int
) -> dict[str, object] | Exception | None:
    try:
        return told.get(timeout=within)
    except Empty:
        raise TimeoutError(f"it has said nothing for {within} s") from None


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
    machine = known(str(about["Architecture"]))
    if about["Os"] == sys.platform and machine == known(platform.machine()):
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


def known(machine: str) -> str:
    return ARCHITECTURES.get(machine.lower(), machine.lower())
