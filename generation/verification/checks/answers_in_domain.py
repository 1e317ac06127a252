"""Every target, public or hidden, is a finite number or one of the labels, and the answers are not all the same."""

import numpy as np

from generation.verification.columns import as_numbers
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "data.answers_in_domain",
    layer="data",
    needs=[Part.PREPARED],
    protects="rows that nobody can answer, and a test set where every answer is right",
)
def answers_in_domain(evidence: Evidence) -> Finding:
    tables = evidence.tables
    labels = set(tables.card.task.labels)
    problems = []
    for name, frame in (("train.csv", tables.train), ("test_answer.csv", tables.answers)):
        for target in tables.targets:
            cells = frame[target].str.strip()
            if tables.is_number:
                bad = ~np.isfinite(as_numbers(cells))
            elif labels:
                bad = (~cells.isin(labels)).to_numpy(dtype=bool)
            else:
                bad = (cells == "").to_numpy(dtype=bool)
            if bad.any():
                first = frame[tables.id].to_numpy()[np.argmax(bad)]
                example = cells.to_numpy()[np.argmax(bad)]
                problems.append(f"{name}: {int(bad.sum())} cells of {target!r}, such as {example!r} of id {first}")
    if tables.answers[tables.target].nunique() < 2:
        problems.append("test_answer.csv: all answers are the same")
    return Finding.none_of(problems, where=f"test_answer.csv:{tables.target}")
