"""The three stages as protocols, and the engines that offer them."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, cast

from generation.formulation import Defect, Formulation, TaskDesign
from generation.private_splits import PUBLIC, SplitSeeds
from harness.errors import UnknownName, UserError

if TYPE_CHECKING:
    from generation.profile.dataset import DatasetProfile
    from harness.package import TaskPackage
    from harness.sources import Fetched

_MODULES = {"rules": "generation.rules", "llm": "generation.llm"}


class CannotBeAsked(UserError):
    """A column that a user named as the target can't be one."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name!r} can't be asked for: {why}. Name another --target, or none.")


class Brainstormer(Protocol):
    """Asks questions of a dataset: at most `limit` of them, the best first; may be none.

    Where columns are `wanted`, of them alone.
    """

    async def propose(
        self,
        profile: "DatasetProfile",
        fetched: "Fetched",
        limit: int = 3,
        defects: Sequence[Defect] = (),
        wanted: Sequence[str] = (),
    ) -> list[Formulation]:
        """The questions.

        Raises:
            CannotBeAsked: one of the wanted columns can't be a target.
        """
        ...


class Designer(Protocol):
    """Writes one formulation out; `defects` are what a former design of it was sent back for."""

    async def design(
        self, profile: "DatasetProfile", formulation: Formulation, defects: Sequence[Defect] = ()
    ) -> TaskDesign: ...


class Refactor(Protocol):
    """Brings a design to the one schema."""

    async def refactor(
        self,
        design: TaskDesign,
        profile: "DatasetProfile",
        fetched: "Fetched",
        defects: Sequence[Defect] = (),
        *,
        collection: str = "generated",
    ) -> "TaskPackage": ...


@dataclass(frozen=True)
class Engine:
    """One way through the three stages."""

    name: Literal["rules", "llm"]
    brainstormer: Brainstormer
    designer: Designer
    refactor: Refactor


class _EngineModule(Protocol):
    """What `generation.rules` and `generation.llm` export."""

    def make_engine(self, seeds: SplitSeeds) -> Engine: ...


def open_engine(name: str = "rules", *, seeds: SplitSeeds = PUBLIC) -> Engine:
    """The engine of that name, imported on first use; `seeds` decide the splits.

    Raises:
        UnknownName: there is no such engine.
    """
    if name not in _MODULES:
        raise UnknownName("engine", name, list(_MODULES))
    module = cast("_EngineModule", import_module(_MODULES[name]))
    return module.make_engine(seeds)
