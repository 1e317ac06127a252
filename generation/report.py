"""What came of a generation run: yield of every check, rejected formulations with reasons, seconds and cost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict

from generation.outcomes import Harvest, Outcome, harvest
from generation.records import DatasetRecord, FormulationRecord
from generation.shares import wilson
from generation.spending import Spent, cost, summed
from generation.verification.findings import Verdict
from generation.verification.registry import catalogue
from generation.verification.worth import Worth
from generation.yields import CheckYield, Course, LayerYield, check_yields, layer_yields

_TEMPLATES = Path(__file__).parent / "templates"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetRow(_Frozen):
    """One dataset; `reason` says why it gave no task, `drawn` of how many of its rows tasks are made (0: of all).

    `notes` say what was changed to make a plain table of it.
    """

    source: str
    name: str
    rows: int
    drawn: int
    columns: int
    formulations: int
    verified: int
    status: Literal["served", "rejected", "error"]
    reason: str = ""
    notes: tuple[str, ...] = ()


class TaskRow(_Frozen):
    """One verified package."""

    id: str
    source: str
    question: str
    objective: str
    metric: str
    repairs: int
    seconds: float
    cost_usd: float | None
    path: str = ""
    worth: Worth | None = None


class RejectedRow(_Frozen):
    """One formulation that became no task: where it fell, and why."""

    source: str
    formulation: str
    question: str
    stage: str
    reason: str
    repairs: int


class CheckRow(_Frozen):
    """How often one check passed, failed and was not run, over the last attempt of every formulation."""

    check: str
    layer: str
    passed: int
    failed: int
    not_run: int
    outcome_based: bool


class GenerationReport(_Frozen):
    """A whole run.

    A cost that is not known is None. `without_outcome_based` counts the verified formulations and those that only
    checks of how well models do on them have rejected. `layers` are the yield of each layer, `turned_down` the checks
    that something failed, repairs included; `checks` counts the last attempts alone.
    """

    datasets: tuple[DatasetRow, ...]
    tasks: tuple[TaskRow, ...]
    rejected: tuple[RejectedRow, ...]
    checks: tuple[CheckRow, ...]
    layers: tuple[LayerYield, ...]
    turned_down: tuple[CheckYield, ...]
    formulations: int
    verified: int
    without_outcome_based: int
    repaired: int
    seconds: float
    cost_usd: float | None
    spent: tuple[Spent, ...]

    @property
    def all_datasets_served(self) -> bool:
        return all(row.status == "served" for row in self.datasets)

    @property
    def errors(self) -> tuple[DatasetRow, ...]:
        """Datasets whose work failed for a reason that is not theirs."""
        return tuple(row for row in self.datasets if row.status == "error")

    @property
    def best_beats_constant(self) -> float | None:
        """The share of the tasks on which the best probe beats the constant beyond the interval of the difference."""
        return _share([one.worth.beats_constant for one in self.tasks if one.worth is not None])

    @property
    def some_two_differ(self) -> float | None:
        """The share of the tasks on which some two learning probes differ beyond the interval over all pairs."""
        return _share([one.worth.two_differ for one in self.tasks if one.worth is not None])

    @property
    def kept(self) -> tuple[float, float]:
        """The Wilson interval of the share of formulations that were verified."""
        return wilson(self.verified, self.formulations)

    @property
    def kept_without_outcome_based(self) -> tuple[float, float]:
        """The same if checks of how well models do on a task turned nothing down."""
        return wilson(self.without_outcome_based, self.formulations)

    @property
    def cost_per_task(self) -> float | None:
        """Dollars for each verified task, the rejected ones paid for; None where not known or there is none."""
        return None if self.cost_usd is None or not self.verified else self.cost_usd / self.verified

    @property
    def seconds_per_task(self) -> float | None:
        return self.seconds / self.verified if self.verified else None

    def to_json(self) -> str:
        return self.model_dump_json(indent=2) + "\n"

    def to_markdown(self) -> str:
        """Tables of yield, of tasks and of what was rejected."""
        return _environment().get_template("report.md.j2").render(report=self)


def report(logs: str | Path | Iterable[str | Path], written: Sequence[Path] = ()) -> GenerationReport:
    """The report on logs of the generation eval; `written` are the folders of the export."""
    found = harvest(logs)
    formulations = [one for outcome in found.outcomes for one in outcome.record.formulations]
    twins = {id(refused.record) for refused in found.refused}
    courses = [Course.of(one, twin=id(one) in twins) for one in formulations]
    spent = summed(
        one
        for outcome in found.outcomes
        for part in (outcome.record.spent, *(record.spent for record in outcome.record.formulations))
        for one in part
    )
    return GenerationReport(
        datasets=tuple(_dataset_row(outcome, found) for outcome in found.outcomes),
        tasks=tuple(_task_rows(found, {path.name: path for path in written})),
        rejected=tuple(_rejected_rows(found)),
        checks=tuple(_check_rows(formulations)),
        layers=layer_yields(courses),
        turned_down=check_yields(courses, [check.id for check in catalogue()]),
        formulations=len(formulations),
        verified=len(found.accepted),
        without_outcome_based=sum(_outcome_free(one) for one in formulations),
        repaired=sum(bool(accepted.record.repairs) for accepted in found.accepted),
        seconds=found.seconds,
        cost_usd=cost(spent),
        spent=spent,
    )


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None


def _dataset_row(outcome: Outcome, found: Harvest) -> DatasetRow:
    record = outcome.record
    verified = sum(accepted.dataset is record for accepted in found.accepted)
    status: Literal["served", "rejected", "error"] = "error" if outcome.error else "served" if verified else "rejected"
    twins = "; ".join(refused.reason for refused in found.refused if refused.dataset is record)
    return DatasetRow(
        source=record.uri,
        name=record.name,
        rows=record.rows,
        drawn=record.drawn,
        columns=record.columns,
        formulations=len(record.formulations),
        verified=verified,
        status=status,
        reason=outcome.error or ("" if verified else record.why_not or twins),
        notes=record.notes,
    )


def _task_rows(found: Harvest, written: dict[str, Path]) -> Iterable[TaskRow]:
    for accepted in found.accepted:
        record = accepted.record
        if record.package is None or record.verification is None:
            continue
        card = record.package.unpacked().card
        yield TaskRow(
            id=card.id,
            source=accepted.dataset.uri,
            question=card.title,
            objective=card.task.objective,
            metric=card.metric.name,
            repairs=len(record.repairs),
            seconds=record.seconds,
            cost_usd=record.verification.run.cost_usd,
            path=str(written.get(card.id, "")),
            worth=record.verification.worth,
        )


def _rejected_rows(found: Harvest) -> Iterable[RejectedRow]:
    for outcome in found.outcomes:
        for one in outcome.record.formulations:
            if one.status != "verified":
                yield _rejected_row(outcome.record, one, one.stage, one.reason)
    for refused in found.refused:
        yield _rejected_row(refused.dataset, refused.record, "export", refused.reason)


def _rejected_row(dataset: DatasetRecord, record: FormulationRecord, stage: str, reason: str) -> RejectedRow:
    return RejectedRow(
        source=dataset.uri,
        formulation=record.formulation.slug,
        question=record.formulation.question,
        stage=stage,
        reason=reason,
        repairs=len(record.repairs),
    )


def _check_rows(formulations: Iterable[FormulationRecord]) -> Iterable[CheckRow]:
    counts: dict[str, Counter[Verdict]] = {}
    for record in formulations:
        for result in record.verification.checks if record.verification is not None else ():
            counts.setdefault(result.id, Counter())[result.verdict] += 1
    for check in catalogue():
        count = counts.get(check.id)
        if count is not None:
            yield CheckRow(
                check=check.id,
                layer=check.layer.value,
                passed=count[Verdict.PASS],
                failed=count[Verdict.FAIL],
                not_run=count[Verdict.NOT_RUN],
                outcome_based=check.outcome_based,
            )


def _outcome_free(record: FormulationRecord) -> bool:
    """Whether the formulation is verified, or only checks of how well models do on it failed."""
    if record.verification is None:
        return False
    asked = {check.id for check in catalogue() if check.outcome_based}
    failed = {result.id for result in record.verification.failed}
    return record.status == "verified" or (bool(failed) and failed <= asked)


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - Markdown, whose cells are escaped below
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cell"] = _cell
    environment.filters["share"] = lambda pair: f"{pair[0] / pair[1]:.0%}" if pair[1] else "–"
    environment.filters["interval"] = lambda ends: f"[{ends[0]:.0%}, {ends[1]:.0%}]"
    return environment


def _cell(value: object) -> str:
    """A value in a Markdown table: what is not known is a dash."""
    if value is None or value == "":
        return "–"
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
