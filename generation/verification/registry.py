"""The checks, found by scanning the folder `checks`: adding one is adding one file with one decorated function."""

import pkgutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from generation.formulation import Stage
from generation.verification.findings import Finding, Layer
from harness.errors import MlesmithError, UnknownName

if TYPE_CHECKING:
    from generation.verification.evidence import Evidence


class Part(StrEnum):
    """A piece of evidence that costs something to gather; the package's text alone costs nothing."""

    PREPARED = "prepared"
    RAW = "raw"
    CONTENT = "content"
    REACH = "reach"
    REPEATED = "repeated"
    PERMUTED = "permuted"
    GRADES = "grades"
    BENCH = "bench"
    PROBES = "probes"


class DuplicateCheck(MlesmithError):
    """Two checks with one id."""


@dataclass(frozen=True)
class Check:
    """One check.

    `stage` owns the defect that a failure is; `needs` names the evidence it reads. `outcome_based` marks a check that
    looks at how well models do on the task: the yield report also gives the yield without these.
    """

    id: str
    layer: Layer
    protects: str
    stage: Stage
    needs: tuple[Part, ...]
    outcome_based: bool
    run: Callable[["Evidence"], Finding]


_FOUND: dict[str, Check] = {}


def check(
    name: str,
    *,
    layer: str,
    protects: str,
    stage: Stage = "designer",
    needs: Collection[Part] = (),
    outcome_based: bool = False,
) -> Callable[[Callable[["Evidence"], Finding]], Callable[["Evidence"], Finding]]:
    """Register a function as the check `name`; `protects` completes the sentence "protects from …"."""

    def register(function: Callable[["Evidence"], Finding]) -> Callable[["Evidence"], Finding]:
        if name in _FOUND:
            raise DuplicateCheck(f"Two checks are named {name!r}; rename the one in {function.__module__}.")
        _FOUND[name] = Check(name, Layer(layer), protects, stage, tuple(needs), outcome_based, function)
        return function

    return register


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check, by layer and then by name."""
    from generation.verification import checks

    for module in pkgutil.iter_modules(checks.__path__):
        import_module(f"{checks.__name__}.{module.name}")
    order = list(Layer)
    return tuple(sorted(_FOUND.values(), key=lambda one: (order.index(one.layer), one.id)))


def chosen(only: Collection[str] | None = None) -> tuple[Check, ...]:
    """The checks named, or all; a name may be a whole layer.

    Raises:
        UnknownName: neither a check nor a layer.
    """
    if only is None:
        return catalogue()
    known = {one.id for one in catalogue()} | {layer.value for layer in Layer}
    for name in only:
        if name not in known:
            raise UnknownName("check", name, sorted(known))
    return tuple(one for one in catalogue() if one.id in only or one.layer.value in only)
