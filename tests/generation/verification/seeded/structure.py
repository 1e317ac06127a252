"""Faults that show in the texts of a package, before anything is executed."""

from pathlib import Path

from tests.generation.verification.seeded.fault import (
    READ,
    Fault,
    after_split,
    card,
    first,
    in_prepare,
    returning,
    swap,
    whole,
)


def _with_raw_data(root: Path) -> None:
    (root / "raw.csv").write_text("a,b\n1,2\n")


def _with_link(root: Path) -> None:
    (root / "README.md").symlink_to("/etc/hosts")


def _with_folder(root: Path) -> None:
    (root / "data").mkdir()


def _other_task_py(root: Path) -> None:
    (root / "task.py").write_text("import os\n")


def _longer_task_py(root: Path) -> None:
    (root / "task.py").write_text((root / "task.py").read_text() + "\n")


def _without_task_py(root: Path) -> None:
    (root / "task.py").unlink()


FILES = (
    Fault("no_solution", "structure.files", "solution.py is empty", whole("solution.py", "")),
    Fault(
        "stub_of_a_description",
        "structure.files",
        "the description is a heading",
        whole("description.md", "# Plants\n"),
        base="blooms",
    ),
    Fault(
        "endless_description",
        "structure.files",
        "the description goes on for 300,000 characters",
        swap("description.md", "## Files", "Plants grow. " * 25_000 + "\n\n## Files"),
        base="vigour",
    ),
    Fault("raw_data_carried", "structure.files", "a table lies in the package", spoil=_with_raw_data, base="kind"),
    Fault("link_in_the_package", "structure.files", "README.md is a symbolic link", spoil=_with_link),
    Fault("folder_in_the_package", "structure.files", "a folder lies in the package", spoil=_with_folder),
    Fault("task_py_replaced", "structure.task_py", "task.py is other code", spoil=_other_task_py, base="mass_beds"),
    Fault("task_py_longer", "structure.task_py", "task.py has a line more", spoil=_longer_task_py),
    Fault("task_py_missing", "structure.task_py", "there is no task.py", spoil=_without_task_py),
)

CARD = (
    Fault(
        "direction_swapped",
        "structure.schema",
        "the card says that more is better, of an error",
        card(metric={"direction": "maximize"}),
    ),
    Fault("wrong_best", "structure.schema", "the card names another best score", card(metric={"best": 1.0})),
    Fault("unknown_metric", "structure.schema", "the metric's name is misspelt", card(metric={"name": "rsme"})),
    Fault(
        "metric_of_another_objective",
        "structure.schema",
        "the card names accuracy, of a number",
        card(metric={"name": "accuracy"}),
    ),
    Fault(
        "objective_of_another_kind",
        "structure.schema",
        "the card calls a question of labels a regression",
        card(task={"objective": "regression"}),
        base="kind",
    ),
    Fault(
        "ordinal_called_binary",
        "structure.schema",
        "the card calls three grades binary",
        card(task={"objective": "binary"}),
        base="vigour",
    ),
    Fault("id_is_the_target", "structure.schema", "the id is the target", card(task={"id_column": "mass"})),
    Fault(
        "unpinned_source",
        "structure.source_pinned",
        "the source names no version",
        card(source={"uri": "pypi:plants#plants.csv"}),
    ),
    Fault(
        "unknown_scheme",
        "structure.source_pinned",
        "the source is of no kind that is known",
        card(source={"uri": "ftp:plants.csv"}),
    ),
    Fault(
        "no_licence",
        "structure.source_pinned",
        "the licence is an empty text",
        card(source={"licence": ""}),
        base="mass_days",
    ),
)

