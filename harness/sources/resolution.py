"""The one way from a URI to its data."""

from functools import lru_cache
from pathlib import Path

from harness.places import room_for
from harness.sources.fetched import ChecksumError, Fetched, SourceError
from harness.sources.scheme import SCHEMES
from harness.sources.tables import opened


def resolve(uri: str, *, sha256: str | None = None) -> Fetched:
    """Fetch a source, or find it in the cache, and check it; waits for downloads, so async code calls it in a thread.

    Raises:
        SourceError: an unknown scheme, a file or member that is not there, a package index that can't be reached.
        ChecksumError: the data is not the one with `sha256`.
        NotATable: a file that is no table.
        MachineError: no space for a copy, or no sandbox where one is needed.
    """
    scheme, rest = _scheme(uri)
    try:
        with room_for(uri):
            fetched = SCHEMES[scheme].fetch(uri, rest)
            if sha256 is not None and fetched.sha256 != sha256:
                raise ChecksumError(uri, sha256, fetched.sha256)
            return _opened(fetched)
    except OSError as error:
        raise _told(uri, error) from error


def _opened(fetched: Fetched) -> Fetched:
    """As `opened`; a content that was looked at in this process is not looked at again while its table is there."""
    found = _opened_once(fetched)
    if not found.path.exists():
        _opened_once.cache_clear()
        found = _opened_once(fetched)
    return found


@lru_cache(maxsize=32)
def _opened_once(fetched: Fetched) -> Fetched:
    return opened(fetched)


def _told(uri: str, error: OSError) -> SourceError:
    where = f"{error.filename}: " if error.filename else ""
    return SourceError(f"{uri} can't be read: {where}{error.strerror or error}.")


def _scheme(uri: str) -> tuple[str, str]:
    scheme, colon, rest = uri.partition(":")
    if not colon or (scheme not in SCHEMES and Path(uri.partition("#")[0]).exists()):
        scheme, rest = "file", uri
    if scheme not in SCHEMES:
        forms = "; ".join(known.form for known in SCHEMES.values())
        raise SourceError(f"{uri} names no kind of source that is known. Known: {forms}.")
    return scheme, rest


def require_form(uri: str) -> None:
    """Say at once that a source can't be: an unknown scheme, or a file that is not there; downloads nothing.

    Raises:
        SourceError: as `resolve` would say it.
    """
    scheme, _ = _scheme(uri)
    if scheme == "file":
        resolve(uri)
