"""The prepared tasks of this process, by what a sample's metadata says; what is not there is prepared again."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import anyio
from inspect_ai.solver import TaskState

from harness.package import TaskPackage, load_package
from harness.preparation import prepare
from harness.prepared import PreparedTask
from harness.processors import processors

PACKAGE = "package"
ASKED = "sandbox_asked"  # the word that chose the sandbox; graders are chosen by it again
T = TypeVar("T")

_room: dict[Path, PreparedTask] = {}


def prepare_all(
    packages: Sequence[TaskPackage],
    sandbox: str,
    on_task: Callable[[int, int, str], None] | None = None,
    *,
    refresh: bool = False,
) -> list[PreparedTask]:
    """Prepare several tasks, as many at once as there are processors; works inside a running event loop, too."""
    return outside(lambda: anyio.run(_prepare_all, packages, sandbox, on_task, refresh))


async def _prepare_all(
    packages: Sequence[TaskPackage], sandbox: str, on_task: Callable[[int, int, str], None] | None, refresh: bool
) -> list[PreparedTask]:
    prepared: dict[int, PreparedTask] = {}
    room = anyio.CapacityLimiter(processors())

    async def one(position: int, package: TaskPackage) -> None:
        async with room:
            prepared[position] = await _remembered(package, sandbox, refresh=refresh)
        if on_task is not None:
            on_task(len(prepared), len(packages), package.id)

    async with anyio.create_task_group() as group:
        for position, package in enumerate(packages):
            group.start_soon(one, position, package)
    return [prepared[position] for position in range(len(packages))]


async def _remembered(package: TaskPackage, sandbox: str, *, refresh: bool = False) -> PreparedTask:
    known = _room.get(package.root) if package.root is not None else None
    if known is not None and known.package == package and not refresh:
        return known
    task = await prepare(package, sandbox=sandbox, refresh=refresh)
    if package.root is not None:
        _room[package.root] = task
    return task


async def prepared_of(state: TaskState) -> PreparedTask:
    """The prepared task of a sample; prepared anew where another process made the sample (a retry, a re-scoring)."""
    root = Path(str(state.metadata[PACKAGE]))
    return _room.get(root) or await _remembered(load_package(root), str(state.metadata.get(ASKED, "auto")))


def outside(work: Callable[[], T]) -> T:
    """Run blocking work in a thread of its own, so that an event loop that is running here is no hindrance."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # noqa: BLE001  (raised again below, in the caller's thread)
            failure.append(error)

    thread = threading.Thread(target=run, name="mlesmith-prepare")
    thread.start()
    thread.join()
    if failure:
        raise unwrapped(failure[0])
    return result[0]


def unwrapped(error: BaseException) -> BaseException:
    """The one error inside an exception group of one; task groups wrap what a person should read as it is."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
