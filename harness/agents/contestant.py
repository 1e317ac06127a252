"""A contestant in words: `boosting`, `react@openai/gpt-5`, `baseline[seed=3]`, `script:FILE`."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_ai.solver import Solver
from pydantic import TypeAdapter, ValidationError

from harness.agents.catalogue import AgentCard, get_agent
from harness.agents.programs import script_file
from harness.errors import UserError
from harness.sandboxes.host import HostRefuses

FORM = re.compile(r"(?P<agent>[a-z_][a-z0-9_]*)(\[(?P<options>[^\]]*)\])?(@(?P<model>.+))?")


class MalformedContestant(UserError):
    """Words that name no agent, or name a model for an agent that has none, or none for one that needs it."""


@dataclass(frozen=True)
class Contestant:
    """An agent with its options and, where it needs one, its model."""

    agent: AgentCard
    options: tuple[tuple[str, str | int | float], ...]
    model: str | None

    @property
    def name(self) -> str:
        """The key of every leaderboard."""
        if self.agent.name == "script":
            return f"script:{dict(self.options)['file']}"
        options = ",".join(f"{key}={value}" for key, value in self.options)
        return self.agent.name + (f"[{options}]" if options else "") + (f"@{self.model}" if self.model else "")

    @property
    def words(self) -> str:
        """The contestant without its model: what `-T agent=` takes."""
        return self.name.partition("@")[0] if self.agent.name != "script" else self.name

    def require_here(self) -> None:
        """Raise `NoSuchScript` where the contestant is a script that is no file."""
        if self.agent.name == "script":
            script_file(str(dict(self.options)["file"]))

    def solver(self) -> Solver:
        """The solver with the options given."""
        return self.agent.make(**dict(self.options))


def parse_contestant(words: str) -> Contestant:
    """Read `agent`, `agent[key=value,...]`, `agent@model` or `script:FILE`.

    Raises:
        UnknownName: there is no such agent.
        MalformedContestant: the words are of another form.
    """
    words = words.strip()
    if words.startswith("script:"):
        return Contestant(get_agent("script"), (("file", words.removeprefix("script:")),), None)
    form = FORM.fullmatch(words)
    if form is None:
        raise MalformedContestant(f"{words!r} names no contestant. Write agent, agent[key=value]@model or script:FILE.")
    agent, options = get_agent(form["agent"]), _options(form["options"] or "", words)
    _require_fit(agent, options, words)
    return Contestant(agent, options, form["model"])


def _require_fit(agent: AgentCard, options: Sequence[tuple[str, object]], words: str) -> None:
    """That the agent takes these options, each once and of its kind, and lacks none; raises MalformedContestant."""
    known = agent.options
    there = f"It takes {', '.join(known)}." if known else "It takes none."
    counts = Counter(key for key, _ in options)
    if agent.name == "script":
        raise MalformedContestant(f"{words!r}: write script:FILE.")
    for key, value in options:
        if key not in known:
            raise MalformedContestant(f"{words!r}: the agent {agent.name} has no option {key!r}. {there}")
        if counts[key] > 1:
            raise MalformedContestant(f"{words!r}: the option {key!r} is given {counts[key]} times.")
        try:
            TypeAdapter(known[key].annotation).validate_python(value, strict=True)
        except ValidationError as error:
            said = "; ".join(dict.fromkeys(one["msg"] for one in error.errors()))
            raise MalformedContestant(f"{words!r}: the option {key!r} can't be {value!r}: {said}.") from None


def require_own(contestants: Sequence[Contestant]) -> None:
    """Refuse what is not mlesmith's own code, for a run without isolation.

    Raises:
        HostRefuses: a script, or an agent with a model.
    """
    foreign = [one.name for one in contestants if one.agent.kind not in {"baseline", "control"}]
    if foreign:
        raise HostRefuses(
            f"The sandbox `host` isolates nothing and runs mlesmith's own baselines alone, not {', '.join(foreign)}. "
            "Use --sandbox auto."
        )


def _options(text: str, words: str) -> tuple[tuple[str, str | int | float], ...]:
    options = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if not equals:
            raise MalformedContestant(f"{words!r}: {part!r} is not of the form key=value.")
        options.append((key.strip(), _value(value.strip())))
    return tuple(sorted(options))


def _value(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def contestants(agents: list[str], models: list[str]) -> list[Contestant]:
    """Every agent, those that need a model once for each model.

    Raises:
        MalformedContestant: an agent that needs a model, and none is named; or a model, and no agent that takes one.
    """
    found: dict[str, Contestant] = {}
    for words in agents:
        contestant = parse_contestant(words)
        needs = contestant.agent.kind == "model"
        if contestant.model and not needs:
            raise MalformedContestant(f"{words!r}: the agent {contestant.agent.name} takes no model.")
        if needs and not contestant.model and not models:
            raise MalformedContestant(
                f"The agent {contestant.agent.name} needs a model: --models openai/gpt-5, or react@openai/gpt-5."
            )
        named = [contestant.model] if contestant.model or not needs else models
        for model in named:
            one = Contestant(contestant.agent, contestant.options, model)
            found.setdefault(one.name, one)
    return list(found.values())
