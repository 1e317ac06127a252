"""Which questions to ask of a table: by sense, by signal, and unlike one another."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from generation.engines import CannotBeAsked
from generation.formulation import Defect, Formulation
from generation.private_splits import PUBLIC, SplitSeeds
from generation.profile import DatasetProfile
from generation.rules.candidates import Candidate, candidates
from generation.rules.encoding import Encoded, encode
from generation.rules.forecasting import Series, series
from generation.rules.foresight import settle
from generation.rules.leaks import Cleared, clear
from generation.rules.naming import slug
from generation.rules.objectives import scoring
from generation.rules.ranking import LEARNABLE, MEASURING, MOST_MEASURED, Ranked, drawn_places, rank
from generation.rules.repair import revise
from generation.rules.sense import Sense, sense
from generation.rules.skill import Signal
from generation.rules.splitting import late_share, rows_to_measure, split_of
from generation.rules.variety import is_same_question, likeness
from generation.rules.wording import goal, question
from harness.schema import Split

if TYPE_CHECKING:
    from harness.sources import Fetched

FINAL_ROWS = 2000
FEWEST_ROWS = 150
LEAST_EXPLAINED, CLEAR = 0.01, 5.0  # of numbers on rows drawn at random: this share, and this over the rows tested
CHANCE = 1.0  # standard errors of labels on the test rows, so two on all: few columns of noise seem learnable then
SENSIBLE, LEAST_SENSIBLE = -0.5, -2.0  # of a further question, and of the first: better a plain one than none
UNLIKE = 0.8  # what a question loses that is wholly like one that is asked already
MOST_TRIED = 10
UNKNOWN = Signal(0.0, 0.0)


class Questions:
    """What can be asked of a table: ranked once, and each written out once, however often one asks for more."""

    def __init__(self, profile: DatasetProfile, seeds: SplitSeeds) -> None:
        self.profile, self.seeds = profile, seeds
        self._written: dict[tuple[str, bool], Formulation | str] = {}
        self._one_at_a_time = Lock()

    @cached_property
    def _ranked(self) -> list[Ranked]:
        return rank(self.profile)

    @cached_property
    def _encoded(self) -> Encoded:
        return encode(self.profile, drawn_places(self.profile.rows, FINAL_ROWS))

    def best(self, limit: int) -> list[Formulation]:
        """At most `limit`, best first; none where the table has fewer than 150 rows or nothing to learn."""
        if self.profile.rows < FEWEST_ROWS:
            return []
        with self._one_at_a_time, threadpool_limits(1):
            chosen: list[tuple[Candidate, Formulation]] = []
            waiting = self._ranked[:MOST_TRIED]
            while waiting and len(chosen) < limit:
                asked = [candidate for candidate, _ in chosen]
                item = max(waiting, key=lambda one: one.score - UNLIKE * _nearest(one.candidate, asked))
                waiting.remove(item)
                if item.sense.score < (SENSIBLE if chosen else LEAST_SENSIBLE):
                    continue
                if any(is_same_question(self.profile, item.candidate, other) for other in asked):
                    continue
                formulation = self._formulated(item)
                if isinstance(formulation, Formulation):
                    chosen.append((item.candidate, formulation))
        return [formulation for _, formulation in chosen]

    def of(self, names: Sequence[str]) -> list[Formulation]:
        """A question for each of these columns; whether it can be learned is left to verification.

        Raises:
            CannotBeAsked: one of them can't be; the message says why.
        """
        if self.profile.rows < FEWEST_ROWS:
            raise CannotBeAsked(names[0], f"{FEWEST_ROWS} rows are needed, and there are {self.profile.rows}")
        chosen = [Ranked(self._candidate(name), Sense(0.0, ("it was asked for",)), UNKNOWN) for name in names]
        made = []
        with self._one_at_a_time, threadpool_limits(1):
            for item in chosen:
                outcome = self._formulated(item, demanding=False)
                if isinstance(outcome, str):
                    raise CannotBeAsked(item.candidate.name, outcome)
                made.append(outcome)
        return made

    def unasked(self, name: str) -> Formulation | None:
        """The question of a column that others came before; None where they tell hardly anything of it, or all.

        Raises:
            CannotBeAsked: it can't be a target by its form.
        """
        candidate = self._candidate(name)
        with self._one_at_a_time, threadpool_limits(1):
            outcome = self._formulated(Ranked(candidate, sense(self.profile, candidate), UNKNOWN))
        return outcome if isinstance(outcome, Formulation) else None

    def _candidate(self, name: str) -> Candidate:
        found, refused = candidates(self.profile)
        candidate = next((one for one in found if one.name == name), None)
        if candidate is None:
            raise CannotBeAsked(name, refused.get(name, "there is no such column"))
        return candidate

    def _formulated(self, item: Ranked, *, demanding: bool = True) -> Formulation | str:
        """The question, or why there is none; `demanding` wants one that can be learned."""
        key = item.candidate.name, demanding
        if key not in self._written:
            self._written[key] = _formulate(self.profile, item, self._encoded, self.seeds, demanding=demanding)
        return self._written[key]


class RulesBrainstormer:
    """The deterministic brainstormer."""

    def __init__(self, seeds: SplitSeeds = PUBLIC) -> None:
        self.seeds = seeds
        self._last: Questions | None = None

    async def propose(
        self,
        profile: DatasetProfile,
        fetched: "Fetched | None" = None,  # noqa: ARG002
        limit: int = 3,
        defects: Sequence[Defect] = (),
        wanted: Sequence[str] = (),
    ) -> list[Formulation]:
        """The formulations, best first, each changed as far as the defects ask for it; of `wanted` columns all.

        Raises:
            CannotBeAsked: one of the wanted columns can't be a target.
        """
        if self._last is None or self._last.profile is not profile:
            self._last = Questions(profile, self.seeds)
        found = self._last.of(wanted) if wanted else self._last.best(limit)
        return [revise(profile, one, defects) for one in found]


def formulations(profile: DatasetProfile, *, limit: int = 3, seeds: SplitSeeds = PUBLIC) -> list[Formulation]:
    """At most `limit` questions worth asking of a table; none where it has fewer than 150 rows or nothing to learn."""
    return Questions(profile, seeds).best(limit)


def _nearest(candidate: Candidate, asked: Sequence[Candidate]) -> float:
    return max((likeness(candidate, other) for other in asked), default=0.0)


def _formulate(
    profile: DatasetProfile, item: Ranked, encoded: Encoded, seeds: SplitSeeds, *, demanding: bool
) -> Formulation | str:
    """The candidate as a forecast where it is a course over time that can be foretold, else as it stands.

    Or why it can't be asked for.
    """
    share = late_share(int(item.candidate.usable.sum()))
    ahead = series(profile, item.candidate, share, seeds, slug(item.candidate.name))
    if ahead is not None:
        candidate = replace(item.candidate, objective="forecasting")
        item_ahead = replace(item, candidate=candidate)
        found = _written(profile, item_ahead, encoded, ahead.split, ahead, demanding=demanding)
        if isinstance(found, Formulation):
            return found
    split = split_of(profile, item.candidate, seeds, slug(item.candidate.name))
    return _written(profile, item, encoded, split, demanding=demanding)


def _written(
    profile: DatasetProfile,
    item: Ranked,
    encoded: Encoded,
    split: Split,
    ahead: Series | None = None,
    *,
    demanding: bool,
) -> Formulation | str:
    candidate = item.candidate
    rows = rows_to_measure(candidate, FINAL_ROWS, MEASURING)
    known = encoded.subset(candidate.usable[encoded.rows])
    if len(known.rows) < 0.5 * len(rows):
        known = encode(profile, rows)
    unknown, entity = (ahead.unknown, ahead.entity) if ahead else ({}, "")
    cleared = clear(profile, candidate, known, split=split, unknown=unknown, entity=entity, seed=MEASURING)
    least = _learnable(candidate, split, len(known.rows), len(profile.columns)) if demanding else -math.inf
    if why := _not_worth_asking(profile, candidate, cleared, least):
        return why
    score = scoring(candidate)
    candidate = replace(candidate, objective=score.objective or candidate.objective)
    formulation = Formulation(
        slug=slug(candidate.name),
        target=candidate.name,
        objective=candidate.objective,
        metric=score.metric,
        prediction=score.prediction,
        question=question(profile, candidate),
        goal=goal(candidate),
        drop={name: why for name, why in cleared.drop.items() if name != split.column},
        split=split,
        positive_label=candidate.labels[1] if candidate.objective == "binary" else "",
        labels=candidate.labels,
        rare_labels=candidate.rare,
        rationale="; ".join(item.sense.reasons),
        metric_reason=score.why,
        signal={"linear": round(cleared.signal.linear, 4), "trees": round(cleared.signal.trees, 4)},
        entity=entity,
        horizon=ahead.horizon if ahead else "",
        writing=candidate.writing,
    )
    return settle(profile, formulation) or "no split gives both parts enough rows of every answer"


def _learnable(candidate: Candidate, split: Split, rows: int, columns: int) -> float:
    """The least skill that a comparison with a constant on the test rows would show.

    A share r of the variance that is explained of n rows drawn at random lies about sqrt(n r) standard errors above
    none. For labels the error is that of 2 AUC - 1 where nothing is known (Mann and Whitney, 1947), of the commonest
    label against the others. Of groups and the latest rows numbers tell less.
    """
    tested = split.test * int(candidate.usable.sum())
    if candidate.numbers is None:
        common = float(candidate.text[candidate.usable].value_counts(normalize=True).iloc[0])
        # Of a wide table more columns could be asked, so more of them look as if they could be learned.
        choice = math.sqrt(1 + math.log(max(1.0, columns / MOST_MEASURED)))
        return max(LEARNABLE, CHANCE * choice / math.sqrt(3 * tested * common * (1 - common)))
    if split.rule != "random":
        return max(LEARNABLE, 1 / math.sqrt(rows))
    return max(LEAST_EXPLAINED, CLEAR / tested)


def _not_worth_asking(profile: DatasetProfile, candidate: Candidate, cleared: Cleared, least: float) -> str:
    """Why not, or "": nothing is left to learn from, the answer is given away, or it can't be learned."""
    if not any(name not in cleared.drop and name != candidate.name for name in profile.names):
        return "no column is left to tell it from"
    if cleared.solved:
        return "the other columns give it away"
    return "" if cleared.signal.best >= least else "hardly anything can be learned of it"
