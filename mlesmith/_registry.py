"""What Inspect finds under `mlesmith/` and beside its own providers; loaded through the entry point `inspect_ai`."""

import inspect
from collections.abc import Callable
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.model import ModelAPI, modelapi
from inspect_ai.solver import Solver, solver

from harness.agents.catalogue import AGENTS, AgentCard
from harness.evals import competition_task
from harness.evals import suite as suite_of
from harness.package import load_package
from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.container.environment import ContainerSandbox
from harness.sandboxes.host import HostSandbox
from harness.scorer import competition_scorer
from harness.selection import task_folders
from harness.telling import told_by_inspect

__all__ = ["BubbleSandbox", "ContainerSandbox", "HostSandbox", "competition_scorer", "generate", "litellm", "suite"]


@modelapi(name="litellm")
def litellm() -> type[ModelAPI]:
    """Models by `litellm/<provider>/<model>`."""
    from harness.models.litellm import LiteLLM  # with a client that takes half a second, for whoever asks a model

    return LiteLLM


@task
@told_by_inspect()
def generate(
    sources: str | list[str],
    engine: str = "rules",
    formulations: int = 3,
    seed: int = 0,
    sandbox: str = "auto",
    mark: str = "",
    against: str | list[str] | None = None,
    target: str | list[str] | None = None,
) -> Task:
    """Raw datasets to verified tasks: a sample for each source, a score for each layer of verification."""
    from generation.pipeline import generate_task  # with the engines, which no other eval needs

    return generate_task(sources, engine, formulations, seed, sandbox, mark, against, target)


@task
@told_by_inspect()
def suite(
    tasks: str | list[str],
    agent: str | None = None,
    sandbox: str = "auto",
    time_s: int | None = None,
    memory_mb: int | None = None,
    unisolated: bool = False,
    runs: dict[str, list[int]] | None = None,
) -> Task:
    """Many competitions in one log: a sample for each. `tasks`: ids, paths, globs, splits, separated by commas.

    `runs`: the numbers of the epochs of each task, where a plan names them.
    """
    limits = {"time_s": time_s, "memory_mb": memory_mb}
    return suite_of(tasks, agent=agent, sandbox=sandbox, unisolated=unisolated, runs=runs, **limits)


def _competition(name: str, folder: Path) -> None:
    """Register one competition; its package is read when the eval starts, so registering hundreds costs nothing."""

    @told_by_inspect()
    def competition(
        agent: str | None = None,
        sandbox: str = "auto",
        time_s: int | None = None,
        memory_mb: int | None = None,
        unisolated: bool = False,
    ) -> Task:
        package = load_package(folder)
        limits = {"time_s": time_s, "memory_mb": memory_mb}
        return competition_task(package, agent=agent, sandbox=sandbox, unisolated=unisolated, **limits)

    competition.__name__ = name
    task(name=name)(competition)


def _agent(card: AgentCard) -> None:
    """Register one agent as a solver, with the options of its factory as `-S`."""
    make: Callable[..., Solver] = card.make

    @told_by_inspect()
    def agent(**options: object) -> Solver:
        return make(**options)

    agent.__name__ = card.name
    agent.__signature__ = inspect.Signature(list(card.options.values()))  # type: ignore[attr-defined]
    solver(name=card.name)(agent)


for _name, _folder in task_folders().items():
    _competition(_name, _folder)
for _card in AGENTS.values():
    _agent(_card)
