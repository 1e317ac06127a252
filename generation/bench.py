"""What one dataset's stages share while they work: the engine, the profile, the neighbours. Never part of a log."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from anyio import to_thread
from pydantic import ValidationError

from generation.engines import Engine
from generation.formulation import Defect, Formulation, Stage, TaskDesign
from generation.neighbours import name_is_taken
from generation.spending import Spent, ledger, summed
from harness.errors import MachineError, MlesmithError, UnknownName
from harness.models.failures import ProviderError
from harness.package import TaskPackage

if TYPE_CHECKING:
    from generation.profile import DatasetProfile
    from harness.sources import Fetched

T = TypeVar("T")
SAME_ID = "task_id"


class GivenUp(MlesmithError):
    """A stage has been told often enough: to send it its defect again would only cost."""


class StageFailed(MlesmithError):
    """A stage gave nothing that could be used; `defect` goes to the stage that must mend it, unless it is `final`."""

    def __init__(self, defect: Defect, spent: tuple[Spent, ...] = (), *, final: bool = False) -> None:
        super().__init__(defect.message)
        self.defect = defect
        self.spent = spent
        self.final = final


@dataclass
class Bench:
    """One dataset being worked on; `asked` are the targets already in use, so that no two formulations share one.

    `wanted` are the targets that a user named; without any the brainstormer chooses.
    """

    engine: Engine
    profile: "DatasetProfile"
    fetched: "Fetched"
    sandbox: str
    seed: int
    against: Sequence[TaskPackage]
    wanted: Sequence[str] = ()
    asked: set[str] = field(default_factory=set)

    async def propose(self, limit: int, defects: Sequence[Defect] = ()) -> tuple[list[Formulation], tuple[Spent, ...]]:
        """Questions of the dataset.

        Raises:
            StageFailed: there is no such column as one that is wanted, or it can't be asked for.
            MachineError, ProviderError: not the fault of what was asked.
        """
        for name in self.wanted:
            if name not in self.profile.names:
                raise StageFailed(_defect_of("brainstormer", UnknownName("column", name, list(self.profile.names))))
        stage = self.engine.brainstormer
        call = partial(stage.propose, self.profile, self.fetched, limit, defects, self.wanted)
        return await self._run("brainstormer", call)

    async def design(
        self, formulation: Formulation, defects: Sequence[Defect] = ()
    ) -> tuple[TaskDesign, tuple[Spent, ...]]:
        stage = self.engine.designer
        return await self._run("designer", lambda: stage.design(self.profile, formulation, defects))

    async def refactor(
        self, design: TaskDesign, defects: Sequence[Defect] = ()
    ) -> tuple[TaskPackage, tuple[Spent, ...]]:
        """The package; a name that another question has is given back once."""
        stage = self.engine.refactor
        package, spent = await self._run(
            "refactor", lambda: stage.refactor(design, self.profile, self.fetched, defects)
        )
        if not name_is_taken(package, self.against):
            return package, spent
        taken = Defect(
            stage="refactor", kind=SAME_ID, where="task.toml:id", message=f"another task is named {package.id}"
        )
        package, more = await self._run(
            "refactor", lambda: stage.refactor(design, self.profile, self.fetched, [*defects, taken])
        )
        if name_is_taken(package, self.against):
            raise StageFailed(taken, summed([*spent, *more]))
        return package, summed([*spent, *more])

    async def _run(self, stage: Stage, call: Callable[[], Awaitable[T]]) -> tuple[T, tuple[Spent, ...]]:
        """One stage; the engine without a model only computes, so it gets a thread of its own.

        Raises:
            StageFailed: the stage gave up, or gave something outside of the schema.
            MachineError, ProviderError: not the fault of what was asked.
        """
        with ledger() as spent:
            try:
                made = await (call() if self.engine.name == "llm" else to_thread.run_sync(_alone, call))
            except (MachineError, ProviderError):
                raise
            except (MlesmithError, ValidationError) as error:
                final = isinstance(error, GivenUp)
                raise StageFailed(_defect_of(stage, error), summed(spent), final=final) from error
        return made, summed(spent)


async def _awaited(call: Callable[[], Awaitable[T]]) -> T:
    return await call()


def _alone(call: Callable[[], Awaitable[T]]) -> T:
    return asyncio.run(_awaited(call))


def _defect_of(stage: Stage, error: Exception) -> Defect:
    # What the refactor cannot bring to the schema is the design's.
    owner: Stage = "designer" if stage == "refactor" else stage
    return Defect(stage=owner, kind=f"{stage}.{type(error).__name__}", message=" ".join(str(error).split())[:1000])


class Watch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = perf_counter()

    @property
    def seconds(self) -> float:
        return round(perf_counter() - self._started, 2)
