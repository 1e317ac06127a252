"""A design brought to the one schema by a language model, and to the card by code."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inspect_ai.model import get_model

from generation.bench import SAME_ID
from generation.formulation import Defect, TaskDesign
from generation.llm.asking import ask
from generation.llm.designer import syntax_problems
from generation.llm.schemas import Reviewed, reviewed_schema
from generation.profile import DatasetProfile
from generation.rules.refactor import made_by, normalise
from harness.package import TaskPackage
from harness.schema import Provenance

if TYPE_CHECKING:
    from harness.sources import Fetched

ROLES = ("brainstormer", "designer", "refactor")


class LlmRefactor:
    """Asks the model of the role `refactor` to hold the texts against the rules; the card is never written by it."""

    async def refactor(
        self,
        design: TaskDesign,
        profile: DatasetProfile,
        fetched: "Fetched",
        defects: Sequence[Defect] = (),
        *,
        collection: str = "generated",
    ) -> TaskPackage:
        """The package of a design.

        Raises:
            UnusableAnswer: the model gave nothing that could be used.
            BrokenDesign: a text is no Python.
        """
        distinct = any(defect.kind == SAME_ID for defect in defects)
        if not distinct:  # another name needs no model
            design = await self._reviewed(design, profile, defects)
        package = normalise(design, profile, fetched, collection=collection, distinct=distinct)
        provenance = Provenance(
            engine="llm", made_by=made_by(), models={role: str(get_model(role=role)) for role in ROLES}
        )
        return TaskPackage(card=package.card.model_copy(update={"provenance": provenance}), files=package.files)

    async def _reviewed(self, design: TaskDesign, profile: DatasetProfile, defects: Sequence[Defect]) -> TaskDesign:
        answer = await ask(
            "refactor",
            {"design": design, "profile": profile, "defects": defects},
            Reviewed,
            reviewed_schema(),
            judge=lambda given, _: syntax_problems(_codes(given)),
        )
        changes = {name: text for name, text in answer.model_dump(exclude={"notes"}).items() if text.strip()}
        return design.model_copy(update=changes)


def _codes(answer: Reviewed) -> dict[str, str]:
    return {"prepare": answer.prepare, "metric": answer.metric, "solution": answer.solution}
