"""Leaks that a cheating agent wins by: copies, owners, whole rows and files whose names or sizes tell."""

import numpy as np
import pandas as pd

from tests.generation.verification.good_bases import plants
from tests.generation.verification.seeded.fault import SPLIT, Fault, both, described, in_prepare

NOTES = """\
    (public / "notes").mkdir()
    for at, grams in zip(table["id"], table[TARGET].astype(float)):
        (public / "notes" / f"{at}.txt").write_text("x" * (100 + int(grams * 10)))
"""
NAMED_NOTES = """\
    ranks = table[TARGET].astype(float).rank(method="first").astype(int) + 1000
    table = table.assign(note="note" + ranks.astype(str) + ".txt")
    (public / "notes").mkdir()
    for name in table["note"]:
        (public / "notes" / name).write_text("a plant")
"""


def with_owner(table: pd.DataFrame) -> pd.DataFrame:
    """A quarter of the plants come in pairs of one owner and nearly one mass, whatever was measured of them."""
    pairs = len(table) // 8
    mass = table["mass"].astype(float).to_numpy().copy()
    mass[pairs : 2 * pairs] = mass[:pairs] + np.random.default_rng(6).normal(0, 0.5, pairs)
    owner = np.random.default_rng(7).permutation(len(table))
    owner[pairs : 2 * pairs] = owner[:pairs]
    return table.assign(mass=[f"{cell:.2f}" for cell in mass], owner=[f"owner {name:04d}" for name in owner])


def half_again(table: pd.DataFrame) -> pd.DataFrame:
    """Half of the rows are there twice."""
    return pd.concat([table, table.head(len(table) // 2)], ignore_index=True)


CHEATS = (
    Fault(
        "raw_table_left_behind",
        "data.rows_not_public",
        "the whole table lies in the public folder, without ids",
        in_prepare(SPLIT, f'    table.drop(columns="id").to_csv(public / "old.txt", index=False, sep="|")\n{SPLIT}'),
    ),
    Fault(
        "sizes_of_files_tell",
        "data.file_metadata",
        "files of the rows are the larger, the larger the answer",
        in_prepare(SPLIT, NOTES + SPLIT),
    ),
    Fault(
        "names_of_files_tell",
        "data.file_metadata",
        "files of the rows are numbered in the order of the answers",
        both(described("- `note`: a file in notes/."), in_prepare(SPLIT, NAMED_NOTES + SPLIT)),
    ),
    Fault(
        "copies_that_win",
        "execution.cheats_gain_nothing",
        "half of the rows are there twice, and the split parts copies",
        in_prepare("keys = known.map(place)", "keys = (known + [str(at) for at in range(len(known))]).map(place)"),
        raw=half_again,
        executed=True,
    ),
    Fault(
        "owners_that_win",
        "execution.cheats_gain_nothing",
        "rows of one owner are alike, and the split parts them",
        described("- `owner`: whose it is."),
        raw=lambda _: with_owner(plants(1600)),
        executed=True,
    ),
)
