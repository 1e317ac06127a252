"""What a documentation says of a column, said anew: a short noun phrase, then what its codes mean."""

import re
from functools import cache
from pathlib import Path

LONGEST_RUN = 7
LONGEST_MEANING = 16
_LONGEST_CODE = 7
_ARTICLES = frozenset({"a", "an", "the"})
_NUMBER = r"[-+<>]?\d+(?:\.\d+)?\+?|'[^']{1,24}'"
_WORD = r"[A-Za-z][\w.+-]{0,11}"
_MEANS = r"(?P<means>[^\W_][^,;:=()\n]{0,60}?)"
_PAIR = re.compile(
    rf"(?<![\w.])(?:(?P<code>{_NUMBER})\s*(?:=+|:)|(?P<word>{_WORD})\s*=+)\s*{_MEANS}"
    r"(?=\s*(?:[,;)/]|\.(?:\s|$)|\b(?:or|and)\b|$|\s[-\d]+\s*[=:]))"
)
_BACKWARDS = re.compile(r"(?P<means>[^\W\d_][\w -]{0,30}?)\s*\((?P<code>\d+)\)")
# A clause may be cut off before these words without leaving half a phrase behind.
_JOINT_WORDS = """
which that who whose where when while because since if as for per by with from during after before until than including
such in on at to and or of using under over between within among made into"""
_LOOSE_WORDS = "a an the is are was were be been has have had its their this these it each"
_ASKING_WORDS = "is are was were does do did has have had can will"
_JOINTS = frozenset(_JOINT_WORDS.split())
_DANGLING = _JOINTS | frozenset(_LOOSE_WORDS.split())
_ASKING = frozenset(_ASKING_WORDS.split())
_TYPE_WORDS = (
    "numeric(?:al)?|integer|continuous|categorical|nominal|ordinal|binary|logical|dummy|indicator|factor|boolean|"
    "character|string|real|vector|variable|column|flag"
)
_VERBS = (
    "indicat(?:es|ing)|giv(?:es|ing)|contain(?:s|ing)|represent(?:s|ing)|describ(?:es|ing)|denot(?:es|ing)|"
    "tell(?:s|ing)|say(?:s|ing)|"
    "specif(?:ies|ying)|identif(?:ies|ying)|refers to|measur(?:es|ing)|stat(?:es|ing)|show(?:s|ing)|record(?:s|ing)|"
    "with levels|equal to|stands for"
)
# "with 6 levels: the rating": how many there are is told elsewhere. Levels that are listed are left to stand.
_COUNTED_LEVELS = r"(?:(?:with|having)\s+\w+\s+(?:ordered\s+)?(?:levels|categories|values)\b(?:\s*[:,]\s*|\s*$))?"
_LEADING = re.compile(
    r"^(?:(?:the|a|an|this)\s+)?(?:(?:column|variable|field|attribute|feature)\s+)?"
    rf"(?:(?:ordered\s+)?(?:{_TYPE_WORDS})\b[\s,]*)*{_COUNTED_LEVELS}"
    rf"(?:(?:(?:that|which)\s+)?(?:{_VERBS})\b\s*|(?:for|of)\b\s*)?[.,:;]?\s*",
    re.IGNORECASE,
)
_ROTATED = re.compile(r"^(number|percentage|share|total|amount) of (?:the )?(.+)$", re.IGNORECASE)
_CITED = re.compile(
    r"^\W*(?:references?|sources?|citations?|cite(?: as)?|please cite)\b\W*(?P<rest>.*)$", re.IGNORECASE
)


@cache
def _synonyms() -> list[tuple[re.Pattern[str], str]]:
    path = Path(__file__).with_name("synonyms.txt")
    pairs = [line.split(" -> ") for line in path.read_text(encoding="utf-8").splitlines() if " -> " in line]
    return [(re.compile(rf"\b{re.escape(said)}(?!\w)", re.IGNORECASE), ours) for said, ours in pairs]


def restated(text: str, documentation: str) -> str:
    """What a line of documentation says, without its wording: at most seven words in a row are its own.

    Codes that it explains stand at the end as `(0 = no, 1 = yes)`; `codes` reads them back.
    """
    found = _codes(text)
    head = _shortened(_head(text), runs_of(documentation))
    if not found:
        return head
    listed = ", ".join(f"{code} = {means}" for code, means in found.items())
    return f"{head} ({listed})" if head else f"({listed})"


def codes(meaning: str) -> dict[str, str]:
    """What each code of a column stands for, from a meaning that `restated` made."""
    inner = re.search(r"\(([^()=]{1,30} = [^()]*)\)$", meaning)
    if inner is None:
        return {}
    pairs = (part.split(" = ", 1) for part in inner.group(1).split(", ") if " = " in part)
    return {code: means for code, means in pairs}


def bare(meaning: str) -> str:
    """A meaning without the list of its codes."""
    return re.sub(r"\s*\([^()=]{1,30} = [^()]*\)$", "", meaning).strip()


def clause(text: str, most: int) -> str:
    """At most so many words of a phrase, up to where a clause begins; all of it where it is as short as that."""
    words = text.split()
    return text if len(words) <= most else " ".join(_whole(_cut(words, most)))


