"""Leaks: the answer stands in a column, an id, an order, a public file, or in a file of the sandbox."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from tests.generation.verification.good_bases import BED_ROWS
from tests.generation.verification.seeded.fault import Fault, after_split, before_split, both, described, in_prepare

MEASURED = {9: "height", 10: "light", 11: "water", 12: "soil"}  # columns of the library's table
IDS = "[str(1000 + at) for at in range(len(table))]"


def with_ounces(table: pd.DataFrame) -> pd.DataFrame:
    """The target in other units."""
    return table.assign(ounces=(table["mass"].astype(float) * 0.035274).map("{:.4f}".format))


def with_code(table: pd.DataFrame) -> pd.DataFrame:
    """The label under a number."""
    return table.assign(code=table["kind"].map({"fern": "1", "herb": "2", "shrub": "3"}))


def with_shelf(table: pd.DataFrame) -> pd.DataFrame:
    """Forty shelves, each of one label; their numbers are in no order."""
    drawn = np.random.default_rng(12)
    shelves = drawn.permutation(40).reshape(-1, 10)
    row = table["kind"].map({"fern": 0, "herb": 1, "shrub": 2}).to_numpy(int)
    return table.assign(shelf=shelves[row, drawn.integers(0, 10, len(table))].astype(str))


def with_sum(table: pd.DataFrame) -> pd.DataFrame:
    """The target is the sum of two other columns."""
    stem = np.random.default_rng(5).uniform(0, 20, len(table)).round(2)
    leaves = (table["mass"].astype(float) - stem).round(2)
    return table.assign(stem=stem.astype(str), leaves=leaves.astype(str))


def with_product(table: pd.DataFrame) -> pd.DataFrame:
    """The target is the product of two other columns."""
    leaves = np.random.default_rng(5).lognormal(2, 1, len(table)).round(4)
    each = (table["mass"].astype(float).clip(lower=1) / leaves).map("{:.7g}".format)
    mass = (each.astype(float) * leaves).map("{:.5f}".format)
    return table.assign(leaves=leaves.astype(str), each=each, mass=mass)


def as_exclusive_or(table: pd.DataFrame) -> pd.DataFrame:
    """The label follows from two marks, and from neither alone."""
    half = np.random.default_rng(2).integers(0, 2, len(table))
    other = half ^ (table["blooms"] == "yes").to_numpy(int)
    return table.assign(half=half.astype(str), other=other.astype(str))


def by_mass(table: pd.DataFrame) -> pd.DataFrame:
    """The raw table is sorted by the target."""
    return table.sort_values("mass", key=lambda cells: cells.astype(float))


def with_strong_beds(table: pd.DataFrame) -> pd.DataFrame:
    """The plants of one bed are nearly alike, and beds lie side by side without an order."""
    beds = np.arange(len(table)) // BED_ROWS
    shared = np.random.default_rng(9).normal(0, 30, beds.max() + 1)[beds]
    mass = table["mass"].astype(float) + shared
    return table.assign(mass=mass.map("{:.2f}".format))


def twice(table: pd.DataFrame) -> pd.DataFrame:
    """A fifth of the rows are there twice."""
    return pd.concat([table, table.head(len(table) // 5)], ignore_index=True)


def nudged(table: pd.DataFrame) -> pd.DataFrame:
    """A fifth of the rows are there twice, the second time measured a hair otherwise."""
    again = table.head(len(table) // 5)
    drawn = np.random.default_rng(13)
    height = again["height"].astype(float) + drawn.uniform(0.001, 0.004, len(again))
    soil = again["soil"].astype(float) + drawn.uniform(0.0001, 0.0004, len(again))
    copies = again.assign(height=height.map("{:.3f}".format), soil=soil.map("{:.4f}".format))
    return pd.concat([table, copies], ignore_index=True)


def with_another_pot(table: pd.DataFrame) -> pd.DataFrame:
    """A fifth of the rows are there twice, the second time under another pot."""
    again = table.head(len(table) // 5)
    copies = again.assign(pot=again["pot"].map({"clay": "tin", "tin": "wood", "wood": "clay"}))
    return pd.concat([table, copies], ignore_index=True)


def of_a_library(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers that a library carries along, and what follows from them; its datasets agents cannot see."""
    with np.load(Path(stats.__file__).with_name("_sobol_direction_numbers.npz")) as arrays:
        known = pd.DataFrame(arrays["vinit"][9_000 : 9_000 + len(table)]).rename(columns=MEASURED)
    drawn = np.random.default_rng(11)
    seen = (known[list(MEASURED.values())] - known.mean()) / known.std()
    mass = 30 + 6 * seen["height"] + 3 * seen["light"] + drawn.normal(0, 3, len(table))
    named = known.rename(columns=lambda name: f"m_{name}" if isinstance(name, int) else name).astype(str)
    return pd.concat([named, table[["site", "pot", "blooms", "kind"]].assign(mass=mass.map("{:.2f}".format))], axis=1)


