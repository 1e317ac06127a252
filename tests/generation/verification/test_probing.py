"""The submissions that probe a grader, and what a metric must do with them."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.verification import probes
from generation.verification.answers import Form, read_prediction
from generation.verification.malformed import malformed
from generation.verification.sensitivity import noise_problems, not_best, violations
from generation.verification.submissions import LADDER, rewritten, sample_prediction_file, shuffled_sample, vectors
from generation.verification.tables import Tables, read_tables
from harness.schema import Metric
from tests.generation.rules.tables import reviews
from tests.generation.verification.good_bases import table_of
from tests.generation.verification.good_packages import good_package, run_here

TARGETS = ("mass", "blooms", "kind")


@pytest.fixture(scope="module", params=TARGETS)
def form(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Form, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    package = good_package(folder, request.param)
    run_here(package.files["prepare.py"], folder, folder / "out")
    tables = read_tables(package.card, folder / "out" / "public", folder / "out" / "private")
    assert isinstance(tables, Tables)
    return Form(tables), folder


def score(form: Form, guess: np.ndarray) -> float:
    """A plain stand-in for a metric, more is better: minus the squared error, or the share of right labels."""
    exact = form.exact(form.truth)
    return float((exact == guess).mean()) if form.kind == "label" else -float(((exact - guess) ** 2).mean())


METRIC = Metric(name="custom", direction="maximize", best=0.0)


def test_the_ladder_learns_from_the_words_of_free_text(tmp_path: Path) -> None:
    frame = reviews()
    frame.insert(0, "id", range(len(frame)))
    (tmp_path / "data").mkdir()
    frame[:450].to_csv(tmp_path / "data" / "train.csv", index=False)
    frame[450:].drop(columns="rating").to_csv(tmp_path / "data" / "test.csv", index=False)
    frame[450:].drop(columns="review").to_csv(tmp_path / "data" / "sample_submission.csv", index=False)
    task = {"id": "id", "target": "rating", "prediction": "label", "labels": ["great", "other"], "metric": "accuracy"}
    asked = json.dumps({**task, "quantile": None, "rows": 10_000})
    program = str(files(probes) / "ladder.py")
    subprocess.run([sys.executable, program, asked], cwd=tmp_path, check=True)
    right = {
        name: float((pd.read_csv(tmp_path / f"{name}.csv")["rating"] == frame["rating"][450:].to_numpy()).mean())
        for name in ("simple", "strong")
    }
    assert min(right.values()) > 0.75  # a third of the texts hold no telling word


def test_vectors_behave_under_a_sound_metric(form: tuple[Form, Path]) -> None:
    one, _ = form
    known = vectors(one, seed=1)
    scores = {name: score(one, guess) for name, guess in known.of.items()}
    metric = METRIC.model_copy(update={"best": scores["answers"]})
    assert violations(scores, metric, known.noise, known.slices) == []
    assert len(known.noise) == 10


def test_the_wrong_answer_in_an_order_is_a_neighbour_or_the_farther_end(tmp_path: Path) -> None:
    package = good_package(tmp_path, "vigour", table_of("vigour"))
    run_here(package.files["prepare.py"], tmp_path, tmp_path / "out")
    one = Form(read_tables(package.card, tmp_path / "out" / "public", tmp_path / "out" / "private"))
    low, *_, high = one.labels
    found = set(zip(map(str, one.truth), map(str, one.wrong()), strict=True))
    assert {(low, high), (high, low)} <= found
    assert all(true != wrong for true, wrong in found)


def test_a_flipped_or_flat_metric_is_told(form: tuple[Form, Path]) -> None:
    one, _ = form
    known = vectors(one, seed=1)
    scores = {name: score(one, guess) for name, guess in known.of.items()}
    metric = METRIC.model_copy(update={"best": scores["answers"]})
    assert violations({name: -value for name, value in scores.items()}, metric, known.noise, known.slices)
    assert noise_problems(dict.fromkeys(scores, 0.5), metric, known.noise)
    assert not_best({**scores, "answers": None}, metric)


def test_rewritings_mean_the_same(form: tuple[Form, Path]) -> None:
    one, _ = form
    exact = one.exact(one.truth)
    for name, file in rewritten(one, seed=2).items():
        if name != "byte_order_mark":
            found = read_prediction(one, file)
            assert found is not None, name
            assert (np.asarray(found) == np.asarray(exact)).all(), name


def test_malformed_files_are_many_and_differ(form: tuple[Form, Path]) -> None:
    one, _ = form
    files = malformed(one)
    assert len(files) >= 38
    assert len({file.name for file in files}) == len(files)
    assert len({file.file for file in files}) == len(files)
    assert all(file.reasons for file in files)
    good = one.file(one.constant())
    assert all(file.file != good for file in files)


def test_the_sample_keeps_its_rows_when_shuffled(form: tuple[Form, Path]) -> None:
    one, _ = form
    assert sorted(shuffled_sample(one, 0).splitlines()) == sorted(sample_prediction_file(one).splitlines())


def test_probes_learn_something(form: tuple[Form, Path], tmp_path: Path) -> None:
    """The ladder is our own code, so it may run here; both probes beat the constant by far on these tables."""
    one, folder = form
    (tmp_path / "data").symlink_to(folder / "out" / "public")
    card = one.tables.card
    job = {
        "id": one.tables.id,
        "target": one.tables.target,
        "prediction": one.kind,
        "labels": one.labels.tolist(),
        "metric": card.metric.name,
        "quantile": None,
        "rows": 4000,
    }
    ladder = Path(probes.__file__).parent / "ladder.py"
    subprocess.run([sys.executable, str(ladder), json.dumps(job)], cwd=tmp_path, check=True)
    constant = score(one, one.constant())
    best = score(one, one.exact(one.truth))
    for name in LADDER:
        guess = read_prediction(one, (tmp_path / f"{name}.csv").read_bytes())
        assert guess is not None
        assert (score(one, guess) - constant) / (best - constant) > 0.15, name
