"""The one way from a URI to its data."""

from dataclasses import replace
from pathlib import Path

from harness.sources.fetched import ChecksumError, Fetched, SourceError
from harness.sources.scheme import SCHEMES
from harness.sources.table_like import require_table
from harness.sources.unpickle import PICKLES, unpickled

R_ENDINGS = (".rda", ".rdata", ".rds")


def resolve(uri: str, *, sha256: str | None = None) -> Fetched:
    """Fetch a source, or find it in the cache, and check it; waits for downloads, so async code calls it in a thread.

    Raises:
        SourceError: an unknown scheme, a file or member that is not there, a package index that can't be reached.
        ChecksumError: the data is not the one with `sha256`.
        NotATable: a file that is no table.
    """
    scheme, rest = _scheme(uri)
    fetched = SCHEMES[scheme].fetch(uri, rest)
    if sha256 is not None and fetched.sha256 != sha256:
        raise ChecksumError(uri, sha256, fetched.sha256)
    name = fetched.path.name.lower()
    if name.endswith(R_ENDINGS):
        raise SourceError(
            f"{fetched.path.name} is in R's own format, which can run code when read. Write it as a table first, "
            'for example in R: write.csv(data, "data.csv", row.names = FALSE).'
        )
    if name.endswith(PICKLES):
        fetched = replace(fetched, path=unpickled(fetched))
    require_table(fetched.path)
    return fetched


def _scheme(uri: str) -> tuple[str, str]:
    scheme, colon, rest = uri.partition(":")
    if not colon or (scheme not in SCHEMES and Path(uri).exists()):
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
