"""Under a group split no group is in both parts."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.origins import split_values
from generation.verification.registry import Part, check


@check(
    "data.groups_apart",
    layer="data",
    needs=[Part.PREPARED, Part.RAW],
    protects="a person, place or thing that a model has already met when it is tested on it",
)
def groups_apart(evidence: Evidence) -> Finding:
    split = evidence.tables.card.task.split
    if split.rule != "group":
        return Finding.needless(f"the split is by {split.rule}")
    train, test = split_values(evidence, split.column)
    shared = sorted(set(train) & set(test))
    return Finding.none_of(
        [f"{split.column} {value!r}" for value in shared],
        where=f"test.csv:{split.column}",
        passed=f"{train.nunique()} groups in train, {test.nunique()} in test",
    )
