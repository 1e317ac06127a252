"""What a kind of source is, and the table of all kinds."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.sources.fetched import Fetched

Fetch = Callable[[str, str], Fetched]


@dataclass(frozen=True)
class Scheme:
    """One kind of source: its name, how a URI looks, and the function that fetches it."""

    name: str
    form: str
    fetch: Fetch


SCHEMES: dict[str, Scheme] = {}


def scheme(name: str, *, form: str) -> Callable[[Fetch], Fetch]:
    """Register `fetch(uri, rest)`, where `rest` is the URI after `name:`, as the way to fetch sources of this kind."""

    def register(fetch: Fetch) -> Fetch:
        SCHEMES[name] = Scheme(name, form, fetch)
        return fetch

    return register
