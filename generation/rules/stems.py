"""Words without their endings, so that `fatalities` meets `fatality` and `employed` meets `employment`."""

from collections.abc import Iterable
from functools import cache

from generation.profile.words import tokens
from generation.rules.lexicon import endings, kindred, sense_words

_LEAST_STEM = 4
_LEAST_WORD = 3
_LONG_ENOUGH = 5


@cache
def stemmed(word: str) -> str:
    """A word without up to two endings, but with at least four letters of it left."""
    for _ in range(2):
        end = next((e for e in endings() if word.endswith(e) and len(word) - len(e) >= _LEAST_STEM), "")
        if not end:
            break
        word = word[: -len(end)]
    return word


@cache
def stems_of(role: str) -> frozenset[str]:
    """The stems of a role's words."""
    return frozenset(stemmed(word) for word in sense_words(role))


@cache
def telling(text: str) -> tuple[str, ...]:
    """The stems of a text's words that say something, in their order."""
    empty = sense_words("empty")
    return tuple(
        stemmed(word) for word in tokens(text) if len(word) >= _LEAST_WORD and word not in empty and not word.isdigit()
    )


@cache
def families(stem: str) -> frozenset[int]:
    """The families of words for one thing that a stem belongs to: wages and earnings are of one."""
    return frozenset(place for place, beginnings in enumerate(kindred()) if stem.startswith(beginnings))


class Words:
    """A text's stems, asked for single words of columns."""

    def __init__(self, stems: Iterable[str]) -> None:
        self._stems = frozenset(stems)
        self._families = frozenset(family for stem in self._stems for family in families(stem))
        self._long: dict[str, list[str]] = {}
        for stem in self._stems:
            self._long.setdefault(stem[:_LONG_ENOUGH], []).append(stem)

    def __contains__(self, stem: str) -> bool:
        """Whether the word is there, in any form; long stems may go on: immigr, immigrant."""
        if stem in self._stems:
            return True
        alike = self._long.get(stem[:_LONG_ENOUGH], ()) if len(stem) >= _LONG_ENOUGH else ()
        return any(stem.startswith(other) or other.startswith(stem) for other in alike if len(other) >= _LONG_ENOUGH)

    def has_kin(self, stem: str) -> bool:
        """Whether a word for the same thing is there."""
        return bool(families(stem) & self._families)
