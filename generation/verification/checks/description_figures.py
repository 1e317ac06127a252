"""Numbers of rows in the description are true."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check

ROWS = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[,  ]\d{3})+|\d{2,})\s+(?:(?:train(?:ing)?|test|labell?ed)\s+)?(?:rows|records)\b", re.I
)


@check(
    "description.figures_true",
    layer="data",
    needs=[Part.PREPARED, Part.RAW],
    protects="a description that was written for other data",
)
def figures_true(evidence: Evidence) -> Finding:
    tables, text = evidence.tables, evidence.package.files["description.md"]
    train, test = len(tables.train), len(tables.test)
    true = {train, test, train + test, len(evidence.raw_table), evidence.raw_table.drop_duplicates().shape[0]}
    said = {int(re.sub(r"\D", "", found)) for found in ROWS.findall(text)}
    wrong = sorted(said - true)
    return Finding.none_of(
        [f"{number:,} rows" for number in wrong],
        where="description.md",
        passed=f"train {train:,}, test {test:,}; numbers of rows named: {len(said)}",
    )
