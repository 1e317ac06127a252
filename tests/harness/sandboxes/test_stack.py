"""The data stack inside: it works, starts compiled and lends no dataset; nothing else of the host comes along."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path, PurePosixPath

import pytest

from harness.sandboxes import stack
from harness.sandboxes.bubble.arguments import own_places
from harness.sandboxes.provider import ProvidedSandbox
from tests.harness.sandboxes.conftest import Try

DATA = """
import os
site = "/opt/mlesmith/site"
kinds = (".csv", ".tsv", ".gz", ".parquet", ".arff", ".npy", ".npz", ".data", ".dat", ".mat", ".xlsx", ".sav")
for folder, _, files in os.walk(site):
    for name in files:
        path = os.path.join(folder, name)
        if name.endswith(kinds):
            print(os.path.relpath(path, site))
        elif os.path.getsize(path) < 3_000_000:
            text = open(path, "rb").read().replace(b" ", b",").replace(b"\\t", b",")
            if b"5.1,3.5,1.4,0.2" in text:
                print("iris", path)
"""
# Tables of numbers that the libraries compute with: nothing that anyone would predict.
COMPUTED_WITH = {"scipy/stats/_sobol_direction_numbers.npz", "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"}


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_no_library_lends_a_dataset(python: Try) -> None:
    told = await python(DATA)
    assert told.success, told.stderr
    assert set(told.stdout.splitlines()) <= COMPUTED_WITH


LOADERS = """
import sklearn.datasets
for name in ("iris", "wine", "breast_cancer", "diabetes", "digits", "linnerud"):
    try:
        getattr(sklearn.datasets, "load_" + name)()
        print(name)
    except Exception:
        pass
"""


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_scikit_learns_datasets_do_not_load(python: Try) -> None:
    told = await python(LOADERS)
    assert (told.stdout, told.success) == ("", True), told


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_the_data_stack_works(python: Try) -> None:
    program = """
import numpy, pandas, pyarrow.parquet, scipy.stats, skrub, matplotlib.pyplot as plot
from sklearn.ensemble import HistGradientBoostingRegressor
table = pandas.DataFrame({"a": numpy.arange(200.0), "b": ["x", "y"] * 100})
table.to_parquet("t.parquet")
model = HistGradientBoostingRegressor(max_iter=2).fit(table[["a"]], table["a"])
print(pandas.read_parquet("t.parquet").shape, model.n_iter_)
plot.plot([1, 2]); plot.savefig("t.png")
"""
    told = await python(program)
    assert told.stdout == "(200, 2) 2\n", told.stderr


@pytest.mark.anyio
@pytest.mark.sandbox
async def test_the_stack_is_imported_from_byte_code(room: ProvidedSandbox) -> None:
    program = "import numpy, pandas, sklearn.ensemble, sklearn.svm, skrub, harness_is_not_there"
    told = await room.exec(["python", "-v", "-c", program])
    compiled = [
        line for line in told.stderr.splitlines() if line.startswith("# code object from") and ".pyc" not in line
    ]
    assert "harness_is_not_there" in told.stderr
    assert compiled == []
    assert not (await room.exec(["sh", "-c", "touch /opt/mlesmith/bytecode/x"])).success


def test_the_closure_has_what_is_needed_and_no_more() -> None:
    names = set(stack.versions())
    assert {"numpy", "pandas", "scipy", "scikit-learn", "skrub", "pyarrow", "joblib", "python-dateutil"} <= names
    assert not names & {"inspect-ai", "litellm", "mlesmith", "pip", "docker", "typer", "pytest", "openai"}
    assert {entry.name for entry in stack.data_stack().entries} >= {"numpy", "dateutil", "six.py"}


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("scipy/spatial/tests/data/iris.txt", "scipy/spatial/tests"),
        ("sklearn/datasets/data/iris.csv", "sklearn/datasets/data"),
        ("skrub/_reporting/tests/data/a.parquet", "skrub/_reporting/tests"),
        ("scipy/spatial/tests/test_distance.py", None),
        ("scipy/stats/_sobol_direction_numbers.npz", None),
        ("pandas-3.0.dist-info/tests/x.csv", None),
        ("tests/data/x.csv", None),
    ],
)
def test_folders_with_data_are_found(path: str, folder: str | None) -> None:
    found = stack.outermost(PurePosixPath(path))
    assert found == (None if folder is None else PurePosixPath(folder))


def test_own_places_below_a_shown_folder_are_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = tmp_path / "usr" / "src" / "work"
    checkout.mkdir(parents=True)
    monkeypatch.chdir(checkout)
    assert checkout in own_places([tmp_path / "usr"])
    assert checkout not in own_places([tmp_path / "other"])
    assert checkout not in own_places([checkout])
    monkeypatch.chdir(sysconfig.get_path("stdlib"))
    assert Path(sysconfig.get_path("stdlib")).resolve() not in own_places([Path(sys.base_prefix).resolve().parent])


@pytest.mark.sandbox
def test_an_interpreter_behind_a_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.base_prefix)
    program = """
import asyncio
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxSpec
async def main():
    async with open_sandbox(SandboxSpec()) as sandbox:
        print((await sandbox.exec(["python", "-c", "import numpy; print(numpy.__name__)"])).stdout)
asyncio.run(main())
"""
    here = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [tmp_path / "python" / "bin" / "python3", "-c", program],
        env={**os.environ, "PYTHONPATH": here},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "numpy", done.stderr
