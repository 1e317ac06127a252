"""`file:`: a file or a folder of the user's own."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from harness.sources.choosing import Candidates, choose
from harness.sources.fetched import ENDINGS, Fetched, SourceError, digest, slug
from harness.sources.header import header
from harness.sources.joining import combined
from harness.sources.scheme import scheme
from harness.sources.surroundings import citation, documentation, licence

MAX_FILES = 5_000
SHOWN = 8


@scheme("file", form="file:PATH[#MEMBER][#SHEET] (or a path): a table, an archive of tables, or a folder of them")
def fetch(uri: str, rest: str) -> Fetched:
    """The file itself, never copied; what lies beside it is its documentation, licence and citation.

    Raises:
        SourceError: it is not there, can't be read, or is a folder that does not say which table is meant.
    """
    try:
        path, inside = _existing(uri, rest)
        path = path.resolve()
        if path.is_dir():
            return _from_folder(uri, path, inside)
        if not path.is_file():
            raise SourceError(
                f"{path} is no regular file but a device or a pipe; a source is a file that stays as it is."
            )
        return _from_file(uri, path, inside)
    except PermissionError as error:
        raise SourceError(
            f"{error.filename or uri} can't be read: permission denied. Let this user read it."
        ) from error
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, an unknown ~user, a null character
        raise SourceError(f"{uri} can't be read: {error}.") from error


def _from_file(uri: str, path: Path, inside: str) -> Fetched:
    fragment = f"#{inside}" if inside else ""
    named = inside.partition("#")[0] if path.suffix.lower() == ".zip" and inside else path.name
    return Fetched(
        uri=uri,
        pinned_uri=f"file:{path}{fragment}",
        path=path,
        sha256=digest(path),
        licence=licence(path.parent),
        citation=citation(path.parent),
        cluster=slug(Path(named).name),
        documentation=documentation(path),
        inside=inside,
    )


def _from_folder(uri: str, folder: Path, inside: str) -> Fetched:
    """The table of a folder: `inside` is `NAME` or `NAME#SHEET`, or empty where the folder has one table."""
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in _files(folder)}
    named, _, part = inside.partition("#")
    if named and (folder / named).is_symlink() and named not in sizes:
        target = (folder / named).resolve()
        raise SourceError(
            f"{folder / named} links to {target}, out of the folder. Name that file itself, if it is meant."
        )
    found = choose(Candidates(str(folder), sizes, lambda name: header(folder / name)), named)
    parts = tuple(folder / name for name in found.names)
    of_file = _from_file(uri, parts[0], part)
    whole = replace(
        of_file,
        licence=of_file.licence if of_file.licence != "unknown" else licence(folder),
        citation=of_file.citation or citation(folder),
        documentation=documentation(folder, of_folder=True),
        notes=found.notes,
    )
    if len(parts) == 1:
        return whole
    return replace(
        whole,
        pinned_uri=f"file:{folder}{f'#{inside}' if inside else ''}",
        sha256=combined([digest(part) for part in parts]),
        cluster=slug(folder.name),
        parts=parts,
    )


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder in order of their names; links out of it are passed over.

    Raises:
        SourceError: there are more than are looked at.
        PermissionError: the folder is closed.
    """
    next(folder.iterdir(), None)  # a folder that can't be read is an error, one inside it is passed over
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if path.resolve().is_relative_to(folder) and path.is_file():
                count += 1
                yield path
            if count > MAX_FILES:
                raise SourceError(f"{folder} holds more than {MAX_FILES} files. Name the one that is meant: #NAME.")


def _existing(uri: str, rest: str) -> tuple[Path, str]:
    """The path that is meant, and what is named after `#` where the path alone is there."""
    for text in (rest.removeprefix("//"), unquote(rest.removeprefix("//")), uri):
        if (path := Path(text).expanduser()).exists():
            return path, ""
        base, mark, inside = text.partition("#")
        if mark and base and (path := Path(base).expanduser()).exists():
            return path, inside
    wanted = Path(rest)
    beside = wanted.parent.glob("*") if wanted.parent.is_dir() else []
    near = sorted(item.name for item in beside if item.is_file())
    tables = ([name for name in near if ENDINGS.search(name)] or near)[:SHOWN]
    hint = f" In that folder are: {', '.join(tables)}." if tables else ""
    raise SourceError(f"There is no file {wanted}.{hint}")
