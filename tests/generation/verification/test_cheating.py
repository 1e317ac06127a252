"""Cheats against the task itself: each wins where its short-cut is there and nothing where it is not."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from generation.verification.answers import Form
from generation.verification.cheating import cheat_vectors, hedged, identifies, same_identifier
from generation.verification.evidence import Bench, Evidence, ProbeRuns, Run
from generation.verification.findings import Verdict
from generation.verification.registry import chosen
from generation.verification.submissions import same_in_form, vectors
from generation.verification.tables import Tables, read_tables
from harness.competition.check import check
from harness.preparation import prepare
from harness.prepared import PreparedTask
from tests.generation.verification.good_bases import plants
from tests.generation.verification.good_packages import good_package, run_here
from tests.generation.verification.seeded.cheats import NOTES, half_again, with_owner
from tests.generation.verification.seeded.fault import SPLIT, described, in_prepare

TARGETS = ("mass", "blooms", "kind")
APART = in_prepare("keys = known.map(place)", "keys = (known + [str(at) for at in range(len(known))]).map(place)")


def form_of(folder: Path, target: str = "mass", table: pd.DataFrame | None = None, *, apart: bool = False) -> Form:
    package = good_package(folder, target, table)
    package = APART(package) if apart else package
    run_here(package.files["prepare.py"], folder, folder / "made")
    return Form(read_tables(package.card, folder / "made" / "public", folder / "made" / "private"))


def won(form: Form, name: str) -> float:
    """By how much of the constant's loss a cheat is better; an absent cheat wins nothing."""
    cheats = cheat_vectors(form, np.random.default_rng(1))
    if name not in cheats:
        return 0.0
    truth, constant = form.exact(form.truth), form.constant()
    if form.kind == "label":
        return float((cheats[name] == truth).mean() - (constant == truth).mean())
    losses = [float(((truth - guess) ** 2).mean()) for guess in (cheats[name], constant)]
    return 1 - losses[0] / losses[1]


@pytest.mark.parametrize("target", TARGETS)
def test_without_a_short_cut_no_cheat_wins(target: str, tmp_path: Path) -> None:
    form = form_of(tmp_path, target, plants(900))
    cheats = cheat_vectors(form, np.random.default_rng(1))
    assert {"cheat_near_ids", "cheat_same_place", "cheat_sorted_file", "cheat_shuffled_sample"} <= set(cheats)
    assert {name: gain for name in cheats if (gain := won(form, name)) > 0.06} == {}


@pytest.mark.parametrize("target", TARGETS)
def test_copies_across_the_split_win_and_copies_on_one_side_do_not(target: str, tmp_path: Path) -> None:
    table = half_again(plants(800))
    for name, apart in (("together", False), ("apart", True)):
        (tmp_path / name).mkdir()
        gain = won(form_of(tmp_path / name, target, table, apart=apart), "cheat_copies")
        assert (gain > 0.15) is apart, (name, gain)


def test_means_over_an_identifier_win_where_it_ties_rows_together(tmp_path: Path) -> None:
    form = form_of(tmp_path, table=with_owner(plants(1600)))
    assert identifies(form.tables, "owner")
    assert won(form, "cheat_same_identifier") > 0.08


@pytest.mark.parametrize("numbered", [True, False])
def test_a_number_identifies_only_if_near_ones_are_no_more_alike(numbered: bool, tmp_path: Path) -> None:
    table = with_owner(plants(800))
    mass = table["mass"].astype(float)
    owners = table["owner"].str.removeprefix("owner ")
    by_mass = (mass.groupby(table["owner"]).transform("min") * 100).astype(int).astype(str)
    form = form_of(tmp_path, table=table.assign(owner=owners if numbered else by_mass))
    assert identifies(form.tables, "owner") is numbered
    assert identifies(form.tables, "site") is False


def test_an_identifier_that_each_part_has_once_is_found_by_the_answers(tmp_path: Path) -> None:
    tables = form_of(tmp_path).tables
    owners = np.array([f"owner {at}" for at in range(len(tables.train))])
    nearest = np.abs(tables.y_test.astype(float)[:, None] - tables.y_train.astype(float)[None, :]).argmin(axis=1)
    for owned, tied in ((owners[nearest], True), (np.roll(owners[nearest], 1), False)):
        parts = {"train": tables.train.assign(owner=owners), "test": tables.test.assign(owner=owned)}
        known, _ = same_identifier(replace(tables, **parts))
        assert known.all() == known.any() == tied


