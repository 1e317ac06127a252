"""Questions from a language model, checked against the table before anything is written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from generation.engines import CannotBeAsked
from generation.formulation import Defect, Formulation
from generation.llm.asking import ask
from generation.llm.schemas import MOST_COLUMNS, PLACES, SPLITS, Proposals, Proposed, proposals_schema
from generation.llm.table import column_lines, documentation
from generation.private_splits import PUBLIC, SplitSeeds
from generation.profile import DatasetProfile
from generation.rules.candidates import Candidate, candidates
from generation.rules.naming import slug
from harness.competition.metrics import METRICS
from harness.schema import Prediction, Split

if TYPE_CHECKING:
    from harness.sources import Fetched

TEST_SHARE = 0.25
_ALSO = {"ordinal": ("ordinal", "multiclass"), "binary": ("binary",), "multiclass": ("multiclass",)}


class LlmBrainstormer:
    """Asks the model of the role `brainstormer` for questions; code decides which of them the table can answer."""

    def __init__(self, seeds: SplitSeeds = PUBLIC) -> None:
        self.seeds = seeds

    async def propose(
        self,
        profile: DatasetProfile,
        fetched: "Fetched | None" = None,  # noqa: ARG002
        limit: int = 3,
        defects: Sequence[Defect] = (),
        wanted: Sequence[str] = (),
    ) -> list[Formulation]:
        """The usable proposals; none where no column can be asked for. Where columns are wanted, of them alone.

        Raises:
            CannotBeAsked: one of the wanted columns can't be a target.
            UnusableAnswer: the model proposed nothing that this table can answer.
        """
        found, refused = candidates(profile)
        askable = {one.name: one for one in found if one.column.position < MOST_COLUMNS}
        if wanted:
            askable = _only(wanted, askable, refused)
        if not askable:
            return []
        limit = min(limit, len(PLACES), len(wanted) or len(PLACES))
        given = await ask(
            "brainstormer",
            {
                "profile": profile,
                "columns": column_lines(profile),
                "documentation": documentation(profile),
                "askable": {name: _objectives(one) for name, one in askable.items()},
                "metrics": METRICS.values(),
                "defects": defects,
                "limit": limit,
                "places": PLACES[:limit],
            },
            Proposals,
            proposals_schema(profile.names, list(askable), sorted(METRICS), limit),
            judge=lambda answer, last: _judged(profile, askable, refused, answer, last=last),
        )
        usable = [one for one in given.given if not problems_of(profile, askable, refused, one)]
        unique = {one.target: one for one in reversed(usable)}
        return [self._formulation(askable[one.target], one) for one in usable if unique[one.target] is one][:limit]

    def _split(self, rule: str, column: str, question: str) -> Split:
        share = self.seeds.share(TEST_SHARE, question) if rule == "time" else TEST_SHARE
        return Split.model_validate({"rule": rule, "test": share, "seed": self.seeds.of(question), "column": column})

    def _formulation(self, candidate: Candidate, proposed: Proposed) -> Formulation:
        rule = next(name for name in SPLITS if name == proposed.split)
        column = proposed.split_column if rule != "random" else ""
        return Formulation(
            slug=slug(proposed.target),
            target=proposed.target,
            objective=proposed.objective,
            metric=proposed.metric,
            prediction=prediction(proposed, candidate),
            question=" ".join(proposed.question.split()),
            goal=" ".join(proposed.goal.split()),
            drop={name: " ".join(why.split()) for name, why in proposed.drop.items() if name != column},
            split=self._split(rule, column, slug(proposed.target)),
            positive_label=candidate.labels[1] if proposed.objective == "binary" else "",
            labels=candidate.labels,
            rare_labels=candidate.rare,
            rationale=" ".join(proposed.rationale.split()),
        )


def _only(wanted: Sequence[str], askable: dict[str, Candidate], refused: dict[str, str]) -> dict[str, Candidate]:
    for name in wanted:
        if name not in askable:
            raise CannotBeAsked(name, refused.get(name, f"the model is shown the first {MOST_COLUMNS} columns alone"))
    return {name: askable[name] for name in wanted}


def problems_of(
    profile: DatasetProfile, askable: dict[str, Candidate], refused: dict[str, str], proposed: Proposed
) -> list[str]:
    """Why the table cannot answer a proposal; the model reads these sentences."""
    target = proposed.target
    if target not in askable:
        why = refused.get(target, f"the table has no such column; it has {', '.join(askable)}")
        return [f"target {target!r}: {why}"]
    problems = []
    if proposed.objective not in _objectives(askable[target]):
        problems.append(
            f"objective {proposed.objective!r}: {target} allows {' or '.join(_objectives(askable[target]))}"
        )
    metric = METRICS.get(proposed.metric)
    if metric is None or proposed.objective not in metric.objectives:
        fitting = sorted(name for name, spec in METRICS.items() if proposed.objective in spec.objectives)
        problems.append(f"metric {proposed.metric!r}: for {proposed.objective} use one of {', '.join(fitting)}")
    return problems + _drop_problems(profile, proposed) + _split_problems(profile, proposed)


def _objectives(candidate: Candidate) -> tuple[str, ...]:
    return _ALSO.get(candidate.objective, (candidate.objective,))


def _drop_problems(profile: DatasetProfile, proposed: Proposed) -> list[str]:
    unknown = [name for name in proposed.drop if name not in profile.names]
    if unknown:
        return [f"drop: the table has no column {', '.join(map(repr, unknown))}"]
    if proposed.target in proposed.drop:
        return ["drop: the target cannot be left out"]
    if len(proposed.drop) >= len(profile.names) - 1:
        return ["drop: nothing is left to predict from"]
    return []


def _split_problems(profile: DatasetProfile, proposed: Proposed) -> list[str]:
    if proposed.split not in SPLITS:
        return [f"split {proposed.split!r}: use one of {', '.join(SPLITS)}"]
    if proposed.split == "random":
        return []
    if proposed.split_column not in profile.names or proposed.split_column == proposed.target:
        return [f"split_column {proposed.split_column!r}: name the column of the {proposed.split}, not the target"]
    if proposed.split == "time" and proposed.split_column not in profile.times:
        known = ", ".join(profile.times) or "none"
        return [f"split_column {proposed.split_column!r}: it holds no time; columns that do: {known}"]
    return []


def prediction(proposed: Proposed, candidate: Candidate) -> Prediction:
    """The form of the answers that a metric takes."""
    if not candidate.labels:
        return "number"
    wanted: Prediction = "probability" if len(candidate.labels) == 2 else "probabilities"
    return wanted if wanted in METRICS[proposed.metric].needs else "label"


def _judged(
    profile: DatasetProfile, askable: dict[str, Candidate], refused: dict[str, str], answer: Proposals, *, last: bool
) -> list[str]:
    """All problems; on the last turn one usable proposal is enough."""
    found = [problems_of(profile, askable, refused, one) for one in answer.given]
    if last and not all(found):
        return []
    return [f"{place}: {problem}" for place, problems in zip(PLACES, found, strict=False) for problem in problems]
