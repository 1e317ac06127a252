"""Packages broken on purpose: each a small edit of a good one, with the check that must catch it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from harness.package import TaskPackage
from tests.generation.verification.good_packages import plants


def _same_table(table: pd.DataFrame) -> pd.DataFrame:
    return table


def _same_package(package: TaskPackage) -> TaskPackage:
    return package


@dataclass(frozen=True)
class Fault:
    """`raw` changes the raw table before the good package is made of it, `edit` then changes the package."""

    name: str
    caught_by: str
    edit: Callable[[TaskPackage], TaskPackage] = _same_package
    target: str = "mass"
    raw: Callable[[pd.DataFrame], pd.DataFrame] = field(default=_same_table)


def swap(file: str, old: str, new: str) -> Callable[[TaskPackage], TaskPackage]:
    """Replace a piece of one file; the piece must be there."""

    def edit(package: TaskPackage) -> TaskPackage:
        text = package.files[file]
        assert old in text, f"{file} has no {old!r}"
        return replace(package, files={**package.files, file: text.replace(old, new)})

    return edit


def whole(file: str, text: str) -> Callable[[TaskPackage], TaskPackage]:
    return lambda package: replace(package, files={**package.files, file: text})


def first(file: str, line: str) -> Callable[[TaskPackage], TaskPackage]:
    """Put a line before all others."""
    return lambda package: replace(package, files={**package.files, file: f"{line}\n{package.files[file]}"})


def card(**tables: dict[str, object]) -> Callable[[TaskPackage], TaskPackage]:
    """Change fields of task.toml without the schema's own validation of how they fit."""

    def edit(package: TaskPackage) -> TaskPackage:
        changed = {name: getattr(package.card, name).model_copy(update=fields) for name, fields in tables.items()}
        return replace(package, card=package.card.model_copy(update=changed))

    return edit


def in_prepare(old: str, new: str) -> Callable[[TaskPackage], TaskPackage]:
    return swap("prepare.py", old, new)


BODY = "    table = pd.read_csv("
SPLIT = "    train, test = table[~is_test], table[is_test]\n"
WRITE_TEST = '    test.drop(columns=TARGET).to_csv(public / "test.csv", index=False)\n'

