"""The clients of data services, which come as extras: imported when they are needed, and asked for where missing."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from io import StringIO

from harness.errors import MachineError
from harness.sources.fetched import SourceError


class MissingExtra(SourceError):
    """A service's client is not installed."""

    def __init__(self, scheme: str, package: str) -> None:
        super().__init__(
            f"{scheme}: sources are read by the package {package}, which is not installed. "
            f"Install it: pip install 'mlesmith[{scheme}]'."
        )


def require_client(scheme: str, module: str, package: str) -> None:
    """See that a client is installed, without importing it.

    Raises:
        MissingExtra: it is not.
    """
    if find_spec(module) is None:
        raise MissingExtra(scheme, package)


@contextmanager
def silence() -> Iterator[None]:
    """Keep what a client prints off the standard output, which is for answers."""
    with redirect_stdout(StringIO()):
        yield


@contextmanager
def told(uri: str, service: str, key: str) -> Iterator[None]:
    """Turn what a client's HTTP library raises into messages; `key` names the variable that holds the user's key.

    Raises:
        SourceError: the service refused.
        MachineError: it can't be reached, or broke off.
    """
    requests = import_module("requests.exceptions")
    try:
        yield
    except requests.HTTPError as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        raise _refusal(uri, service, key, status) from error
    except requests.RequestException as error:
        raise unreachable(uri, service) from error


def _refusal(uri: str, service: str, key: str, status: int | None) -> Exception:
    if status in {401, 403}:
        return SourceError(
            f"{uri}: {service} refused it (HTTP {status}). The dataset may be private, its rules not accepted, "
            f"or the key in {key} wrong."
        )
    if status == 404:
        return SourceError(f"{uri}: {service} has no such dataset, version or file. See its page for their names.")
    return MachineError(f"{uri}: {service} answered with HTTP {status or 'an error'}.", "Try again later.")


def broken_off() -> tuple[type[Exception], ...]:
    """What the HTTP libraries that are here raise when a connection can't be made or breaks off."""
    found = {"httpx2": "TransportError", "httpx": "TransportError", "requests": "RequestException"}
    return tuple(getattr(import_module(name), error) for name, error in found.items() if find_spec(name) is not None)


def unreachable(uri: str, service: str) -> MachineError:
    """What is said where the network or the service fails."""
    return MachineError(
        f"{uri}: {service} can't be reached, or broke off.",
        "Call again: what is whole is kept, a half file is never taken for one.",
    )
