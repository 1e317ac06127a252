"""test.csv holds neither the target nor a copy of it under another name."""

import numpy as np

from generation.verification.columns import Column
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "data.no_target_in_test",
    layer="data",
    needs=[Part.PREPARED],
    protects="answers that stand in the public test table",
)
def no_target_in_test(evidence: Evidence) -> Finding:
    tables = evidence.tables
    problems = [
        f"the target {name!r} is a column of test.csv" for name in tables.targets if name in tables.test.columns
    ]
    answers = tables.answers.set_index(tables.id).loc[list(tables.test[tables.id])]
    for target in tables.targets:
        values = Column.read(answers[target]).keys
        if len(np.unique(values)) < 2:
            continue
        problems += [
            f"the column {name!r} of test.csv equals the answers"
            for name in tables.test.columns
            if name != target and bool((tables.column("test", name).keys == values).all())
        ]
    return Finding.none_of(problems, where="test.csv")
