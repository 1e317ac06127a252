"""Both parts have the same features, and a column that holds numbers in one holds numbers in the other."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.tables import is_empty, is_numeric


@check(
    "data.columns_agree",
    layer="data",
    needs=[Part.PREPARED],
    protects="a model that cannot be applied to the test rows, or a feature that only one part has",
)
def columns_agree(evidence: Evidence) -> Finding:
    tables = evidence.tables
    train = [name for name in tables.train.columns if name not in tables.targets]
    test = [name for name in tables.test.columns if name not in tables.targets]
    problems = [f"{name!r} is in train.csv alone" for name in train if name not in test]
    problems += [f"{name!r} is in test.csv alone" for name in test if name not in train]
    for name in tables.features:
        filled = ~is_empty(tables.test[name])
        if not filled.any() and not is_empty(tables.train[name]).all():
            problems.append(f"{name!r} is empty in test.csv but not in train.csv")
        elif name in tables.numeric and filled.any() and not is_numeric(tables.test[name]):
            problems.append(f"{name!r} holds numbers in train.csv and words in test.csv")
    return Finding.none_of(problems, where="test.csv")
