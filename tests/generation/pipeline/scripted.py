"""An engine and a battery that do what a test tells them, so that the flow between them can be tested alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generation.engines import Engine
from generation.formulation import Defect, Formulation, Stage, TaskDesign
from generation.profile import DatasetProfile
from generation.rules.refactor import normalise
from generation.verification.findings import Layer, Verdict
from generation.verification.report import CheckResult, RunCost, VerificationReport
from harness.errors import MlesmithError
from harness.package import TaskPackage
from harness.sources import Fetched

TABLE = "height,weight,score\n" + "".join(f"{at},{at * 7 % 13},{at % 5}\n" for at in range(40))


def formulation(target: str, question: str = "") -> Formulation:
    return Formulation(
        slug=target,
        target=target,
        objective="regression",
        metric="rmse",
        prediction="number",
        question=question or f"What is the {target}?",
        goal="",
    )


def fault(stage: Stage, check: str = "data.id_signal") -> CheckResult:
    return CheckResult(
        id=check, layer=Layer(check.split(".", maxsplit=1)[0]), verdict=Verdict.FAIL, figure=1.0, limit=0.0, stage=stage
    )


GOOD = CheckResult(id="structure.parses", layer=Layer.STRUCTURE, verdict=Verdict.PASS)


class Gave(MlesmithError):
    """What a scripted stage gives up with."""


@dataclass
class Script:
    """What to propose, and what verification finds in the first, second, … package of a target; then nothing.

    `stubborn` stages answer a defect with what they gave before; `broken` ones fail that often, or with that error.
    """

    targets: Sequence[str] = ("score",)
    found: dict[str, list[list[CheckResult]]] = field(default_factory=dict)
    stubborn: frozenset[str] = frozenset()
    broken: dict[str, list[Exception]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    seen: list[tuple[str, list[Defect]]] = field(default_factory=list)

    def note(self, stage: str, defects: Sequence[Defect]) -> None:
        self.calls[stage] += 1
        self.seen.append((stage, list(defects)))
        if self.broken.get(stage):
            raise self.broken[stage].pop(0)

    async def propose(
        self,
        profile: DatasetProfile,
        fetched: Fetched,
        limit: int = 3,
        defects: Sequence[Defect] = (),
        wanted: Sequence[str] = (),
    ) -> list[Formulation]:
        self.note("brainstormer", defects)
        return [formulation(target) for target in wanted or self.targets][:limit]

    async def design(
        self, profile: DatasetProfile, formulation: Formulation, defects: Sequence[Defect] = ()
    ) -> TaskDesign:
        self.note("designer", defects)
        version = 0 if "designer" in self.stubborn else self.calls["designer"]
        return TaskDesign(
            slug=formulation.slug,
            title=formulation.question,
            objective=formulation.objective,
            target=(formulation.target,),
            prediction=formulation.prediction,
            split=formulation.split,
            metric_name=formulation.metric,
            direction="minimize",
            best=0.0,
            description=f"version {version}",
            prepare="prepared = 1",
            metric="measured = 1",
            solution="solved = 1",
        )

    async def refactor(
        self,
        design: TaskDesign,
        profile: DatasetProfile,
        fetched: Fetched,
        defects: Sequence[Defect] = (),
        *,
        collection: str = "generated",
    ) -> TaskPackage:
        self.note("refactor", defects)
        renamed = any(defect.kind == "task_id" for defect in defects)
        package = normalise(design, profile, fetched, collection=collection, distinct=renamed)
        version = 0 if "refactor" in self.stubborn else self.calls["refactor"]
        text = f"{package.files['description.md']}refactored {version}"
        return TaskPackage(card=package.card, files={**package.files, "description.md": text})

    async def verify(self, package: TaskPackage, **_: object) -> VerificationReport:
        self.calls["verify"] += 1
        waiting = self.found.get(package.card.task.target[0], [])
        results = (GOOD, *(waiting.pop(0) if waiting else []))
        return VerificationReport.of(results, 0.1, complete=True)


def follow(script: Script, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Let the pipeline use the script as its engine and its battery."""
    engine = Engine("rules", script, script, script)
    monkeypatch.setattr("generation.stages.open_engine", lambda name, *, seeds=None: engine)
    monkeypatch.setattr("generation.repair.verify", script.verify)
    monkeypatch.setattr("generation.pipeline.choose", lambda kind: "bubble")
    return script


def table(folder: Path, name: str = "plants.csv", text: str = TABLE) -> str:
    """A small table and its URI."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return f"file:{path}"


__all__ = ["GOOD", "RunCost", "Script", "fault", "follow", "formulation", "table"]
