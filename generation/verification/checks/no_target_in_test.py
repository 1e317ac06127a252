"""test.csv holds neither the target nor a copy of it under another name."""

import numpy as np

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.tables import canonical


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
    answers = canonical(tables.answers.set_index(tables.id).loc[list(tables.test[tables.id])])
    test = canonical(tables.test)
    for target in tables.targets:
        values = answers[target].to_numpy()
        if len(np.unique(values.astype(str))) < 2:
            continue
        problems += [
            f"the column {name!r} of test.csv equals the answers"
            for name in test.columns
            if name != target and bool((test[name].to_numpy() == values).all())
        ]
    return Finding.none_of(problems, where="test.csv")
