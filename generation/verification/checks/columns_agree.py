"""Both parts have the same features, and a column that holds numbers in one holds numbers in the other."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

LEAST_FILLED = 10  # a column with one cell in a hundred may be empty in some hundred test rows by chance
LEAST_NUMBERS = 0.8  # stray words among numbers fall unevenly


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
        learned, asked = tables.column("train", name), tables.column("test", name)
        if asked.empty.all():
            expected = float((~learned.empty).mean()) * len(asked.empty)
            if expected >= LEAST_FILLED:
                problems.append(f"{name!r} is empty in test.csv, where {expected:.0f} cells should be filled")
        elif name in tables.numeric and asked.share_of_numbers < LEAST_NUMBERS:
            problems.append(f"{name!r} holds numbers in train.csv and words in test.csv")
    return Finding.none_of(problems, where="test.csv")
