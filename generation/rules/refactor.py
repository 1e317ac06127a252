"""A design brought to the one schema: identifier, card, files."""

import hashlib
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from generation.formulation import Defect, TaskDesign
from generation.profile import DatasetProfile
from generation.rules.naming import slug
from harness.errors import MlesmithError
from harness.package import TaskPackage
from harness.schema import Metric, Provenance, Question, Source, TaskCard
from harness.syntax import python_tree

if TYPE_CHECKING:
    from harness.sources import Fetched

LONGEST_ID = 60


class BrokenDesign(MlesmithError):
    """A text of a design that is no Python; the message names file and line."""


class RulesRefactor:
    """The deterministic refactor."""

    async def refactor(
        self,
        design: TaskDesign,
        profile: DatasetProfile,
        fetched: "Fetched",
        defects: Sequence[Defect] = (),
        *,
        collection: str = "generated",
    ) -> TaskPackage:
        """The package of a design; a defect about the identifier gives it another.

        Raises:
            BrokenDesign: one of its texts is no Python.
            pydantic.ValidationError: a field lies outside of the schema.
        """
        renamed = any(re.search(r"duplicate_id|task_id|same_id", defect.kind) for defect in defects)
        return normalise(design, profile, fetched, collection=collection, distinct=renamed)


def normalise(
    design: TaskDesign, profile: DatasetProfile, fetched: "Fetched", *, collection: str, distinct: bool = False
) -> TaskPackage:
    """The card and the files of a design; `distinct` adds four digits of the source's sha256 to the identifier."""
    name = task_id(profile.name, design.slug)
    if distinct:
        name = f"{name[: LONGEST_ID - 5]}_{fetched.sha256[:4]}"
    files = {
        "description.md": _text(design.description),
        "prepare.py": _python("prepare.py", design.prepare),
        "metric.py": _python("metric.py", design.metric),
        "solution.py": _python("solution.py", design.solution),
    }
    return TaskPackage(card=_card(design, profile, fetched, name, collection), files=files)


def _card(design: TaskDesign, profile: DatasetProfile, fetched: "Fetched", name: str, collection: str) -> TaskCard:
    return TaskCard(
        schema=1,
        id=name,
        title=design.title,
        collection=collection,
        source=Source(
            uri=fetched.pinned_uri,
            sha256=fetched.sha256,
            licence=fetched.licence or "unknown",
            citation=fetched.citation,
            cluster=fetched.cluster,
            drawn=profile.rows if profile.is_drawn else None,
        ),
        task=Question(
            modality=design.modality,
            objective=design.objective,
            target=design.target,
            id_column=design.id_column,
            prediction=design.prediction,
            labels=design.labels,
            split=design.split,
            tags=design.tags,
        ),
        metric=Metric(name=design.metric_name, direction=design.direction, best=design.best, decimals=design.decimals),
        limits=design.limits,
        provenance=Provenance(engine="rules", made_by=made_by()),
    )


def made_by() -> str:
    """This program and its version."""
    try:
        return f"mlesmith {version('mlesmith')}"
    except PackageNotFoundError:
        return "mlesmith"


def task_id(dataset: str, question: str) -> str:
    """`<dataset>_<question>`, at most 60 characters; what is cut off stays in a checksum."""
    first = slug(dataset)
    words, tail = first.split("_"), question.split("_")
    if len(words) > 1 and words[-1] == tail[0]:
        words = words[:-1]  # housing_price_price reads badly
    joined = re.sub(r"_+", "_", f"{'_'.join(words)}_{question}").strip("_")
    if len(joined) <= LONGEST_ID:
        return joined
    return f"{joined[: LONGEST_ID - 7].rstrip('_')}_{hashlib.sha256(joined.encode()).hexdigest()[:6]}"


def _text(text: str) -> str:
    """Lines without trailing blanks, at most two empty ones in a row, one newline at the end."""
    lines = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{4,}", "\n\n\n", lines).strip("\n") + "\n"


def _python(name: str, text: str) -> str:
    tidy = _text(text)
    try:
        python_tree(tidy)
    except SyntaxError as error:
        raise BrokenDesign(f"{name} of the design is no Python: line {error.lineno}: {error.msg}.") from error
    return tidy
