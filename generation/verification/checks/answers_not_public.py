"""No public file says anything of the answers: neither the sample submission nor a file beside the tables."""

import numpy as np

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.signal import order_skill, sort_key
from generation.verification.tables import Tables

LIMIT = 0.02  # as for ids: guesses without knowledge have a skill below 0


@check(
    "data.answers_not_public",
    layer="data",
    needs=[Part.PREPARED],
    protects="answers that leak through the sample submission or a file that was left behind",
)
def answers_not_public(evidence: Evidence) -> Finding:
    tables = evidence.tables
    problems = _sample_problems(tables)
    pairs = set(zip(tables.answers[tables.id], tables.answers[tables.target].str.strip(), strict=True))
    for name, text in tables.others.items():
        told = sum(_tells(line, pairs) for line in text.splitlines())
        if told > len(pairs) // 2:
            problems.append(f"public/{name} gives the answers of {told} ids")
        if name.rsplit("/", 1)[-1] == "test_answer.csv":
            problems.append(f"public/{name} is the private file")
    return Finding.none_of(problems, where="public", passed=f"{len(tables.others)} files beside the tables")


def _sample_problems(tables: Tables) -> list[str]:
    by_id = tables.sample.set_index(tables.id).loc[list(tables.test[tables.id])]
    problems = []
    for name in by_id.columns:
        cells = by_id[name]
        if cells.nunique() < 2:
            continue
        shuffled = np.random.default_rng(0).permutation(len(cells))  # equal guesses must not keep the order of rows
        skill = order_skill(sort_key(cells.iloc[shuffled]), tables.y_test[shuffled])
        if skill.real and skill.value > LIMIT:
            problems.append(f"sample_submission.csv:{name} tells the answers (skill {skill.value:.2f})")
    return problems


def _tells(line: str, pairs: set[tuple[str, str]]) -> bool:
    cells = [cell.strip().strip('"') for cell in line.replace("\t", ",").replace(";", ",").split(",")]
    return any((one, other) in pairs for one in cells for other in cells if one != other)
