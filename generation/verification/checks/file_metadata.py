"""Names and sizes of the files that belong to rows tell nothing of the answers.

Times and the order of a folder's entries cannot: the harness packs what prepare.py wrote in the order of names, with
one time for all (harness/competition/prepare.py), so an agent sees the times of unpacking.
"""

from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from generation.verification.columns import Numbers
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.signal import Skill, sort_key, transfer_skill
from generation.verification.tables import Tables

LIMIT = 0.1  # a plain picture packs smaller, which is a little of what is on it; more is a way round looking at it
FEWEST = 40  # files a part: of fewer no skill of neighbours can be told from chance


@check(
    "data.file_metadata",
    layer="data",
    needs=[Part.PREPARED],
    protects="an agent that reads the answer off the name or the size of a file without opening it",
)
def file_metadata(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if not tables.others:
        return Finding.needless("no files belong to rows")
    files = {part: files_of_rows(tables, frame) for part, frame in (("train", tables.train), ("test", tables.test))}
    if min(files["train"].notna().sum(), files["test"].notna().sum()) < FEWEST:
        return Finding.needless("no files belong to rows")
    skills = {what: _skill(tables, files, what) for what in ("name", "size")}
    what, worst = max(skills.items(), key=lambda item: (item[1].real, item[1].value))
    figure = worst.value if worst.real else min(worst.value, LIMIT)
    return Finding.at_most(figure, LIMIT, where="public", evidence=f"skill by the {what} of the file {worst.value:.3f}")


def files_of_rows(tables: Tables, frame: pd.DataFrame) -> pd.Series:
    """The public file that belongs to each row, by its id or a cell that names it; missing where there is none."""
    found = pd.Series(pd.NA, index=frame.index, dtype=object)
    called = {word: name for name in tables.others for word in _words(name)}
    for column in (tables.id, *tables.features):
        found = found.fillna(frame[column].str.strip().map(called))
    return found


def _words(name: str) -> tuple[str, str, str]:
    path = PurePosixPath(name)
    return name, path.name, path.stem


def _skill(tables: Tables, files: dict[str, pd.Series], what: str) -> Skill:
    """What the files' names in their order, or their sizes, say of the answers."""
    kept = {part: names.notna().to_numpy() for part, names in files.items()}
    names = pd.concat([files[part][kept[part]].astype(str) for part in ("train", "test")], ignore_index=True)
    sizes: Numbers = np.array([tables.sizes[name] for name in names], dtype=np.float64)
    keys = sizes if what == "size" else sort_key(names)
    train = int(kept["train"].sum())
    y_train, y_test = tables.y_train[kept["train"]], tables.y_test[kept["test"]]
    return transfer_skill(keys[:train], y_train, keys[train:], y_test)
