"""Columns that give a target away: left out, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from generation.profile import DatasetProfile, Kind
from generation.profile.dataset import LABEL_KINDS
from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.encoding import Encoded, Matrix
from generation.rules.forecasting import time_format
from generation.rules.lexicon import sense_words
from generation.rules.skill import Answers, Signal, folds, forest, forward, measure, single
from generation.rules.splitting import moments
from harness.schema import Split

GIVEN_AWAY = 0.99
SIBLING = 0.5
OUTCOME = 0.6
DETERMINED = 0.998
_MOST_ROUNDS = 6
_EXACT = 1e-6
_TREES = 25
_MOST_ROUGH = 8
_ROWS_A_PART = 2


@dataclass(frozen=True)
class Cleared:
    """What is left out for a target, and the skill that is left; `solved` means that even so it is determined."""

    drop: dict[str, str]
    signal: Signal
    solved: bool


def useless(profile: DatasetProfile) -> dict[str, str]:
    """Columns that are left out of every task on this table."""
    drop = {}
    for column in profile.columns:
        if column.kind is Kind.CONSTANT:
            drop[column.name] = "it is empty" if column.cardinality == 0 else "it is the same in every row"
        elif column.running:
            drop[column.name] = "it only counts the rows"
        elif column.kind is Kind.IDENTIFIER and column.cardinality > 0.98 * (1 - column.missing) * profile.sampled:
            drop[column.name] = "it is an identifier, another one in every row"
    return drop


def clear(
    profile: DatasetProfile,
    candidate: Candidate,
    encoded: Encoded,
    *,
    split: Split,
    unknown: Mapping[str, str] = MappingProxyType({}),
    entity: str = "",
    seed: int = 0,
) -> Cleared:
    """Leave out what gives the target away: its transformations, its other names, and near-perfect single columns.

    What is `unknown` beforehand is left out from the start; the `entity` whose course is told stays. Then, as long as
    trees find the rest (nearly) perfect, the column they rely on most, at most six times.
    """
    search = _Search(
        profile=profile,
        candidate=candidate,
        encoded=encoded,
        answers=candidate.answers(encoded.rows),
        fold=_folds(profile, encoded, split, seed),
        seed=seed,
        entity=entity,
        drop={**useless(profile), **unknown},
    )
    search.leave_out_related()
    search.leave_out_coarser()
    search.leave_out_single()
    search.leave_out_summed()
    return search.until_honest()


def _folds(profile: DatasetProfile, encoded: Encoded, split: Split, seed: int) -> NDArray[np.int64]:
    """Folds that hold back what the split will hold back: rows, whole groups, or the latest."""
    if split.rule == "time":
        cells = profile.frame[split.column].iloc[encoded.rows]
        return forward(moments(cells, time_format(profile[split.column])), split.test)
    keys = None
    if split.rule == "group":
        keys = profile.frame[split.column].iloc[encoded.rows].astype(str).to_numpy()
    return folds(len(encoded.rows), 3, seed, keys)


@dataclass
class _Search:
    """One target's search for leaks; `drop` grows."""

    profile: DatasetProfile
    candidate: Candidate
    encoded: Encoded
    answers: Answers
    fold: NDArray[np.int64]
    seed: int
    entity: str = ""
    drop: dict[str, str] = field(default_factory=dict)

    @property
    def features(self) -> list[str]:
        gone = {*self.drop, self.candidate.name}
        return [name for name in self.profile.names if name not in gone and name in self.encoded.trees]

    @property
    def single_valued(self) -> list[str]:
        """Columns that may be left out for what each says alone."""
        return [n for n in self.features if self.encoded.trees[n].shape[1] == 1 and n != self.entity]

    def leave_out_related(self) -> None:
        """Transformations of the target and columns that fix its value."""
        target = self.candidate.name
        for relation in self.profile.relations:
            if relation.kind in ("linear", "monotone") and target in (relation.column, relation.other):
                other = relation.other if relation.column == target else relation.column
                self.drop.setdefault(other, f"it is `{target}` in another form")
            elif relation.kind == "function" and relation.column == target and self._marks(relation.other):
                self.drop.setdefault(relation.other, f"it only marks labels of `{target}`")
            elif relation.kind == "function" and relation.other == target:
                self.drop.setdefault(relation.column, f"each of its values goes with one value of `{target}`")

    def _marks(self, name: str) -> bool:
        """Whether a column of two values says of a label with more than two whether it is one of some."""
        return len(self.candidate.labels) > 2 and self.profile[name].kind is Kind.BOOLEAN

    def leave_out_coarser(self) -> None:
        """Labels that follow from a target of numbers, as "up" and "down" do from a return: the same, said roughly."""
        if self.candidate.numbers is None:
            return
        own = self.candidate.numbers[self.encoded.rows].reshape(-1, 1)
        for name in self.single_valued:
            codes = self.encoded.trees[name][:, 0]
            if self.profile[name].kind not in LABEL_KINDS or not 2 <= len(np.unique(codes)) <= _MOST_ROUGH:
                continue
            labels = Answers.of_codes(np.unique(codes, return_inverse=True)[1].astype(np.int64))
            if single(own, labels, self.fold) > GIVEN_AWAY:
                self.drop[name] = f"it is `{self.candidate.name}` made coarser"

    def leave_out_single(self) -> None:
        """Columns that alone tell the target: nearly perfectly, or well and by a name of the same family."""
        target = self.candidate.name
        own = set(tokens(target))
        for name in self.single_valued:
            words = set(tokens(name))
            kin = _shared(own, words)
            if words & sense_words("harm") and own & sense_words("harm"):
                self.drop[name] = f"it tells of the same harm, and is known only when `{target}` is"
                continue
            outcome = bool(words & sense_words("outcome") and own & sense_words("outcome"))
            least = SIBLING if kin else OUTCOME if outcome else GIVEN_AWAY
            value = single(self.encoded.trees[name], self.answers, self.fold, least)
            if value > GIVEN_AWAY:
                self.drop[name] = f"it tells `{target}` almost perfectly by itself"
            elif value > SIBLING and kin:
                self.drop[name] = f"it is close kin of `{target}`, under nearly the same name"
            elif value > OUTCOME and outcome:
                self.drop[name] = f"it is another outcome, known only when `{target}` is"

    def leave_out_summed(self) -> None:
        """Parts whose weighted sum is the target: the heaviest first, until the rest no longer adds up."""
        target = self.candidate
        if target.numbers is None:
            return
        y = target.numbers[self.encoded.rows]
        y = (y - y.mean()) / (y.std() or 1.0)
        names = self.single_valued
        # As many columns as rows add up to anything.
        while 1 < len(names) <= len(y) / _ROWS_A_PART:
            X = np.hstack([self.encoded.trees[name] for name in names])
            X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
            weights, _, _, _ = np.linalg.lstsq(X, y, rcond=1e-8)
            if 1 - float(((y - X @ weights) ** 2).mean()) < DETERMINED:
                return
            for name in _parts(names, weights, X.T @ y / len(y), left=float(((y - X @ weights) ** 2).mean())):
                self.drop[name] = f"with other columns it adds up to `{target.name}`"
                names.remove(name)

    def until_honest(self) -> Cleared:
        """Leave out the strongest column as long as the rest still solves the task."""
        signal = self.signal()
        for _ in range(_MOST_ROUNDS):
            features = self.features
            if signal.best < DETERMINED or len(features) < 3:
                break
            self.drop[self.strongest(features)] = f"with the other columns it gives `{self.candidate.name}` away"
            signal = self.signal()
        return Cleared(self.drop, signal, solved=signal.best >= DETERMINED)

    def signal(self) -> Signal:
        inputs = self.encoded.inputs(self.features)
        return measure(inputs, self.answers, self.fold, size=_TREES, seed=self.seed)

    def strongest(self, features: list[str]) -> str:
        widths = [self.encoded.trees[name].shape[1] for name in features]
        X = np.hstack([self.encoded.trees[name] for name in features])
        importances = forest(X, self.answers.matrix, _TREES, self.seed).importances
        return features[int(np.bincount(np.repeat(np.arange(len(features)), widths), weights=importances).argmax())]


def _parts(names: list[str], weights: Matrix, correlations: Matrix, *, left: float) -> list[str]:
    """The summands of an exact sum of at most three; of a longer or a rough one the heaviest alone."""
    carried = np.abs(weights * correlations)
    summands = [name for name, weight in zip(names, weights, strict=True) if abs(weight) > 1e-3]
    return summands if left < _EXACT and len(summands) <= 3 else [names[int(carried.argmax())]]


def _shared(own: set[str], words: set[str]) -> bool:
    """Whether two names share a word that means something."""
    common = (own & words) - sense_words("generic")
    return any(len(word) >= 4 and not word.isdigit() for word in common)