def test_equal_cells_that_are_a_coincidence_are_no_identifier(tmp_path: Path) -> None:
    table = plants(800)
    lots = pd.Series(np.random.default_rng(2).integers(10_000, 18_000, len(table)), index=table.index)
    form = form_of(tmp_path, table=table.assign(owner="lot " + lots.astype(str)))
    assert identifies(form.tables, "owner")
    assert form.tables.test["owner"].isin(form.tables.train["owner"]).mean() > 0.05
    known, _ = same_identifier(form.tables)
    assert not known.any()


def test_a_hedged_guess_survives_a_metric_that_punishes_certainty(tmp_path: Path) -> None:
    form = form_of(tmp_path, "blooms")
    guess = hedged(form, form.exact(form.truth))
    assert guess.min() > 0
    assert guess.max() < 1


def bench(gain: float, shuffled: float) -> Bench:
    """A cheat's score against a constant of 0.5 (more is better), and its shuffled selves."""
    draws = np.random.default_rng(3).normal(0, 0.01, 200)
    return Bench(
        scores={"constant": 0.5, "cheat": 0.5 + gain},
        noise=(),
        slices=(),
        cheats=("cheat",),
        replicates={"constant": 0.5 + draws, "cheat": 0.5 + gain + draws[::-1]},
        shuffles={"cheat": 0.5 + shuffled + draws[:40]},
    )


@pytest.mark.parametrize(
    ("gain", "shuffled", "verdict"),
    [
        (0.2, 0.0, Verdict.FAIL),
        (0.01, -0.2, Verdict.PASS),  # better than its shuffled self, but within noise of the constant
        (0.2, 0.2, Verdict.PASS),  # the metric pays for guessing of this kind, in whatever order
        (-0.2, -0.4, Verdict.PASS),
    ],
)
def test_a_cheat_must_beat_both_chance_and_the_constant(
    gain: float, shuffled: float, verdict: Verdict, tmp_path: Path
) -> None:
    evidence = Evidence(good_package(tmp_path, "kind"), bench=bench(gain, shuffled))
    found = chosen(["execution.cheats_gain_nothing"])[0].run(evidence)
    assert found.verdict is verdict, found


SAME, ODD = np.full(40, 0.5), np.full(40, np.nan)


@pytest.mark.parametrize(
    ("gain", "shuffled", "verdict"),
    [
        (0.2, SAME, Verdict.FAIL),  # every order of its guesses scores the same, and its own is better
        (0.2, SAME + 0.2, Verdict.PASS),
        (0.2, ODD, Verdict.NOT_RUN),  # the metric is defined on no shuffle, so nobody knows what chance gives
        (0.2, np.where(np.arange(40) < 15, 0.5, np.nan), Verdict.NOT_RUN),
        (-0.2, ODD, Verdict.PASS),
    ],
)
def test_a_cheat_where_chance_does_not_vary_or_is_not_known(
    gain: float, shuffled: npt.NDArray[np.float64], verdict: Verdict, tmp_path: Path
) -> None:
    evidence = Evidence(good_package(tmp_path, "kind"), bench=replace(bench(gain, 0), shuffles={"cheat": shuffled}))
    found = chosen(["execution.cheats_gain_nothing"])[0].run(evidence)
    assert found.verdict is verdict, found


@pytest.mark.parametrize(
    ("shuffled", "verdict"), [(SAME, Verdict.PASS), (SAME + 0.2, Verdict.FAIL), (ODD, Verdict.NOT_RUN)]
)
def test_a_probe_where_chance_does_not_vary_or_is_not_known(
    shuffled: npt.NDArray[np.float64], verdict: Verdict, tmp_path: Path
) -> None:
    made = bench(0.2, 0)
    scores, replicates = (
        {"constant": one["constant"], "simple": one["cheat"]} for one in (made.scores, made.replicates)
    )
    probe = replace(made, scores=scores, replicates=replicates, shuffles={"simple": shuffled}, cheats=())
    evidence = Evidence(good_package(tmp_path, "kind"), bench=probe, probes=ProbeRuns(Run(0, 1.0), Run(0, 0.1), {}, {}))
    found = chosen(["execution.probe_beats_constant"])[0].run(evidence)
    assert found.verdict is verdict, found


