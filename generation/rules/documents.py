"""The parts of a documentation: its title, what it says in sentences, the works that it cites, what its models tell."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^#{1,4}[ \t]+(\S.*(?:\n(?!\n)[^#\n].*)?)", re.MULTILINE)
_CITES = re.compile(r"(?i)sources?\b|references?\b|citations?\b|see also")
_LISTS = re.compile(r"(?i)format\b|value\b|variables?\b|columns?\b|attributes?\b|features?\b|data dictionary|codebook")
_SHOWS = re.compile(r"(?i)usage\b|examples?\b")
_NAME = re.compile(r"[^\W\d][\w.]*")
_BEGINS_ANEW = frozenset(",\n{;=")
MOST_PROSE, MOST_SOURCES = 6000, 2000
LONGEST_SIDE = 200


@dataclass(frozen=True)
class Document:
    """A documentation in parts; `modelled` are the names on the left of its formulas (log and y of `log(y) ~ x`)."""

    title: str
    prose: str
    sources: str
    modelled: frozenset[str]


def read_document(text: str) -> Document:
    """The parts, told by their headings; without any, all of it is prose."""
    heads = list(_HEADING.finditer(text))
    prose: list[str] = [] if heads else [text]
    sources: list[str] = []
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends[: len(heads)], strict=True):
        name, body = head.group(1), text[head.end() : end]
        if _CITES.match(name):
            sources.append(body)
        elif not _LISTS.match(name) and not _SHOWS.match(name):
            prose.append(body)
    title = _plain(heads[0].group(1)) if heads else ""
    left = {name for found in re.finditer("~", text) for name in _NAME.findall(_left(text, found.start()))}
    return Document(
        title, _plain(" ".join(prose))[:MOST_PROSE], _plain(" ".join(sources))[:MOST_SOURCES], frozenset(left)
    )


def _plain(text: str) -> str:
    joined = re.sub(r"-\n\s*", "-", text)
    return re.sub(r"\s+", " ", re.sub(r"[*`_]", "", joined)).strip()


def _left(text: str, end: int) -> str:
    """What stands on the left of a tilde, back to where the argument or the line begins."""
    depth, start = 0, end
    while start > max(0, end - LONGEST_SIDE):
        sign = text[start - 1]
        if sign == ")":
            depth += 1
        elif sign == "(" and depth:
            depth -= 1
        elif not depth and (sign == "(" or sign in _BEGINS_ANEW or text[start - 2 : start] == "<-"):
            break
        start -= 1
    return text[start:end]
