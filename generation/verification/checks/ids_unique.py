"""An id names one row, over both parts, and the submission's ids are those of test.csv."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check


@check(
    "data.ids_unique",
    layer="data",
    needs=[Part.PREPARED],
    protects="a grader that gives one row's answer to another",
)
def ids_unique(evidence: Evidence) -> Finding:
    tables = evidence.tables
    train, test = tables.train[tables.id], tables.test[tables.id]
    problems = [
        f"{int(ids.duplicated().sum())} ids of {name} are repeated, such as {ids[ids.duplicated()].iloc[0]!r}"
        for name, ids in (("train.csv", train), ("test.csv", test))
        if ids.duplicated().any()
    ]
    shared = sorted(set(train) & set(test))
    if shared:
        problems.append(f"{len(shared)} ids are in both parts, such as {shared[0]!r}")
    blank = int((test.str.strip() != test).sum() + (test.str.strip() == "").sum())
    if blank:
        problems.append(f"{blank} ids of test.csv are empty or have blanks around them")
    if list(tables.sample[tables.id]) != list(test):
        problems.append("sample_submission.csv has the ids in another order than test.csv")
    return Finding.none_of(problems, where=f"test.csv:{tables.id}")