STATIC = (
    Fault("no_solution", "structure.files", whole("solution.py", "")),
    Fault("stub_of_a_description", "structure.files", whole("description.md", "# Plants\n")),
    Fault("direction_swapped", "structure.schema", card(metric={"direction": "maximize"})),
    Fault("wrong_best", "structure.schema", card(metric={"best": 1.0})),
    Fault("unknown_metric", "structure.schema", card(metric={"name": "rsme"})),
    Fault("metric_of_another_objective", "structure.schema", card(metric={"name": "accuracy"})),
    Fault("id_is_the_target", "structure.schema", card(task={"id_column": "mass"})),
    Fault("unpinned_source", "structure.source_pinned", card(source={"uri": "pypi:plants#plants.csv"})),
    Fault("unknown_scheme", "structure.source_pinned", card(source={"uri": "ftp:plants.csv"})),
    Fault("syntax_error", "structure.parses", swap("metric.py", "return rmse(", "return rmse((")),
    Fault(
        "other_arguments",
        "structure.signature",
        swap("prepare.py", "raw: Path, public: Path", "source: Path, public: Path"),
    ),
    Fault("arguments_swapped", "structure.signature", swap("metric.py", "y_true, y_pred):", "y_pred, y_true):")),
    Fault("no_metric_class", "structure.signature", swap("metric.py", "(CompetitionMetrics)", "(object)")),
    Fault("no_evaluate", "structure.signature", swap("metric.py", "def evaluate", "def score")),
    Fault(
        "constant_metric",
        "structure.no_stub",
        swap("metric.py", 'rmse(y_true["mass"].to_numpy(float), y_pred["mass"].to_numpy(float))', "0.5"),
    ),
    Fault("empty_function", "structure.no_stub", first("solution.py", "def learn():\n    pass\n")),
    Fault("unwritten_text", "structure.no_stub", swap("description.md", "acidity of the soil", "TODO")),
    Fault("fetches_data", "structure.no_network_imports", first("prepare.py", "import urllib.request")),
    Fault("starts_a_program", "structure.no_network_imports", first("solution.py", "import subprocess")),
    Fault(
        "reads_an_address",
        "structure.no_network_imports",
        in_prepare('raw / "plants.csv"', '"https://plants.example/plants.csv"'),
    ),
    Fault(
        "data_of_a_library",
        "structure.no_network_imports",
        first("solution.py", "from sklearn.datasets import load_diabetes\nload_diabetes()"),
    ),
    Fault("unknown_library", "structure.known_imports", first("solution.py", "import polars")),
    Fault(
        "looks_into_the_harness",
        "structure.known_imports",
        first("solution.py", "from harness.places import cache_dir"),
    ),
    Fault("absolute_path", "structure.no_absolute_path", in_prepare('raw / "plants.csv"', '"/data/plants.csv"')),
    Fault("home_folder", "structure.no_absolute_path", in_prepare('raw / "plants.csv"', 'Path.home() / "plants.csv"')),
    Fault(
        "climbs_out", "structure.no_absolute_path", swap("solution.py", "data/train.csv", "../private/test_answer.csv")
    ),
    Fault(
        "deletes_raw",
        "structure.no_deletion",
        in_prepare(BODY, f'    (raw / "old.csv").unlink(missing_ok=True)\n{BODY}'),
    ),
    Fault("writes_into_raw", "structure.no_deletion", in_prepare("train.to_csv(public", "train.to_csv(raw")),
    Fault("evaluates_text", "structure.no_dynamic_code", first("metric.py", "eval('1')")),
    Fault(
        "reads_a_pickle",
        "structure.no_dynamic_code",
        in_prepare(BODY, f'    pd.read_pickle(raw / "plants.pkl")\n{BODY}'),
    ),
    Fault(
        "asks_the_clock",
        "structure.no_ambient_input",
        first("prepare.py", "import datetime\nYEAR = datetime.date.today()"),
    ),
    Fault(
        "unseeded", "structure.no_ambient_input", first("prepare.py", "import numpy as np\nR = np.random.default_rng()")
    ),
    Fault(
        "hash_of_the_process",
        "structure.no_ambient_input",
        in_prepare("keys = known.map(place)", "keys = known.map(hash)"),
    ),
    Fault(
        "asks_the_environment", "structure.no_ambient_input", first("metric.py", "import os\nHOME = os.environ['HOME']")
    ),
    Fault("direction_not_told", "description.complete", swap("description.md", "Lower is better.", "")),
    Fault(
        "no_formula",
        "description.complete",
        swap("description.md", "$\\sqrt{\\frac{1}{n} \\sum_i (y_i - \\hat y_i)^2}$", "as usual"),
    ),
    Fault(
        "label_not_told",
        "description.complete",
        swap("description.md", "fern, herb, shrub", "fern, herb or other"),
        target="kind",
    ),
    Fault("result_not_told", "description.complete", swap("description.md", "`submission.csv`", "a file")),
)


