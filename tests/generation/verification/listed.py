"""What is tried on every task besides its own checks, listed from the code: malformed submissions, broken metrics."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from generation.verification.answers import Form
from generation.verification.malformed import malformed
from generation.verification.probes.bench import Mutants
from generation.verification.submissions import REWRITTEN
from generation.verification.tables import read_tables
from tests.generation.verification.file_kinds import FILE_KINDS, PLACES
from tests.generation.verification.good_packages import good_package, run_here

OF_EACH_FORM = {"number": "mass", "label": "kind", "probability": "blooms", "probabilities": "kind_chances"}

WORDS = {
    "number": "a number",
    "label": "a label",
    "probability": "a probability",
    "probabilities": "a probability for each label",
}


def malformed_names() -> dict[str, list[str]]:
    """The names of the malformed submissions for each form of answer."""
    return {form: [one.name for one in malformed(_form(base))] for form, base in OF_EACH_FORM.items()}


def mutant_names() -> list[str]:
    """The names of the broken metrics."""
    nothing = pd.DataFrame({"id": [], "answer": []})
    return list(Mutants(lambda _truth, _guess: 0.0, nothing, nothing, ["answer"]).all())


def malformed_page(told: Mapping[str, str]) -> str:
    """The section on malformed submissions; `told` is what the check says of each base."""
    names = malformed_names()
    shared = [name for name in names["label"] if all(name in other for other in names.values())]
    own = {form: [name for name in listed if name not in shared] for form, listed in names.items()}
    lines = [
        "## Malformed submissions\n",
        "Each is refused for its reason, in less than 2 s and 512 MB, and never graded "
        "(`tests/generation/verification/test_malformed.py`).\n",
        f"- Of every task ({len(shared)}): {_listed(shared)}.",
        *(f"- Where the answer is {WORDS[form]} ({len(mine)} more): {_listed(mine)}." for form, mine in own.items()),
        f"- What no bytes can say ({len(FILE_KINDS) + len(PLACES)}): {_listed([*FILE_KINDS, *PLACES])}; "
        "out of an agent's sandbox also those of [hostile agents](attacks.md).",
        f"- Harmless, so graded the same ({len(REWRITTEN)}): {_listed(REWRITTEN)}.\n",
        "| base task | what the check says |",
        "|---|---|",
        *(f"| {base} | {words} |" for base, words in told.items()),
        "",
    ]
    return "\n".join(lines)


def mutants_page(told: Mapping[str, str]) -> str:
    """The section on broken metrics; `told` is what the check says of each base."""
    names = mutant_names()
    lines = [
        "## Broken metrics\n",
        f"{len(names)} broken versions of each task's own metric, which its answers must tell from the good one: "
        f"{_listed(names)}. A metric that validates nothing, or that leaves out rows without a number, is none of "
        "them: the rules of a submission are the harness's, a metric.py cannot loosen them, and no gap ever reaches "
        "it (malformed `nan`, `cell_empty`).\n",
        "| base task | what the check says |",
        "|---|---|",
        *(f"| {base} | {words} |" for base, words in told.items()),
        "",
    ]
    return "\n".join(lines)


def _form(base: str) -> Form:
    with TemporaryDirectory() as made:
        folder = Path(made)
        package = good_package(folder, base)
        run_here(package.files["prepare.py"], folder, folder / "out")
        return Form(read_tables(package.card, folder / "out" / "public", folder / "out" / "private"))


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
