"""What an agent can read is looked at for real, and a task whose rows lie there is refused."""

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from generation.verification import looking
from generation.verification.evidence import Evidence
from generation.verification.findings import Verdict
from generation.verification.probes.reach import runs
from generation.verification.reach import Reach
from generation.verification.registry import chosen
from harness.evals import within_reach
from harness.sandboxes.spec import Mount
from tests.generation.verification.good_bases import plants
from tests.generation.verification.good_packages import good_package

PLANTED = "/srv/planted"


@pytest.fixture(scope="module")
def reach(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reach]:
    """What an agent could read if a folder of its sandbox held the plants, packed and in another form."""
    folder = tmp_path_factory.mktemp("planted")
    folder.chmod(0o755)
    table = plants(400, seed=8)
    table.insert(0, "row", [str(number) for number in range(len(table))])
    with gzip.open(folder / "plants.tsv.gz", "wt", encoding="utf-8") as file:
        table.sample(frac=1, random_state=1).to_csv(file, sep="\t", index=False, quoting=1)
    spec = within_reach()
    planted = spec.model_copy(update={"mounts": (*spec.mounts, Mount(source=folder, target=PLANTED))})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "within_reach", lambda: planted)
        yield asyncio.run(looking.reach_of("auto"))


def finding(raw: pd.DataFrame, reach: Reach, folder: Path) -> tuple[Verdict, str]:
    evidence = replace(Evidence(good_package(folder)), raw=raw.astype(str), reach=reach)
    found = chosen(["data.out_of_reach"])[0].run(evidence)
    return found.verdict, found.where


@pytest.mark.sandbox
def test_planted_rows_are_found_in_another_form_and_order(reach: Reach, tmp_path: Path) -> None:
    assert finding(plants(400, seed=8), reach, tmp_path) == (Verdict.FAIL, f"{PLANTED}/plants.tsv.gz")


@pytest.mark.sandbox
def test_rows_that_a_library_tells_in_its_code_are_found(reach: Reach, tmp_path: Path) -> None:
    verdict, where = finding(load_iris(as_frame=True).frame, reach, tmp_path)
    assert verdict is Verdict.FAIL
    assert "/sklearn/" in where


@pytest.mark.sandbox
def test_other_rows_are_not_found(reach: Reach, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    counts = pd.DataFrame(random.integers(0, 4, (500, 12)))  # small numbers stand side by side in many files
    assert finding(plants(400, seed=9), reach, tmp_path)[0] is Verdict.PASS
    assert finding(counts, reach, tmp_path)[0] is Verdict.PASS


def test_the_tasks_of_one_table_share_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    found = Reach.found
    monkeypatch.setattr(Reach, "found", lambda self, rows: looked.append(rows) or found(self, rows))
    table, reach = plants(60).astype(str), Reach(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint32), (), ())
    assert reach.look_for(table) == reach.look_for(table)
    assert len(looked) == 2, "once as it is, once for what chance finds"
    reach.look_for(table.copy())
    assert len(looked) == 4, "another table of the same cells is another object"


def test_what_many_rows_share_tells_none_of_them() -> None:
    """Zeros stand side by side in many files; a table that has them in every third row does not lie there."""
    random = np.random.default_rng(0)
    rows = [["0"] * 6 if at % 3 == 0 else [str(cell) for cell in random.integers(1, 9999, 6)] for at in range(90)]
    zeros, own = sorted(set(runs(rows[0]))), sorted({run for row in rows for run in runs(row)})
    for there, share in ((zeros, 0.0), (own, 2 / 3)):
        known = np.array(there, dtype=np.uint64)
        reach = Reach(known, np.zeros(len(known), dtype=np.uint32), ("a file",), ())
        assert reach.found(rows)[0] == pytest.approx(share)


@pytest.mark.parametrize("there", [False, True])
def test_numbers_beside_zeros_are_common(there: bool, tmp_path: Path) -> None:
    """Beside zeros every number stands in some file; a table of them lies there only if its own rows do."""
    random = np.random.default_rng(0)
    mails = pd.DataFrame(0, index=range(300), columns=list("abcdef"))
    mails["a"] = random.permutation(np.arange(1, 2001))[:300]
    mails.loc[150:, ["b", "c", "d", "e", "f"]] = random.integers(1, 9999, (150, 5))
    common = {run for number in range(2001) for run in runs([str(number), *"00000"])}
    own = {run for row in mails.astype(str).to_numpy().tolist() for run in runs(row)} if there else set()
    known = np.array(sorted(common | own), dtype=np.uint64)
    found = finding(mails, Reach(known, np.zeros(len(known), dtype=np.uint32), ("a file",), ()), tmp_path)
    assert found[0] is (Verdict.FAIL if there else Verdict.PASS)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (["5.0", "0.2", "Setosa"], ["5", ".2", ' "setosa"'], True),
        (["1", "", "2"], ["1", "2"], True),
        (["1", "2"], ["2", "1"], False),
        (["1.0000001", "2"], ["1", "2"], True),
        (["1.0001", "2"], ["1", "2"], False),
        (["nan", "inf"], ["NaN", "INF"], True),
    ],
)
def test_a_row_is_the_same_in_every_form(one: list[str], other: list[str], same: bool) -> None:
    assert (runs(one) == runs(other)) is same


def test_a_row_of_one_cell_says_nothing() -> None:
    assert runs(["7", ""]) == []
    assert len(runs(list("abcdef"))) == 3
