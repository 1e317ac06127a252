"""Every agent by its name; adding one is adding an entry."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from inspect import Parameter, signature
from typing import Literal

from inspect_ai.solver import Solver

from harness.agents.controls import nothing, oracle, sample_submission
from harness.agents.dojo import dojo, dojo_scripted
from harness.agents.names import BASELINES
from harness.agents.programs import baseline, script
from harness.agents.react import react
from harness.errors import UnknownName

Kind = Literal["control", "baseline", "test", "script", "model"]


@dataclass(frozen=True)
class AgentCard:
    """An agent: `family` names its near relatives, `make` builds its solver from its options."""

    name: str
    family: str
    kind: Kind
    summary: str
    make: Callable[..., Solver]

    @property
    def options(self) -> dict[str, Parameter]:
        """What may stand in brackets behind its name."""
        return {name: one for name, one in signature(self.make).parameters.items() if name not in {"name", "family"}}


def _cards() -> list[AgentCard]:
    baselines = [
        AgentCard(name, family, "baseline", summary, partial(baseline, name=name, family=family))
        for name, (family, summary) in BASELINES.items()
    ]
    return [
        *baselines,
        AgentCard("oracle", "control", "control", "Submits the answers: must score best possible.", oracle),
        AgentCard("sample_submission", "control", "control", "Submits the sample: must be valid.", sample_submission),
        AgentCard("nothing", "control", "control", "Submits nothing: must be missing.", nothing),
        AgentCard("script", "script", "script", "Your own Python file: script:FILE.", script),
        AgentCard("react", "", "model", "A language model with a shell, Python and check_submission.", react),
        AgentCard("dojo", "", "model", "A language model with MLE-Dojo's actions and a budget of them.", dojo),
        AgentCard(
            "dojo_scripted", "scripted", "test", "A script through the same actions; no contestant.", dojo_scripted
        ),
    ]


AGENTS = {card.name: card for card in _cards()}


def get_agent(name: str) -> AgentCard:
    """The agent of that name.

    Raises:
        UnknownName: there is none; near names are listed.
    """
    if name not in AGENTS:
        raise UnknownName("agent", name, list(AGENTS))
    return AGENTS[name]