COLUMNS = (
    Fault(
        "target_in_other_units",
        "data.determined_target",
        "a column is the target in other units",
        described("- `ounces`: weight."),
        raw=with_ounces,
    ),
    Fault(
        "label_under_a_code",
        "data.determined_target",
        "a column is the label under a number",
        described("- `code`: a code."),
        base="kind",
        raw=with_code,
    ),
    Fault(
        "label_under_many_codes",
        "data.determined_target",
        "a column of forty numbers without an order determines the label",
        described("- `shelf`: a shelf."),
        base="kind",
        raw=with_shelf,
    ),
    Fault(
        "target_is_a_sum",
        "data.determined_by_several",
        "the target is the sum of two columns",
        described("- `stem`: grams.", "- `leaves`: grams."),
        raw=with_sum,
    ),
    Fault(
        "target_is_a_product",
        "data.determined_by_several",
        "the target is the product of two columns",
        described("- `leaves`: number of leaves.", "- `each`: grams a leaf."),
        raw=with_product,
    ),
    Fault(
        "label_of_two_columns",
        "data.determined_by_several",
        "the label is the exclusive or of two columns",
        described("- `half`: a mark.", "- `other`: a mark."),
        base="blooms",
        raw=as_exclusive_or,
    ),
    Fault(
        "encoded_by_target",
        "data.permuted_target",
        "a feature is a mean of the target",
        both(
            described("- `worth`: a mean."),
            before_split(
                'worth = table[TARGET].astype(float).groupby(table["site"]).transform("mean")',
                'table = table.assign(worth=worth.map("{:.3f}".format))',
            ),
        ),
    ),
    Fault(
        "scaled_by_target",
        "data.permuted_target",
        "a feature is divided by that of the row with the largest target",
        before_split(
            'top = table.loc[table[TARGET].astype(float).idxmax(), "soil"]',
            'soil = table["soil"].astype(float) / float(top)',
            'table = table.assign(soil=soil.map("{:.4f}".format))',
        ),
        base="mass_beds",
    ),
    Fault(
        "train_marked_by_target",
        "data.permuted_target",
        "a mark tells the answer of every fourth train row, and nothing of the test rows",
        both(
            described("- `mark`: a mark."),
            after_split(
                "bits = [part['soil'].map(place).str[0].isin(list('01234567')) for part in (train, test)]",
                "told = train['height'].map(place).str[0].isin(list('0123'))",
                "train = train.assign(mark=bits[0].where(~told, train[TARGET] == 'yes').astype(int).astype(str))",
                "test = test.assign(mark=bits[1].astype(int).astype(str))",
            ),
        ),
        base="blooms",
    ),
)

ORDERS = (
    Fault(
        "ids_follow_the_target",
        "data.id_signal",
        "ids are ranks of the target",
        in_prepare(IDS, '(1000 + table[TARGET].astype(float).rank(method="first").astype(int)).astype(str)'),
    ),
    Fault(
        "ids_of_the_sorted_raw_table",
        "data.id_signal",
        "ids are places in a raw table that is sorted by the target",
        both(
            in_prepare(".reset_index(drop=True)", ""),
            in_prepare("for at in range(len(table))", "for at in table.index"),
        ),
        raw=by_mass,
    ),
    Fault(
        "ids_of_neighbours",
        "data.id_signal",
        "ids are places in a raw table where alike plants lie side by side",
        both(
            in_prepare(".reset_index(drop=True)", ""),
            in_prepare("for at in range(len(table))", "for at in table.index"),
        ),
        base="mass_beds",
        raw=with_strong_beds,
    ),
    Fault(
        "test_sorted_by_target",
        "data.order_signal",
        "test.csv is sorted by the target",
        after_split("test = test.sort_values(TARGET)"),
        base="mass_beds",
    ),
    Fault(
        "test_sorted_downwards",
        "data.order_signal",
        "test.csv is sorted by the target, the largest first",
        after_split("test = test.sort_values(TARGET, ascending=False)"),
    ),
    Fault(
        "test_grouped_by_label",
        "data.order_signal",
        "test.csv is sorted by the label",
        after_split('test = test.sort_values([TARGET, "height"])'),
        base="kind",
    ),
    Fault(
        "duplicates_split",
        "data.duplicates_across",
        "rows that are there twice are split",
        before_split(
            "places = pd.Series([place(str(at)) for at in range(len(table))])",
            'is_test = places.rank(method="first") <= is_test.sum()',
        ),
        base="kind_chances",
        raw=twice,
    ),
    Fault(
        "nearly_the_same_rows",
        "data.near_duplicates",
        "rows come again with their measurements nudged, and the two fall apart",
        raw=nudged,
    ),
    Fault(
        "rows_but_for_one_column",
        "data.near_duplicates",
        "rows come again with one column changed, and the two fall apart",
        base="kind",
        raw=with_another_pot,
    ),
)

PUBLIC_FILES = (
    Fault(
        "sample_tells",
        "data.answers_not_public",
        "the sample submission holds the answers, rounded",
        in_prepare("    sample.to_csv", "    sample[TARGET] = test[TARGET].astype(float).round(-1)\n    sample.to_csv"),
    ),
    Fault(
        "answers_left_behind",
        "data.answers_not_public",
        "a file with the answers is left in the public folder",
        in_prepare(
            '    sample = test[["id"]].copy()\n',
            '    sample = test[["id"]].copy()\n    test.to_csv(public / "rest.tsv", sep="\\t")\n',
        ),
        base="vigour",
    ),
    Fault(
        "rows_of_a_library",
        "data.out_of_reach",
        "the rows lie in a file of a library that agents have",
        described(*(f"- `m_{at}`: a number." for at in range(18) if at not in MEASURED)),
        raw=of_a_library,
        executed=True,
    ),
)

LEAKS = (*COLUMNS, *ORDERS, *PUBLIC_FILES)