CODE = (
    Fault("syntax_error", "structure.parses", "metric.py is no Python", returning("({call}")),
    Fault(
        "syntax_error_in_the_solution",
        "structure.parses",
        "solution.py is no Python",
        first("solution.py", "import numpy as"),
        base="kind_chances",
    ),
    Fault(
        "other_arguments",
        "structure.signature",
        "prepare takes (source, public, private)",
        in_prepare("raw: Path, public: Path", "source: Path, public: Path"),
    ),
    Fault(
        "arguments_swapped",
        "structure.signature",
        "evaluate takes the predictions first",
        swap("metric.py", "y_true, y_pred):", "y_pred, y_true):"),
        base="mass_days",
    ),
    Fault(
        "no_metric_class",
        "structure.signature",
        "the metric is no CompetitionMetrics",
        swap("metric.py", "(CompetitionMetrics)", "(object)"),
    ),
    Fault(
        "no_evaluate",
        "structure.signature",
        "the metric has no evaluate",
        swap("metric.py", "def evaluate", "def score"),
    ),
    Fault("constant_metric", "structure.no_stub", "evaluate returns 0.5", returning("0.5")),
    Fault(
        "empty_function",
        "structure.no_stub",
        "a function of the solution does nothing",
        first("solution.py", "def learn():\n    pass\n"),
    ),
    Fault(
        "unwritten_text",
        "structure.no_stub",
        "the description says TODO",
        swap("description.md", "acidity of the soil", "TODO"),
        base="blooms",
    ),
    Fault(
        "fetches_data",
        "structure.no_network_imports",
        "prepare.py imports urllib",
        first("prepare.py", "import urllib.request"),
    ),
    Fault(
        "starts_a_program",
        "structure.no_network_imports",
        "the solution imports subprocess",
        first("solution.py", "import subprocess"),
        base="kind",
    ),
    Fault(
        "reads_an_address",
        "structure.no_network_imports",
        "prepare.py reads a table from an address",
        in_prepare('raw / "plants.csv"', '"https://plants.example/plants.csv"'),
    ),
    Fault(
        "data_of_a_library",
        "structure.no_network_imports",
        "the solution loads a dataset of a library",
        first("solution.py", "from sklearn.datasets import load_diabetes\nload_diabetes()"),
    ),
    Fault(
        "unknown_library",
        "structure.known_imports",
        "the solution imports a library that no sandbox has",
        first("solution.py", "import polars"),
    ),
    Fault(
        "library_if_it_is_there",
        "structure.known_imports",
        "the solution uses a library where it is there, and is another where it is not",
        first("solution.py", "try:\n    import polars\nexcept ImportError:\n    polars = None\n"),
        base="vigour",
    ),
    Fault(
        "looks_into_the_harness",
        "structure.known_imports",
        "the solution imports the harness",
        first("solution.py", "from harness.places import cache_dir"),
    ),
)

PATHS_AND_INPUTS = (
    Fault(
        "absolute_path",
        "structure.no_absolute_path",
        "prepare.py reads a path of its author's machine",
        in_prepare('raw / "plants.csv"', '"/data/plants.csv"'),
    ),
    Fault(
        "looks_elsewhere_first",
        "structure.no_absolute_path",
        "prepare.py prefers a folder of its author's machine, where there is one",
        in_prepare(READ, f'    raw = Path("/data/plants") if Path("/data/plants").is_dir() else raw\n{READ}'),
        base="mass_beds",
    ),
    Fault(
        "home_folder",
        "structure.no_absolute_path",
        "prepare.py reads from the home folder",
        in_prepare('raw / "plants.csv"', 'Path.home() / "plants.csv"'),
    ),
    Fault(
        "climbs_out",
        "structure.no_absolute_path",
        "the solution reads the answers' folder",
        swap("solution.py", "data/train.csv", "../private/test_answer.csv"),
    ),
    Fault(
        "deletes_raw",
        "structure.no_deletion",
        "prepare.py deletes a raw file",
        in_prepare(READ, f'    (raw / "old.csv").unlink(missing_ok=True)\n{READ}'),
        base="blooms",
    ),
    Fault(
        "deletes_what_was_there",
        "structure.no_deletion",
        "prepare.py deletes a file of the public folder",
        in_prepare(READ, f'    (public / "old.csv").unlink(missing_ok=True)\n{READ}'),
        base="kind_chances",
    ),
    Fault(
        "writes_into_raw",
        "structure.no_deletion",
        "prepare.py writes into the raw folder",
        in_prepare("train.to_csv(public", "train.to_csv(raw"),
    ),
    Fault("evaluates_text", "structure.no_dynamic_code", "metric.py calls eval", first("metric.py", "eval('1')")),
    Fault(
        "reads_a_pickle",
        "structure.no_dynamic_code",
        "prepare.py reads a pickle",
        in_prepare(READ, f'    pd.read_pickle(raw / "plants.pkl")\n{READ}'),
    ),
    Fault(
        "asks_the_clock",
        "structure.no_ambient_input",
        "prepare.py asks for the day",
        first("prepare.py", "import datetime\nYEAR = datetime.date.today()"),
        base="kind_chances",
    ),
    Fault(
        "unseeded",
        "structure.no_ambient_input",
        "prepare.py draws without a seed",
        first("prepare.py", "import numpy as np\nR = np.random.default_rng()"),
    ),
    Fault(
        "seeded_with_none",
        "structure.no_ambient_input",
        "prepare.py draws with a seed that is None",
        first("prepare.py", "import numpy as np\nR = np.random.default_rng(None)"),
        base="kind",
    ),
    Fault(
        "draws_of_the_old_kind",
        "structure.no_ambient_input",
        "prepare.py draws from numpy's global generator",
        after_split("import numpy as np", "train = train.iloc[np.argsort(np.random.random(len(train)))]"),
    ),
    Fault(
        "hash_of_the_process",
        "structure.no_ambient_input",
        "rows are split by Python's hash",
        in_prepare("keys = known.map(place)", 'keys = known.map(hash).map("{:020x}".format)'),
    ),
    Fault(
        "asks_the_environment",
        "structure.no_ambient_input",
        "metric.py reads a variable of the environment",
        first("metric.py", "import os\nHOME = os.environ.get('HOME')"),
    ),
)

STRUCTURE = (*FILES, *CARD, *CODE, *PATHS_AND_INPUTS)