def asked(form: Form, folder: Path) -> Mapping[str, dict[str, str]]:
    """What the command says of each variant."""
    rules = PreparedTask(good_package(folder, form.tables.target), folder / "made", "").rules
    path, said = folder / "submission.csv", {}
    for kind, files in same_in_form(form, vectors(form, seed=1)).items():
        said[kind] = {}
        for name, file in files.items():
            path.write_bytes(file)
            valid, words = check(path, rules)
            said[kind][name] = f"{words} (exit code {0 if valid else 1})"
    return said


def judged(verdicts: Mapping[str, Mapping[str, str]], package: Path) -> Verdict:
    runs = ProbeRuns(Run(0, 1.0), Run(0, 0.1), {}, verdicts)
    return chosen(["execution.verdict_bare"])[0].run(Evidence(good_package(package), probes=runs)).verdict


@pytest.mark.parametrize("target", TARGETS)
def test_the_verdict_on_a_form_does_not_depend_on_the_answers(target: str, tmp_path: Path) -> None:
    said = asked(form_of(tmp_path, target), tmp_path)
    assert {name: len(words) for name, words in said.items()} == {"whole": 7, "short": 2}
    assert set(said["whole"].values()) == {"valid (exit code 0)"}
    assert len(set(said["short"].values())) == 1
    assert "row_count" in said["short"]["answers"]
    assert judged(said, tmp_path) is Verdict.PASS


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("whole", "one_right", "valid, 1 row right (exit code 0)"),
        ("whole", "answers", "valid (exit code 2)"),
        ("short", "answers", "invalid: row_count: one row short of a perfect score (exit code 1)"),
    ],
)
def test_a_verdict_that_tells_is_caught(kind: str, name: str, words: str, tmp_path: Path) -> None:
    said = asked(form_of(tmp_path), tmp_path)
    said[kind][name] = words
    assert judged(said, tmp_path) is Verdict.FAIL
    assert judged({}, tmp_path) is Verdict.NOT_RUN


LATE = """\
        import os
        os.utime(public / "notes" / f"{at}.txt", (grams * 1e6, grams * 1e6))
"""


@pytest.mark.sandbox
def test_times_and_the_order_of_writing_do_not_reach_an_agent(tmp_path: Path) -> None:
    """prepare.py writes the heaviest plant last and dates each file by its mass; an agent sees the order of names."""
    heaviest_last = NOTES.replace('zip(table["id"]', 'sorted(zip(table["id"]').replace(
        "astype(float)):", "astype(float)), key=lambda pair: pair[1]):"
    )
    package = in_prepare(SPLIT, heaviest_last + LATE + SPLIT)(good_package(tmp_path))
    task = asyncio.run(prepare(package, refresh=True))
    files = sorted((task.public / "notes").iterdir(), key=lambda path: path.name)
    assert len(files) > 400
    times = [path.stat().st_mtime_ns for path in files]
    assert times == sorted(times)
    assert max(times) - min(times) < 60e9


def test_tables_know_the_sizes_of_other_files(tmp_path: Path) -> None:
    package = in_prepare(SPLIT, NOTES + SPLIT)(good_package(tmp_path))
    run_here(package.files["prepare.py"], tmp_path, tmp_path / "made")
    tables = read_tables(package.card, tmp_path / "made" / "public", tmp_path / "made" / "private")
    assert isinstance(tables, Tables)
    assert len(tables.sizes) == len(tables.others) == len(tables.train) + len(tables.test)
    found = chosen(["data.file_metadata"])[0].run(Evidence(package, prepared=tables))
    assert found.verdict is Verdict.FAIL
    even = replace(tables, sizes=dict.fromkeys(tables.sizes, 100))
    assert chosen(["data.file_metadata"])[0].run(Evidence(package, prepared=even)).verdict is Verdict.PASS


def test_a_table_of_other_things_is_no_copy_of_the_rows(tmp_path: Path) -> None:
    package = described()(good_package(tmp_path))
    run_here(package.files["prepare.py"], tmp_path, tmp_path / "made")
    public = tmp_path / "made" / "public"
    plants(300, seed=9).to_csv(public / "last_year.csv", index=False)
    tables = read_tables(package.card, public, tmp_path / "made" / "private")
    found = chosen(["data.rows_not_public"])[0].run(Evidence(package, prepared=tables))
    assert (found.verdict, found.figure) == (Verdict.PASS, 0.0)
