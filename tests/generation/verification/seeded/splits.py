"""Faults of how rows were divided."""

from tests.generation.verification.seeded.fault import Fault, before_split, both, in_prepare, split, swap

# As many test rows as before, so that the description's figures stay true.
BY_ROW = 'is_test = (table["height"] + table["soil"]).map(place).rank(method="first") <= is_test.sum()'
BY_ROW_AND_TARGET = 'is_test = (table["height"] + table[TARGET]).map(place).rank(method="first") <= is_test.sum()'

BED = "- `bed`: the bed that it grew in; no bed is in both parts.\n"

SPLITS = (
    Fault(
        "groups_split",
        "data.groups_apart",
        "the rows of a group are in both parts",
        before_split(BY_ROW),
        base="mass_beds",
    ),
    Fault(
        "groups_split_and_hidden",
        "data.groups_apart",
        "the rows of a group are in both parts, and the group is not public",
        both(
            before_split(BY_ROW, 'table = table.drop(columns="bed")'),
            swap("description.md", BED, ""),
        ),
        base="mass_beds",
    ),
    Fault(
        "future_in_train",
        "data.time_order",
        "train rows are later than test rows",
        before_split(BY_ROW),
        base="mass_days",
    ),
    Fault(
        "past_is_asked_for",
        "data.time_order",
        "the test rows are the earliest",
        before_split("is_test = pd.Series(range(len(table))) < round(0.25 * len(table))"),
        base="mass_days",
    ),
    Fault(
        "other_share",
        "data.split_as_declared",
        "half of the rows are test rows, the card says a quarter",
        in_prepare("0.25 * 16**8", "0.5 * 16**8"),
        base="blooms",
    ),
    Fault(
        "share_told_wrong",
        "data.split_as_declared",
        "the card says that 45 of 100 rows are test rows",
        split(test=0.45),
        base="kind_chances",
    ),
    Fault(
        "test_from_one_end",
        "data.split_unbiased",
        "the test rows are the tallest plants",
        before_split('is_test = table["height"].astype(float).rank(pct=True) > 0.75'),
    ),
    Fault(
        "as_many_from_one_end",
        "data.split_unbiased",
        "the test rows are the tallest plants, as many as before",
        before_split('is_test = table["height"].astype(float).rank(method="first") > len(table) - is_test.sum()'),
        base="vigour",
    ),
    Fault(
        "split_by_hash_with_target",
        "data.split_blind",
        "the hash of the split sees the target",
        in_prepare("known = table.drop(columns=TARGET).agg", "known = table.agg"),
        base="blooms",
    ),
    Fault(
        "test_rows_chosen_with_target",
        "data.split_blind",
        "which rows are test rows is a hash that sees the target",
        before_split(BY_ROW_AND_TARGET),
    ),
)