def runs_of(text: str, length: int = LONGEST_RUN + 1) -> frozenset[tuple[str, ...]]:
    """All runs of so many words of a text, in lower case."""
    said = _words(text)
    return frozenset(tuple(said[i : i + length]) for i in range(len(said) - length + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _codes(text: str) -> dict[str, str]:
    for form in (_PAIR, _BACKWARDS):
        pairs = {_code(match): _short_code(match["means"]) for match in form.finditer(text)}
        pairs = {code: means for code, means in pairs.items() if means and means.lower() != code.lower()}
        if len(pairs) >= 2:
            return pairs
    return {}


def _code(match: re.Match[str]) -> str:
    found = match.groupdict()
    return str(found["code"] or found["word"]).strip("'")


def _short_code(means: str) -> str:
    said = means.strip(" .'\"").split()
    return " ".join(said[:_LONGEST_CODE])


def _head(text: str) -> str:
    """The first sentence before any codes, with a short remark on the unit behind it."""
    text = re.sub(r"\([^()]*(?:=|:)[^()]*\)", " ", text)
    if len(_PAIR.findall(text)) >= 2 or len(_BACKWARDS.findall(text)) >= 2:
        first = _PAIR.search(text) or _BACKWARDS.search(text)
        text = text[: first.start()] if first else text
    stripped = _LEADING.sub("", text.strip(), count=1)
    text = stripped if len(stripped.split()) > 2 or not text.lower().startswith("identif") else text
    text = re.sub(r"^(?:the|an?)\s+", "", text.strip(), flags=re.IGNORECASE) or text
    sentence, *rest = re.split(r"(?<=[a-z)\d%])[.?!](?=\s|$)|;\s|\s[–—]\s", text.strip(), maxsplit=1)
    if rest and re.fullmatch(r"\s*in( \S+){1,3}\s*\.?", rest[0]):
        sentence = f"{sentence}, {rest[0].strip(' .')}"  # "what was paid; in dollars"
    return " ".join(sentence.split()).strip(" ,;:.-(")


def _shortened(head: str, taken: frozenset[tuple[str, ...]]) -> str:
    """The head as it stands if that is short, else in other words, else with fewer articles, else cut at a clause."""
    ours = head
    for said, word in _synonyms():
        ours = said.sub(word, ours)
    bracketed = re.sub(r",? in ((?:[A-Z]+ )?[\w/]+)$", r" (\1)", ours)
    bracketed = _ROTATED.sub(lambda found: f"{found[2]} ({found[1].lower()})", bracketed)
    for words in (head.split(), ours.split(), bracketed.split()):
        if len(words) <= LONGEST_MEANING and not runs_of(" ".join(words)) & taken:
            return _lowered(" ".join(words).strip(" ,;:(-–"))
    kept = _cut(bracketed.split(), LONGEST_MEANING) if len(bracketed.split()) > LONGEST_MEANING else bracketed.split()
    while runs_of(" ".join(kept)) & taken:
        end = _end_of_run(kept, taken)
        article = next((at for at in range(end - 1, 0, -1) if kept[at].lower() in _ARTICLES), 0)
        kept = kept[:article] + kept[article + 1 :] if article and article >= end - LONGEST_RUN else _cut(kept, end - 1)
    whole = kept if kept[-1] == bracketed.split()[-1] else _whole(kept)
    return _lowered(" ".join(whole).strip(" ,;:(-–"))


def _end_of_run(kept: list[str], taken: frozenset[tuple[str, ...]]) -> int:
    """The number of words up to where a run of the documentation's words is complete."""
    for end in range(1, len(kept) + 1):
        if runs_of(" ".join(kept[:end])) & taken:
            return end
    return len(kept)


def _cut(kept: list[str], most: int) -> list[str]:
    """At most so many words, cut where a clause begins; without such a place, after them."""
    for at in range(min(most, len(kept) - 1), 1, -1):
        if kept[at].lower() in _JOINTS or kept[at - 1].endswith((",", ")")):
            return kept[:at]
    return kept[:most]


def _whole(kept: list[str]) -> list[str]:
    """Without words at the end that lead nowhere, and without half a bracket."""
    while kept and kept[-1].lower().strip(",;:(") in _DANGLING:
        kept = kept[:-1]
    text = " ".join(kept)
    head, comma, rest = text.rpartition(", ")
    if comma and " " not in rest:
        text = head  # ", estimated" has lost what it was estimated from
    if text.count("(") > text.count(")"):
        text = text[: text.rindex("(")]
    return text.strip(" ,;:(-–").split()


def _lowered(text: str) -> str:
    first, _, rest = text.partition(" ")
    plain = (len(first) > 1 and first[1:].islower() and first[:1].isupper()) or first == "A"
    said = f"{first.lower()} {rest}".strip() if plain else text
    return f"{said}?" if first.lower() in _ASKING else said


def citation(documentation: str) -> str:
    """What a documentation names as its source or asks to be cited by: one line of at most 300 characters, or "".

    A reference wins over a source: that is mostly the sentence that a heading such as "References" stands over.
    """
    lines = [" ".join(line.split()) for line in documentation.splitlines()]
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        heading = _CITED.match(line)
        if heading is None or len(line) > 400:
            continue
        rest = heading["rest"] or " ".join(_block(lines, number + 1))
        if re.search(r"[A-Za-z]{3}", rest):
            found.setdefault(re.sub(r"\W", "", line.lower())[:6], rest)
    chosen = next((found[key] for key in ("refere", "citati", "citeas", "pleas", *found) if key in found), "")
    return chosen if len(chosen) <= 300 else f"{chosen[:300].rsplit(' ', 1)[0]} …"


def _block(lines: list[str], start: int) -> list[str]:
    """The next lines up to an empty one."""
    while start < len(lines) and not lines[start].strip("#-=* "):
        start += 1
    end = start
    while end < len(lines) and lines[end]:
        end += 1
    return lines[start:end]
