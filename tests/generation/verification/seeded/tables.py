"""Faults of what prepare.py writes: files, rows, columns, ids, answers."""

import pandas as pd

from tests.generation.verification.seeded.fault import (
    READ,
    Fault,
    after_split,
    before_split,
    both,
    card,
    in_prepare,
    swap,
)


def small(table: pd.DataFrame) -> pd.DataFrame:
    """Too few rows for a test part."""
    return table.head(200)


FORM = (
    Fault(
        "prepare_fails",
        "data.prepares",
        "prepare.py divides by zero",
        in_prepare(READ, f"    1 / 0\n{READ}"),
        executed=True,
    ),
    Fault(
        "link_left_behind",
        "data.prepares",
        "prepare.py leaves a symbolic link, made by a name that its text does not show",
        in_prepare(READ, f'    getattr(public / "raw", "symlink" + "_to")(raw)\n{READ}'),
        executed=True,
    ),
    Fault(
        "file_not_written",
        "data.prepares",
        "the sample submission has another name",
        in_prepare('sample.to_csv(public / "sample_submission.csv"', 'sample.to_csv(public / "sample.csv"'),
        base="kind_chances",
    ),
    Fault(
        "ids_of_test_repeated",
        "data.prepares",
        "two test rows share an id",
        in_prepare("str(1000 + at) for at", "str(1000 + at // 2) for at"),
    ),
    Fault(
        "order_of_a_set",
        "data.reproducible",
        "cells follow the order of a set",
        before_split('table["pot"] = table["pot"].map({n: n + str(k) for k, n in enumerate(set(table["pot"]))})'),
        executed=True,
    ),
    Fault(
        "ids_by_the_order_of_a_set",
        "data.reproducible",
        "ids begin at a number that follows the order of a set",
        before_split(
            'shift = 1000 * list(set(table["pot"])).index("clay")',
            'table["id"] = (table["id"].astype(int) + shift).astype(str)',
        ),
        base="mass_beds",
        executed=True,
    ),
    Fault(
        "local_time",
        "data.reproducible",
        "cells hold a time of the machine's zone",
        before_split("import datetime", 'table["pot"] += str(datetime.datetime.fromtimestamp(0).minute)'),
        executed=True,
    ),
    Fault(
        "working_directory",
        "data.reproducible",
        "cells hold the name of the working directory",
        before_split('table["pot"] += Path(".").resolve().name'),
        executed=True,
    ),
)

ROWS = (
    Fault(
        "rows_lost",
        "data.rows_conserved",
        "rows are dropped",
        before_split("table, is_test = table.head(300), is_test.head(300)"),
        base="kind",
    ),
    Fault(
        "rows_doubled",
        "data.rows_conserved",
        "train rows are repeated",
        in_prepare(
            "train.to_csv(public",
            'pd.concat([train, train.head(50).assign(id=[f"9{at}" for at in range(50)])]).to_csv(public',
        ),
    ),
    Fault(
        "rows_invented",
        "data.rows_conserved",
        "cells are replaced by a value that no raw row has",
        before_split('table.loc[:20, "height"] = "41.41"'),
        base="blooms",
    ),
    Fault(
        "few_test_rows",
        "data.enough_test_rows",
        "a tenth of a small table is tested",
        in_prepare("0.25 * 16**8", "0.1 * 16**8"),
    ),
    Fault("small_table", "data.enough_test_rows", "the table has 200 rows", raw=small, base="mass_days"),
)

IDS = (
    Fault(
        "ids_of_train_repeated",
        "data.ids_unique",
        "all train rows have one id",
        after_split('train = train.assign(id="7")'),
    ),
    Fault(
        "ids_start_again",
        "data.ids_unique",
        "test rows have ids that train rows have",
        after_split(
            "train = train.assign(id=[str(2000 + at) for at in range(len(train))])",
            "test = test.assign(id=[str(2000 + at) for at in range(len(test))])",
        ),
        base="blooms",
    ),
    Fault(
        "sample_in_another_order",
        "data.ids_unique",
        "the sample submission has the rows in another order",
        in_prepare("sample.to_csv(", "sample.iloc[::-1].to_csv("),
        base="kind_chances",
    ),
)

COLUMNS = (
    Fault(
        "target_left_in_test",
        "data.no_target_in_test",
        "test.csv has the target",
        in_prepare("test.drop(columns=TARGET)", "test"),
        base="vigour",
    ),
    Fault(
        "target_of_some_test_rows",
        "data.no_target_in_test",
        "test.csv has the target of some rows",
        in_prepare(
            "test.drop(columns=TARGET)", 'test.assign(**{TARGET: test[TARGET].where(test["height"] > "45", "")})'
        ),
    ),
    Fault(
        "target_under_another_name",
        "data.no_target_in_test",
        "test.csv has the target under another name",
        in_prepare("test.drop(columns=TARGET)", 'test.rename(columns={TARGET: "weight"})'),
    ),
    Fault(
        "feature_of_train_alone",
        "data.columns_agree",
        "test.csv lacks a feature",
        in_prepare("test.drop(columns=TARGET)", 'test.drop(columns=[TARGET, "pot"])'),
        base="kind",
    ),
    Fault(
        "feature_empty_in_test",
        "data.columns_agree",
        "a feature is empty in test.csv",
        in_prepare("test.drop(columns=TARGET)", 'test.drop(columns=TARGET).assign(pot="")'),
    ),
)

ANSWERS = (
    Fault(
        "answers_missing",
        "data.answers_in_domain",
        "an answer is empty",
        in_prepare(
            'test[["id", TARGET]].to_csv', 'test[["id", TARGET]].replace({TARGET: {test[TARGET].iloc[3]: ""}}).to_csv'
        ),
    ),
    Fault(
        "label_outside_the_card",
        "data.answers_in_domain",
        "the card lacks a label",
        card(task={"labels": ("fern", "herb")}),
        base="kind",
    ),
    Fault(
        "train_label_outside_the_card",
        "data.answers_in_domain",
        "a train row has a label that nobody asks for",
        after_split("train = train.copy()", 'train.iloc[3, train.columns.get_loc(TARGET)] = "moss"'),
        base="kind",
    ),
    Fault(
        "label_not_in_train",
        "data.classes_in_train",
        "no train row has one of the labels",
        after_split('train = train[train[TARGET] != "fern"]'),
        base="kind",
    ),
    Fault(
        "label_that_no_row_has",
        "data.classes_in_train",
        "the card and the description name a label that no row has",
        both(
            card(task={"labels": ("fern", "herb", "shrub", "moss")}),
            swap("description.md", "fern, herb, shrub", "fern, herb, shrub, moss"),
        ),
        base="kind",
    ),
)

TABLES = (*FORM, *ROWS, *IDS, *COLUMNS, *ANSWERS)
