"""A formulation on its way to a verified package: written, attacked, sent back to the stage that owns the defect."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inspect_ai.util import concurrency

from generation.bench import Bench, StageFailed, Watch
from generation.formulation import Defect, Formulation, Stage, TaskDesign
from generation.records import FormulationRecord, PackedPackage, Repair
from generation.spending import Spent, cost, summed
from generation.verification.battery import verify
from generation.verification.report import RunCost, VerificationReport
from generation.verification.worth import Difficulty
from harness.package import TaskPackage
from harness.processors import processors

MOST_REPAIRS = 3
ORDER: tuple[Stage, ...] = ("brainstormer", "designer", "refactor")
_SHOWN = 3
_LONGEST_REASON = 600


@dataclass
class Draft:
    """A formulation while it is worked on; `defects` are what the last stage found before anything was verified.

    `given_up` is set where that stage will not have another answer. `found` holds all defects so far, oldest first:
    an engine that keeps no memory would undo the first repair with the second.
    """

    formulation: Formulation
    design: TaskDesign | None = None
    package: TaskPackage | None = None
    report: VerificationReport | None = None
    defects: list[Defect] = field(default_factory=list)
    given_up: bool = False
    found: list[Defect] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)
    seconds: float = 0.0

    def learn(self, defects: Sequence[Defect]) -> None:
        """Add the defects that are new."""
        self.found += [one for one in defects if one not in self.found]

    def found_for(self, stage: Stage) -> list[Defect]:
        """All defects so far that a stage owns."""
        return [one for one in self.found if one.stage == stage]

    def failed(self, failure: StageFailed) -> None:
        """Note what a stage could not do."""
        self.spent += failure.spent
        self.defects, self.given_up = [failure.defect], failure.final

    def record(self) -> FormulationRecord:
        """As the log keeps it."""
        bare = FormulationRecord(
            formulation=self.formulation,
            package=None if self.package is None else PackedPackage.of(self.package),
            repairs=tuple(self.repairs),
            spent=summed(self.spent),
            seconds=round(self.seconds, 2),
        )
        return bare if self.report is None else bare.verified_as(self.report)

    def verified(self) -> FormulationRecord:
        """As the log keeps it: with its measured difficulty, and what it cost in its verification.json."""
        if self.package is not None and self.report is not None and self.report.worth is not None:
            self.package = graded_by(self.package, self.report.worth.difficulty)
        record = self.record()
        report = record.verification
        if report is None:
            return record
        run = RunCost(
            seconds=record.seconds,
            input_tokens=sum(one.input_tokens for one in record.spent),
            output_tokens=sum(one.output_tokens for one in record.spent),
            cost_usd=cost(record.spent),
        )
        return record.model_copy(update={"status": "verified", "verification": report.model_copy(update={"run": run})})

    def parts(self) -> dict[str, object]:
        """What a repair can change, by name."""
        found: dict[str, object] = {f"formulation.{k}": v for k, v in self.formulation.model_dump().items()}
        if self.design is not None:
            texts = {"description": "description.md", **{n: f"{n}.py" for n in ("prepare", "metric", "solution")}}
            found |= {texts.get(k, f"design.{k}"): v for k, v in self.design.model_dump().items()}
        if self.package is not None:
            found |= {"task.toml": self.package.card, **self.package.files}
        return found


def graded_by(package: TaskPackage, difficulty: Difficulty) -> TaskPackage:
    """The package with the difficulty that its ladder measured; no check reads it, so nothing need be run again."""
    question = package.card.task.model_copy(update={"difficulty": difficulty})
    return replace(package, card=package.card.model_copy(update={"task": question}))


async def design(bench: Bench, draft: Draft, defects: Sequence[Defect] = ()) -> None:
    """Write the formulation out; a stage that fails leaves its defect in the draft."""
    watch = Watch()
    try:
        draft.design, spent = await bench.design(draft.formulation, defects)
        draft.spent += spent
    except StageFailed as failed:
        draft.failed(failed)
    draft.seconds += watch.seconds


async def refactor(bench: Bench, draft: Draft, defects: Sequence[Defect] = ()) -> None:
    """Bring the design to the schema, unless a defect waits to go back."""
    if draft.design is None or draft.defects:
        return
    watch = Watch()
    try:
        draft.package, spent = await bench.refactor(draft.design, defects)
        draft.spent += spent
    except StageFailed as failed:
        draft.failed(failed)
    draft.seconds += watch.seconds


async def settle(bench: Bench, draft: Draft) -> list[FormulationRecord]:
    """Verify and repair until the package is verified or rejected.

    The last record is what became of the draft; those before it are formulations for which the brainstormer gave
    another one.
    """
    given_up: list[FormulationRecord] = []
    for repairs in range(MOST_REPAIRS + 1):
        defects = await _attack(bench, draft)
        if draft.report is not None and draft.report.verified:
            return [*given_up, draft.verified()]
        if not defects:
            why = draft.report.summary if draft.report is not None else "no package was made"
            return [*given_up, _rejected(draft, why)]
        if draft.given_up:
            return [*given_up, _rejected(draft, _reason(defects))]
        if repairs == MOST_REPAIRS:
            return [*given_up, _rejected(draft, f"{_reason(defects)} (after {MOST_REPAIRS} repairs)")]
        owner = min((defect.stage for defect in defects), key=ORDER.index)
        before, record = draft.parts(), _rejected(draft, _reason(defects))
        other = await _mend(bench, draft, owner, [one for one in defects if one.stage == owner])
        if other:
            given_up.append(record)
        if draft.defects:
            continue
        if draft.parts() == before:
            return [*given_up, _rejected(draft, f"{_reason(defects)} (the {owner} had no other answer)")]
    raise AssertionError("the loop returns")


async def _attack(bench: Bench, draft: Draft) -> list[Defect]:
    """The defects of a draft: those that wait, or what the battery finds."""
    if draft.defects or draft.package is None:
        draft.report = None
        return draft.defects
    # One more than there are processors: each waits for something now and then.
    async with concurrency("mlesmith verification", processors() + 1):
        watch = Watch()
        draft.report = await verify(
            draft.package, sandbox=bench.sandbox, seed=bench.seed, against=bench.against, within_eval=True
        )
        draft.seconds += watch.seconds
    return draft.report.defects()


async def _mend(bench: Bench, draft: Draft, owner: Stage, defects: Sequence[Defect]) -> bool:
    """Send defects back to their stage and all that follows; whether another formulation came back."""
    before, old = draft.parts(), draft.formulation
    draft.defects = []
    draft.learn(defects)
    if owner == "brainstormer":
        await _ask_again(bench, draft)
        if draft.formulation == old:
            return False
    if not draft.defects and owner != "refactor":
        await design(bench, draft, draft.found_for("designer"))
    await refactor(bench, draft, draft.found_for("refactor"))
    if draft.formulation.target != old.target:
        return True
    after = draft.parts()
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    draft.repairs.append(Repair(stage=owner, defects=tuple(defects), changed=tuple(changed)))
    return False


async def _ask_again(bench: Bench, draft: Draft) -> None:
    """The formulation mended, or else one with a target that is not yet in use."""
    watch = Watch()
    try:
        proposed, spent = await bench.propose(len(bench.asked) + 1, draft.found_for("brainstormer"))
    except StageFailed as failed:
        draft.failed(failed)
        return
    same = [one for one in proposed if one.target == draft.formulation.target and one != draft.formulation]
    fresh = [one for one in proposed if one.target not in bench.asked]
    for formulation in [*same, *fresh][:1]:
        bench.asked.add(formulation.target)
        if formulation.target != draft.formulation.target:
            draft.design = draft.package = None
            draft.seconds, draft.spent, draft.repairs = 0.0, [], []
        draft.formulation = formulation
    draft.spent += spent
    draft.seconds += watch.seconds


def _rejected(draft: Draft, reason: str) -> FormulationRecord:
    failed = draft.report.failed if draft.report is not None else ()
    stage = failed[0].layer.value if failed else draft.defects[0].stage if draft.defects else "verification"
    return draft.record().rejected(stage, reason[:_LONGEST_REASON])


def _reason(defects: Sequence[Defect]) -> str:
    more = len(defects) - _SHOWN
    return "; ".join(defect.message for defect in defects[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
