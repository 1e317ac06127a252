"""No file beside the tables holds the test rows together with their answers: a look-up by content finds nothing."""

from collections import Counter, defaultdict

import numpy as np

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.probes import reach as looking
from generation.verification.reach import FOUND, ROWS
from generation.verification.registry import Part, check
from generation.verification.tables import Tables

LIMIT = 0.1  # four standard errors of the difference of two shares of 500 rows, at its largest


@check(
    "data.rows_not_public",
    layer="data",
    needs=[Part.PREPARED],
    protects="an agent that finds the test rows, answers and all, in another file of its task",
)
def rows_not_public(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if not tables.others:
        return Finding.needless("there is no file beside the tables")
    taken = np.unique(np.linspace(0, len(tables.test) - 1, min(ROWS, len(tables.test))).astype(int))
    answers = [looking.cell(str(answer)) for answer in tables.y_test[taken]]
    mixed = [answers[at] for at in np.random.default_rng(0).permutation(len(answers))]
    found = matches(tables, taken)
    share, chance = (
        float(np.mean([answer in cells for answer, cells in zip(asked, found, strict=True)]))
        for asked in (answers, mixed)
    )
    return Finding.at_most(
        max(0.0, share - chance),
        LIMIT,
        where="public",
        evidence=f"{share:.0%} of the test rows are in {len(tables.others)} files with their answers, "
        f"{chance:.0%} with that of another row",
    )


def matches(tables: Tables, taken: np.ndarray) -> list[set[str]]:
    """For each test row taken the cells of the lines of other files that hold it, but those that are its own."""
    rows = [list(map(str, row)) for row in tables.test[list(tables.features)].iloc[taken].itertuples(index=False)]
    wanted: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        for run in looking.runs(row):
            wanted[run].append(at)
    own = [Counter(map(looking.cell, row)) for row in rows]
    needed = [FOUND * len(looking.runs(row)) for row in rows]
    found: list[set[str]] = [set() for _ in rows]
    for text in tables.others.values():
        for line in text.encode().splitlines():
            cells = looking.cells_of(line)
            hits = Counter(at for run in looking.runs(cells) for at in wanted.get(run, ()))
            for at, runs in hits.items():
                if runs >= needed[at]:
                    found[at] |= set(Counter(map(looking.cell, cells)) - own[at])
    return found
