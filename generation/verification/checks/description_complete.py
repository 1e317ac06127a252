"""The description names everything that an agent has to know: files, id, target, result and direction."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check

FILES = ("train.csv", "test.csv", "sample_submission.csv", "submission.csv")
DIRECTIONS = {
    "minimize": re.compile(r"\b(low(er|est)|small(er|est)|minimi[sz]e|less is better)\b", re.I),
    "maximize": re.compile(r"\b(high(er|est)|larg(er|est)|great(er|est)|maximi[sz]e|more is better)\b", re.I),
}
FORMULA = re.compile(r"\$[^$]+\$|\\\(|\\\[|```|=|≤|∑|√|\\frac|\\sum")
SCORING = re.compile(r"^##+ .*\b(metric|evaluat\w*|scor\w*|grad\w*)\b.*$", re.I | re.M)


@check(
    "description.complete",
    layer="structure",
    protects="an agent that fails because it was not told what to predict, from what, and how it is scored",
)
def complete(evidence: Evidence) -> Finding:
    package = evidence.package
    text, card = package.files.get("description.md", ""), package.card
    problems = [f"{name} is not mentioned" for name in FILES if not re.search(rf"(?<![\w_]){re.escape(name)}", text)]
    for name in (card.task.id_column, *card.task.target):
        if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            problems.append(f"the column {name!r} is not mentioned")
    problems += [f"the label {label!r} is not mentioned" for label in card.task.labels if label not in text]
    if not DIRECTIONS[card.metric.direction].search(text):
        problems.append(f"nothing says that the score is to {card.metric.direction}")
    if not FORMULA.search(_on_scoring(text)):
        problems.append("the metric has no formula")
    return Finding.none_of(problems, where="description.md")


def _on_scoring(text: str) -> str:
    """The section on the metric, or the whole text if none has such a heading."""
    heading = SCORING.search(text)
    if heading is None:
        return text
    after = text[heading.end() :]
    level = len(heading[0]) - len(heading[0].lstrip("#"))
    following = re.search(rf"^#{{1,{level}}} ", after, re.M)  # headings below it belong to it
    return after[: following.start()] if following else after
