"""The texts of a package from a language model; they only ever run in a sandbox."""

from collections.abc import Sequence

from generation.formulation import Defect, Formulation, TaskDesign
from generation.llm.asking import ask
from generation.llm.schemas import Written, written_schema
from generation.llm.table import column_lines, documentation
from generation.profile import DatasetProfile
from harness.competition.metrics import get as get_metric
from harness.syntax import python_tree

ID_NAMES = ("id", "row_id", "test_id", "mlesmith_id")


class LlmDesigner:
    """Asks the model of the role `designer`; shows it its former texts when they come back with defects."""

    def __init__(self) -> None:
        self._former: dict[str, TaskDesign] = {}

    async def design(
        self, profile: DatasetProfile, formulation: Formulation, defects: Sequence[Defect] = ()
    ) -> TaskDesign:
        """The design of a formulation.

        Raises:
            UnusableAnswer: the model gave no texts, or code that is no Python.
        """
        spec = get_metric(formulation.metric)
        id_column = id_name(profile, formulation)
        written = await ask(
            "designer",
            {
                "profile": profile,
                "columns": column_lines(profile),
                "documentation": documentation(profile),
                "formulation": formulation,
                "spec": spec,
                "id_column": id_column,
                "answer_columns": answer_columns(formulation),
                "former": self._former.get(formulation.slug),
                "defects": defects,
            },
            Written,
            written_schema(),
            judge=lambda answer, _: syntax_problems({**_codes(answer)}),
        )
        design = TaskDesign(
            slug=formulation.slug,
            title=formulation.question,
            objective=formulation.objective,
            target=(formulation.target,),
            id_column=id_column,
            prediction=formulation.prediction,
            labels=formulation.labels,
            split=formulation.split,
            metric_name=formulation.metric,
            direction=spec.direction,
            best=spec.best,
            description=written.description,
            prepare=written.prepare,
            metric=written.metric,
            solution=written.solution,
        )
        self._former[formulation.slug] = design
        return design


def id_name(profile: DatasetProfile, formulation: Formulation) -> str:
    """A name for the id column that no column of the table has."""
    taken = {name.strip().lower() for name in profile.names if name not in formulation.drop}
    return next(name for name in ID_NAMES if name not in taken)


def answer_columns(formulation: Formulation) -> list[str]:
    """The columns of a submission beside the id."""
    if formulation.prediction == "probabilities":
        return [f"p_{label}" for label in formulation.labels]
    return [formulation.target]


def syntax_problems(codes: dict[str, str]) -> list[str]:
    """Files that are no Python, each with its line."""
    problems = []
    for name, text in codes.items():
        try:
            python_tree(text)
        except (SyntaxError, ValueError) as error:
            problems.append(f"{name} is no Python: {error}")
    return problems


def _codes(answer: Written) -> dict[str, str]:
    return {"prepare": answer.prepare, "metric": answer.metric, "solution": answer.solution}