def twice(table: pd.DataFrame) -> pd.DataFrame:
    """A fifth of the rows are there twice."""
    return pd.concat([table, table.head(len(table) // 5)], ignore_index=True)


def with_sum(table: pd.DataFrame) -> pd.DataFrame:
    """The target is the sum of two other columns."""
    stem = np.random.default_rng(5).uniform(0, 20, len(table)).round(2)
    leaves = (table["mass"].astype(float) - stem).round(2)
    return table.assign(stem=stem.astype(str), leaves=leaves.astype(str))


def as_exclusive_or(table: pd.DataFrame) -> pd.DataFrame:
    """The label follows from two marks, and from neither alone."""
    half = np.random.default_rng(2).integers(0, 2, len(table))
    other = half ^ (table["blooms"] == "yes").to_numpy(int)
    return table.assign(half=half.astype(str), other=other.astype(str))


def with_bed(table: pd.DataFrame) -> pd.DataFrame:
    """Rows come in beds of five, and one after the other."""
    beds = np.arange(len(table)) // 5
    days = pd.date_range("2020-01-01", periods=len(table)).strftime("%Y-%m-%d")
    return table.assign(bed=beds.astype(str), day=np.random.default_rng(1).permutation(days))


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


def described(*lines: str) -> Callable[[TaskPackage], TaskPackage]:
    """Add lines to the list of columns."""
    return swap("description.md", "- `pot`:", "\n".join([*lines, "- `pot`:"]))


DATA = (
    Fault(
        "file_not_written",
        "data.prepares",
        in_prepare('sample.to_csv(public / "sample_submission.csv"', 'sample.to_csv(public / "sample.csv"'),
    ),
    Fault(
        "rows_lost",
        "data.rows_conserved",
        in_prepare(SPLIT, f"    table, is_test = table.head(300), is_test.head(300)\n{SPLIT}"),
    ),
    Fault(
        "rows_doubled",
        "data.rows_conserved",
        in_prepare(
            "train.to_csv(public",
            'pd.concat([train, train.head(50).assign(id=[f"9{at}" for at in range(50)])]).to_csv(public',
        ),
    ),
    Fault(
        "rows_invented", "data.rows_conserved", in_prepare(SPLIT, f'    table.loc[:20, "height"] = "41.41"\n{SPLIT}')
    ),
    Fault("ids_of_test_repeated", "data.prepares", in_prepare("str(1000 + at) for at", "str(1000 + at // 2) for at")),
    Fault("ids_of_train_repeated", "data.ids_unique", in_prepare(SPLIT, f'{SPLIT}    train = train.assign(id="7")\n')),
    Fault(
        "ids_start_again",
        "data.ids_unique",
        in_prepare(
            SPLIT,
            f"{SPLIT}    train = train.assign(id=[str(2000 + at) for at in range(len(train))])\n"
            "    test = test.assign(id=[str(2000 + at) for at in range(len(test))])\n",
        ),
    ),
    Fault("sample_in_another_order", "data.ids_unique", in_prepare("sample.to_csv(", "sample.iloc[::-1].to_csv(")),
    Fault(
        "ids_follow_the_target",
        "data.id_signal",
        in_prepare(
            "[str(1000 + at) for at in range(len(table))]",
            '(1000 + table[TARGET].astype(float).rank(method="first").astype(int)).astype(str)',
        ),
    ),
    Fault(
        "ids_of_the_sorted_raw_table",
        "data.id_signal",
        lambda package: in_prepare(".reset_index(drop=True)", "")(
            in_prepare("for at in range(len(table))", "for at in table.index")(package)
        ),
        raw=lambda table: table.sort_values("mass", key=lambda cells: cells.astype(float)),
    ),
    Fault(
        "test_sorted_by_target", "data.order_signal", in_prepare(SPLIT, f"{SPLIT}    test = test.sort_values(TARGET)\n")
    ),
    Fault(
        "test_grouped_by_label",
        "data.order_signal",
        in_prepare(SPLIT, f'{SPLIT}    test = test.sort_values([TARGET, "height"])\n'),
        target="kind",
    ),
    Fault("target_left_in_test", "data.no_target_in_test", in_prepare("test.drop(columns=TARGET)", "test")),
    Fault(
        "target_under_another_name",
        "data.no_target_in_test",
        in_prepare("test.drop(columns=TARGET)", 'test.rename(columns={TARGET: "weight"})'),
    ),
    Fault(
        "feature_of_train_alone",
        "data.columns_agree",
        in_prepare("test.drop(columns=TARGET)", 'test.drop(columns=[TARGET, "pot"])'),
    ),
    Fault(
        "feature_empty_in_test",
        "data.columns_agree",
        in_prepare("test.drop(columns=TARGET)", 'test.drop(columns=TARGET).assign(pot="")'),
    ),
    Fault(
        "answers_missing",
        "data.answers_in_domain",
        in_prepare(
            'test[["id", TARGET]].to_csv', 'test[["id", TARGET]].replace({TARGET: {test[TARGET].iloc[3]: ""}}).to_csv'
        ),
    ),
    Fault("label_outside_the_card", "data.answers_in_domain", card(task={"labels": ("fern", "herb")}), target="kind"),
    Fault(
        "target_in_other_units",
        "data.determined_target",
        described("- `ounces`: weight."),
        raw=lambda table: table.assign(ounces=(table["mass"].astype(float) * 0.035274).map("{:.4f}".format)),
    ),
    Fault(
        "label_under_a_code",
        "data.determined_target",
        described("- `code`: a code."),
        target="kind",
        raw=lambda table: table.assign(code=table["kind"].map({"fern": "1", "herb": "2", "shrub": "3"})),
    ),
    Fault(
        "target_is_a_sum",
        "data.determined_by_several",
        described("- `stem`: grams.", "- `leaves`: grams."),
        raw=with_sum,
    ),
    Fault(
        "label_of_two_columns",
        "data.determined_by_several",
        described("- `half`: a mark.", "- `other`: a mark."),
        target="blooms",
        raw=as_exclusive_or,
    ),
    Fault(
        "duplicates_split",
        "data.duplicates_across",
        in_prepare("keys = known.map(place)", "keys = (known + [str(at) for at in range(len(known))]).map(place)"),
        raw=twice,
    ),
    Fault(
        "groups_split",
        "data.groups_apart",
        lambda package: described("- `bed`: bed.", "- `day`: day.")(
            card(task={"split": package.card.task.split.model_copy(update={"rule": "group", "column": "bed"})})(package)
        ),
        raw=with_bed,
    ),
    Fault(
        "groups_split_and_hidden",
        "data.groups_apart",
        lambda package: in_prepare('table.drop(columns="key")', 'table.drop(columns=["key", "bed"])')(
            card(task={"split": package.card.task.split.model_copy(update={"rule": "group", "column": "bed"})})(package)
        ),
        raw=with_bed,
    ),
    Fault(
        "future_in_train",
        "data.time_order",
        lambda package: described("- `bed`: bed.", "- `day`: day.")(
            card(task={"split": package.card.task.split.model_copy(update={"rule": "time", "column": "day"})})(package)
        ),
        raw=with_bed,
    ),
    Fault("other_share", "data.split_as_declared", in_prepare("0.25 * 16**8", "0.5 * 16**8")),
    Fault(
        "test_from_one_end",
        "data.split_unbiased",
        in_prepare(SPLIT, f'    is_test = table["height"].astype(float).rank(pct=True) > 0.75\n{SPLIT}'),
    ),
    Fault(
        "label_not_in_train",
        "data.classes_in_train",
        in_prepare(SPLIT, f'{SPLIT}    train = train[train[TARGET] != "fern"]\n'),
        target="kind",
    ),
    Fault("few_test_rows", "data.enough_test_rows", in_prepare("0.25 * 16**8", "0.1 * 16**8")),
    Fault(
        "encoded_by_target",
        "data.permuted_target",
        lambda package: described("- `worth`: a mean.")(
            in_prepare(
                SPLIT,
                '    worth = table[TARGET].astype(float).groupby(table["site"]).transform("mean")\n'
                f'    table = table.assign(worth=worth.map("{{:.3f}}".format))\n{SPLIT}',
            )(package)
        ),
    ),
    Fault(
        "scaled_by_target",
        "data.permuted_target",
        in_prepare(
            SPLIT,
            '    top = table.loc[table[TARGET].astype(float).idxmax(), "soil"]\n'
            '    soil = table["soil"].astype(float) / float(top)\n'
            f'    table = table.assign(soil=soil.map("{{:.4f}}".format))\n{SPLIT}',
        ),
    ),
    Fault(
        "split_by_hash_with_target",
        "data.split_blind",
        in_prepare("known = table.drop(columns=TARGET).agg", "known = table.agg"),
    ),
    Fault(
        "sample_tells",
        "data.answers_not_public",
        in_prepare("    sample.to_csv", "    sample[TARGET] = test[TARGET].astype(float).round(-1)\n    sample.to_csv"),
    ),
    Fault(
        "answers_left_behind",
        "data.answers_not_public",
        in_prepare(
            '    sample = test[["id"]].copy()\n',
            '    sample = test[["id"]].copy()\n    test.to_csv(public / "rest.tsv", sep="\\t")\n',
        ),
    ),
    Fault(
        "raw_table_left_behind",
        "data.rows_not_public",
        in_prepare(SPLIT, f'    table.drop(columns="id").to_csv(public / "old.txt", index=False, sep="|")\n{SPLIT}'),
    ),
    Fault(
        "sizes_of_files_tell",
        "data.file_metadata",
        in_prepare(SPLIT, NOTES + SPLIT),
    ),
    Fault(
        "names_of_files_tell",
        "data.file_metadata",
        lambda package: described("- `note`: a file in notes/.")(in_prepare(SPLIT, NAMED_NOTES + SPLIT)(package)),
    ),
    Fault(
        "column_not_described", "description.columns", swap("description.md", "- `soil`: acidity of the soil.\n", "")
    ),
    Fault("other_header", "description.header", swap("description.md", "id,mass\n", "id,prediction\n")),
    Fault("other_sizes", "description.figures_true", swap("description.md", " rows without", "0 rows without")),
)


def noise_for(target: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The target has nothing to do with what was measured."""

    def raw(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{target: np.random.default_rng(8).permutation(table[target].to_numpy())})

    return raw


def bloom_by_height(table: pd.DataFrame) -> pd.DataFrame:
    """Tall plants bloom, short ones do not, and there is a gap between them."""
    height = table["height"].astype(float)
    return table.assign(
        blooms=np.where(height > 40, "yes", "no"), height=(height + np.where(height > 40, 8, -8)).map("{:.2f}".format)
    )


RMSE = 'rmse(y_true["mass"].to_numpy(float), y_pred["mass"].to_numpy(float))'
SUBMIT = 'sample.to_csv("submission.csv", index=False)'

REFUSING = """\
    def validate_submission(self, submission, ground_truth):
        from harness.competition.contract import InvalidSubmission
        raise InvalidSubmission("no")

    def evaluate"""
ONE_CLASS = """\
kept = (y_true["kind"] != "herb").to_numpy()
        y_true, y_pred = y_true[kept], y_pred[kept]
        return accuracy"""

# These show only where the package is executed.
EXECUTED = (
    Fault("prepare_fails", "data.prepares", in_prepare(BODY, f"    1 / 0\n{BODY}")),
    Fault("link_left_behind", "data.prepares", in_prepare(BODY, f'    (public / "raw").symlink_to(raw)\n{BODY}')),
    Fault(
        "order_of_a_set",
        "data.reproducible",
        in_prepare(
            SPLIT,
            f'    table["pot"] = table["pot"].map({{n: n + str(k) for k, n in enumerate(set(table["pot"]))}})\n{SPLIT}',
        ),
    ),
    Fault(
        "local_time",
        "data.reproducible",
        in_prepare(SPLIT, f'    import time\n    table["pot"] += str(time.localtime(0).tm_min)\n{SPLIT}'),
    ),
    Fault(
        "working_directory",
        "data.reproducible",
        in_prepare(SPLIT, f'    table["pot"] += Path(".").resolve().name\n{SPLIT}'),
    ),
    Fault("metric_cannot_be_imported", "grading.answers_best", first("metric.py", "import nothing_of_that_name")),
    Fault("metric_off_by_one", "grading.answers_best", swap("metric.py", f"return {RMSE}", f"return 1 + {RMSE}")),
    Fault("everything_refused", "grading.answers_best", swap("metric.py", "    def evaluate", REFUSING)),
    Fault("sign_flipped", "grading.sample_valid_and_worse", swap("metric.py", f"return {RMSE}", f"return -{RMSE}")),
    Fault(
        "sample_without_predictions",
        "grading.sample_valid_and_worse",
        in_prepare("    sample.to_csv", '    sample[TARGET] = ""\n    sample.to_csv'),
    ),
    Fault(
        "rounded_metric", "grading.noise_monotone", swap("metric.py", f"return {RMSE}", f"return float(round({RMSE}))")
    ),
    Fault(
        "label_that_is_a_formula",
        "grading.malformed_refused",
        card(task={"labels": ("fern", "herb", "shrub", "=1+1")}),
        target="kind",
    ),
    Fault(
        "restless_metric",
        "grading.deterministic",
        swap("metric.py", f"return {RMSE}", f"import os\n        return {RMSE} * (1 + os.urandom(1)[0] / 1e4)"),
    ),
    Fault(
        "half_of_the_rows",
        "grading.every_row_counts",
        swap(
            "metric.py",
            f"return {RMSE}",
            "n = len(y_true) // 2\n        y_true, y_pred = y_true.head(n), y_pred.head(n)\n        return " + RMSE,
        ),
    ),
    Fault(
        "one_class_only",
        "grading.every_row_counts",
        swap(
            "metric.py",
            "return accuracy",
            ONE_CLASS,
        ),
        target="kind",
    ),
    Fault("another_metric", "grading.metric_as_named", swap("metric.py", "rmse", "mae")),
    Fault("solution_fails", "execution.reference_runs", first("solution.py", "1 / 0")),
    Fault("solution_writes_nothing", "execution.reference_runs", swap("solution.py", SUBMIT, "")),
    Fault(
        "solution_is_invalid", "execution.reference_runs", swap("solution.py", SUBMIT, f"sample.head(9).{SUBMIT[7:]}")
    ),
    Fault(
        "solution_copies_the_sample",
        "execution.reference_beats_sample",
        swap("solution.py", 'sample["mass"] = features(test) @ weights\n', ""),
    ),
    Fault("target_is_noise", "execution.probe_beats_constant", raw=noise_for("mass")),
    Fault("solved_at_once", "execution.headroom", target="blooms", raw=bloom_by_height),
    Fault(
        "ids_that_win",
        "execution.cheats_gain_nothing",
        in_prepare(
            "[str(1000 + at) for at in range(len(table))]",
            '(1000 + table[TARGET].astype(float).rank(method="first").astype(int)).astype(str)',
        ),
    ),
    Fault(
        "copies_that_win",
        "execution.cheats_gain_nothing",
        in_prepare("keys = known.map(place)", "keys = (known + [str(at) for at in range(len(known))]).map(place)"),
        raw=half_again,
    ),
    Fault(
        "owners_that_win",
        "execution.cheats_gain_nothing",
        described("- `owner`: whose it is."),
        raw=lambda _: with_owner(plants(1600)),
    ),
)


def told_answers(package: TaskPackage, answers: pd.DataFrame) -> TaskPackage:
    """The description with a table of answers; it needs the prepared data, so it is no plain edit."""
    lines = "\n".join(f"| {row.id} | {row.mass} |" for row in answers.head(30).itertuples())
    return replace(package, files={**package.files, "description.md": package.files["description.md"] + lines})
