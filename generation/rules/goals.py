"""Which column a documentation is about: the words of its title, of its goals and of the works that it cites."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from generation.profile import ColumnProfile, DatasetProfile
from generation.rules.documents import read_document
from generation.rules.stems import Words, telling

_SOME = r"(?P<what>(?:[^\s.;?!:\"”]+ ?){1,9})"
_ON = (
    r"(?: \w+)?(?: of| from)?(?P<why>(?: [^\s.;?!]+){0,14}?) "
    r"(?:on|upon|in reducing|in preventing|in increasing|in improving|for) "
)
_ACTS = (
    "affect|influence|reduce|increase|improve|lower|predict|explain|determine|cause|encourage|prevent|forecast|raise|"
    "shape|promote|discourage|decrease|boost"
)
_OF = (
    "determinants?|predictors?|predictions?|causes?|incidence|demand|supply|probability|likelihood|choice|variations?|"
    "differences?|changes?|trends?|onset|progression|recurrence|prevalence|rates?|risk|risk factors?|models?|"
    "modell?ing|function|equation|explanations?|measures?|attitudes?|views?|opinions?|preferences?|patterns?|levels?|survival|"
    "estimation|forecasts?|forecasting|analysis|study|factors? (?:affecting|influencing|associated with)"
)
_BOTH = "relationships?|relations?|associations?|correlations?|links?|connections?"
_TOLD = r"responses?|outcomes?|dependent|target|end ?point|explained|endogenous"
_IS = r"(?: variables?| measures?| of interest)*(?: of the study)?(?: is| was| are| were|:|,|=)"
_GOALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:effects?|impacts?|influences?|consequences?|role|returns?|benefits?|efficacy)\b{_ON}{_SOME}",
        rf"\b(?:{_ACTS})(?:s|d|ed|ing|es)? {_SOME}",
        rf"\b(?:{_OF})\b (?:of|for|in|to|toward|towards|on|about) {_SOME}",
        rf"\b(?:{_BOTH})\b (?:between|of|among) {_SOME}",
        rf"\b(?:{_TOLD})\b{_IS} {_SOME}",
        rf"\b(?:whether|how many|how much|how long|how often) {_SOME}",
    )
)
_DONE = (
    "predict(?:ing)?|classify(?:ing)?|discriminat\\w+|forecast(?:ing)?|estimat(?:e|ing)|explain(?:ing)?|model(?:l?ing)?|"
    "understand(?:ing)?|identify(?:ing)?|determin(?:e|ing)|test(?:ing)?|investigat(?:e|ing)|stud(?:y|ying)"
)
_TASK = re.compile(rf"\b(?:{_DONE}) (?:the |a |an |how |if |whether )?{_SOME}", re.IGNORECASE)
_FIRST, _EARLY = 2, 4
_FULL, _LESS, _LEAST = 1.0, 0.7, 0.4
_RARE, _SHARED = 2, 4
_SOME_HAVE, _MANY_HAVE = 0.6, 0.3
_MOST_WORDS = 8
_IN_OTHER_WORDS = 0.6


class Reader:
    """The documentation and the names of one dataset, read for all its columns at once.

    Each of `goals`, `tasks`, `causes`, `sources` and `dataset` says for every column, from 0 to 1, whether there is a
    word of its name or meaning that few other columns have.
    """

    def __init__(self, profile: DatasetProfile) -> None:
        self.document = read_document(profile.documentation)
        self._own = {column.name: _vocabulary(column) for column in profile.columns}
        self._spread = Counter(word for words in self._own.values() for word in words)
        self._name = profile.name

    @cached_property
    def goals(self) -> dict[str, float]:
        """What is told, explained or acted on."""
        return self._heard([*self._phrases["what"], *self._tasks])

    @cached_property
    def tasks(self) -> dict[str, float]:
        """What is to be predicted, modelled or studied."""
        return self._heard(self._tasks)

    @cached_property
    def causes(self) -> dict[str, float]:
        """What has the effect, as `x` in "the effect of x on y"."""
        return self._heard(self._phrases["why"], kin=False)

    @cached_property
    def sources(self) -> dict[str, float]:
        """What the titles of the works that are cited speak of."""
        return self._heard(telling(self.document.sources), kin=False)

    @cached_property
    def dataset(self) -> dict[str, float]:
        """What the dataset is named after."""
        return self._heard(telling(self._name))

    @cached_property
    def named(self) -> frozenset[str]:
        """The words of the sentences as they stand, for columns that are called by their names."""
        return frozenset(self.document.prose.lower().split())

    @cached_property
    def _tasks(self) -> list[str]:
        texts = (self.document.title, self.document.prose)
        return [word for text in texts for found in _TASK.finditer(text) for word in telling(found["what"])]

    @cached_property
    def _phrases(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {"what": [], "why": []}
        for text in (self.document.title, self.document.prose, self.document.sources):
            for phrase in (phrase for goal in _GOALS for phrase in goal.finditer(text)):
                for part, said in phrase.groupdict().items():
                    found[part] += telling(said or "")
        return found

    def _heard(self, stems: Iterable[str], *, kin: bool = True) -> dict[str, float]:
        words = Words(stems)
        heard = {
            stem: _rareness(count) * (1.0 if stem in words else _IN_OTHER_WORDS if kin and words.has_kin(stem) else 0.0)
            for stem, count in self._spread.items()
        }
        return {
            name: max((weight * heard[stem] for stem, weight in own.items()), default=0.0)
            for name, own in self._own.items()
        }


def _rareness(columns: int) -> float:
    return _FULL if columns <= _RARE else _SOME_HAVE if columns <= _SHARED else _MANY_HAVE


def _vocabulary(column: ColumnProfile) -> dict[str, float]:
    """Words of the name count in full, words of the meaning the less the later they come."""
    found = dict.fromkeys(telling(column.name), _FULL)
    for place, word in enumerate(telling(column.meaning)[:_MOST_WORDS]):
        weight = _FULL if place < _FIRST else _LESS if place < _EARLY else _LEAST
        found[word] = max(found.get(word, 0.0), weight)
    return found
