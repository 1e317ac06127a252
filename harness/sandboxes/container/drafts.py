"""Drafts of images: each with a name of its own, so that two makings at once leave each other's alone."""

import io
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from docker.errors import DockerException
from requests.exceptions import RequestException

from harness.errors import MachineError
from harness.sandboxes.container.archive import Archive
from harness.sandboxes.container.engine import DRAFT, DRAFTED, LABEL, engine, named_errors, owner
from harness.sandboxes.container.image import MODES, Image, find


def new_draft() -> str:
    """A name that no other making uses: two at once leave each other's drafts alone."""
    return f"{DRAFT}:{secrets.token_hex(8)}"


@contextmanager
def packed_to(path: Path) -> Iterator[Archive]:
    """An archive that is written to a file."""
    with path.open("wb") as file:
        archive = Archive(file, MODES)
        yield archive
        archive.close()


def imported(packed: IO[bytes], about: dict[str, str], *, whole: bool) -> Image:
    """A draft of what an archive holds."""
    name = new_draft()
    with named_errors():
        # The whole name in one: Podman 4.3 takes no notice of a tag beside it.
        engine().api.import_image_from_data(packed, repository=name, changes=_marks({**marked(), **about}))
    return made(name, whole=whole)


def marked() -> dict[str, str]:
    """The labels of a draft, and of what becomes of it."""
    return {LABEL: "image", DRAFTED: owner()}


def _marks(about: dict[str, str]) -> list[str]:
    return [f'LABEL {key}="{value}"' for key, value in about.items()]


def build(name: str, packed: Path, place: str, target: str, about: dict[str, str]) -> None:
    """Put an archive on an image. Nothing is run for it, so it needs no network."""
    recipe = "\n".join([f"FROM {name}", f"ADD {packed.name} {place}", *_marks(about), "ENTRYPOINT []", ""]).encode()
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


def made(name: str, *, whole: bool) -> Image:
    """What was made just now, or another process's since then.

    Raises:
        MachineError: the engine has nothing of this name.
    """
    found = find(name, whole=whole)
    if found is None:
        raise MachineError("The engine took the files and has no image of them.", "Look at its free disk.")
    return found


def remove(draft: Image) -> None:
    """Take a draft's name away; what has another name stays."""
    with suppress(DockerException, RequestException):
        engine().images.remove(draft.name)
