"""`file:`: a file of the user's own."""

from pathlib import Path
from urllib.parse import unquote

from harness.sources.fetched import ENDINGS, Fetched, SourceError, digest, slug
from harness.sources.scheme import scheme

DOCUMENTATION = (".md", ".txt", ".names", ".rst")
README = ("README.md", "README.txt", "README")
MAX_DOCUMENTATION = 1 << 18


@scheme("file", form="file:PATH (or a path): CSV, TSV, Parquet, plain or gzipped")
def fetch(uri: str, rest: str) -> Fetched:
    """The file itself, never copied; a text of the same name or a README beside it is its documentation."""
    try:
        path = _existing(uri, rest).resolve()
    except (OSError, RuntimeError) as error:  # a name too long, a folder that may not be entered, an unknown ~user
        raise SourceError(f"{uri} can't be read: {error}.") from error
    if path.is_dir():
        tables = sorted(item.name for item in path.iterdir() if ENDINGS.search(item.name))[:5]
        hint = f" Name one of its files, such as {', '.join(tables)}." if tables else ""
        raise SourceError(f"{path} is a folder; a source is one table.{hint}")
    if not path.is_file():
        raise SourceError(f"{path} is no regular file but a device or a pipe; a source is a file that stays as it is.")
    try:
        sha256 = digest(path)
    except PermissionError as error:
        raise SourceError(f"{path} can't be read: permission denied.") from error
    return Fetched(
        uri=uri,
        pinned_uri=f"file:{path}",
        path=path,
        sha256=sha256,
        licence="unknown",
        citation="",
        cluster=slug(path.name),
        documentation=_documentation(path),
    )


def _existing(uri: str, rest: str) -> Path:
    for text in (rest.removeprefix("//"), unquote(rest.removeprefix("//")), uri):
        path = Path(text).expanduser()
        if path.exists():
            return path
    wanted = Path(rest)
    near = sorted(item.name for item in wanted.parent.glob("*") if item.is_file())[:8] if wanted.parent.is_dir() else []
    hint = f" In that folder are: {', '.join(near)}." if near else ""
    raise SourceError(f"There is no file {wanted}.{hint}")


def _documentation(path: Path) -> str:
    stem = ENDINGS.sub("", path.name)
    beside = [path.with_name(f"{stem}{ending}") for ending in DOCUMENTATION]
    for candidate in [*beside, *(path.with_name(name) for name in README)]:
        if candidate.is_file() and candidate != path and candidate.stat().st_size <= MAX_DOCUMENTATION:
            return candidate.read_text(encoding="utf-8", errors="replace")
    return ""
