"""Whole packages: what is written runs, keeps its promises, and says what is true."""

import ast
import asyncio
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.engines import open_engine
from generation.formulation import Defect, Formulation, TaskDesign
from generation.private_splits import SplitSeeds
from generation.profile import DatasetProfile
from generation.rules.brainstormer import formulations
from generation.rules.designer import write_out
from generation.rules.foresight import foresee
from generation.rules.refactor import BrokenDesign, normalise, task_id
from harness.competition.contract import load_metric
from harness.errors import UnknownName
from harness.package import TaskPackage, load_package
from tests.generation.rules.tables import days, fetched, houses, patients, prepared, profiled, reviews

WEIRD = ['pri"ce', "it's", "a\nb", "größe|x", "x\\y", "{z}", "`tick`", "id", "日本"]


def weird(rows: int = 300) -> pd.DataFrame:
    """A table whose column names and cells try to break out of Python, Markdown and CSV."""
    rng = np.random.default_rng(4)
    numbers = rng.normal(size=(rows, len(WEIRD)))
    frame = pd.DataFrame(numbers.round(3), columns=WEIRD).astype(str)
    label = np.where(numbers[:, 0] + numbers[:, 1] > 0, 'say "yes", now', "no|nö")
    frame["tar,get"] = [f" {cell} " for cell in label]
    return frame


CASES = {"houses": houses, "patients": patients, "days": days, "reviews": reviews, "weird": weird}


def first_package(name: str, folder: Path) -> tuple[DatasetProfile, Formulation, TaskPackage]:
    source = fetched(CASES[name](), folder / "raw", f"{name}.csv")
    profile = profiled(CASES[name](), folder / "raw", f"{name}.csv")
    chosen = formulations(profile)
    one = next((f for f in chosen if f.target in {"price", "diagnosis", "sales", "rating", "tar,get"}), chosen[0])
    return profile, one, normalise(write_out(profile, one), profile, source, collection="generated")


@pytest.fixture(scope="module", params=list(CASES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A package on disk, its profile and formulation, and what its prepare.py wrote."""
    folder = tmp_path_factory.mktemp(request.param)
    profile, formulation, package = first_package(request.param, folder)
    root = package.write(folder / "tasks")
    return profile, formulation, package, root, prepared(root, folder / "raw", folder / "out"), folder


def test_the_package_is_read_back(made) -> None:
    _, _, package, root, _, _ = made
    again = load_package(root)
    assert again == package
    for name in ("prepare.py", "metric.py", "solution.py"):
        ast.parse(package.files[name])


def test_prepare_divides_as_the_designer_foresaw(made) -> None:
    profile, formulation, package, _, tables, _ = made
    foreseen = foresee(profile, formulation)
    id_column = package.card.task.id_column
    for name, rows in (("train.csv", foreseen.train_rows), ("test.csv", foreseen.test_rows)):
        assert sorted(tables[name][id_column].astype(int)) == sorted(foreseen.ids[rows])
    assert f"{len(tables['train.csv']):,} rows" in package.files["description.md"]
    assert f"{len(tables['test.csv']):,} rows" in package.files["description.md"]


def test_rows_are_conserved_and_cells_unchanged(made) -> None:
    profile, formulation, package, _, tables, _ = made
    target, id_column = formulation.target, package.card.task.id_column
    test = tables["test.csv"].merge(tables["test_answer.csv"], on=id_column)
    together = pd.concat([tables["train.csv"], test]).drop(columns=id_column)
    raw = profile.frame[list(together.columns)].copy()
    raw[target] = raw[target].str.strip()
    assert sorted(map(tuple, together.to_numpy())) == sorted(map(tuple, raw.to_numpy()))


def test_equal_inputs_groups_and_times_stay_apart(made) -> None:
    _, formulation, package, _, tables, _ = made
    train, test = tables["train.csv"], tables["test.csv"]
    features = [name for name in test.columns if name != package.card.task.id_column]
    assert not set(map(tuple, train[features].to_numpy())) & set(map(tuple, test[features].to_numpy()))
    split = formulation.split
    if split.rule == "group":
        assert not set(train[split.column]) & set(test[split.column])
    if split.rule == "time":
        moments = [pd.to_datetime(part[split.column], format="%m/%d/%Y") for part in (train, test)]
        assert moments[0].max() < moments[1].min()
    assert abs(len(test) / (len(train) + len(test)) - split.test) < 0.05


def test_what_hundreds_of_rows_have_in_common_is_divided_as_foreseen(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    school, sport = rng.choice(["day", "night", "sea"], 3000, p=[0.8, 0.17, 0.03]), rng.choice(["yes", "no"], 3000)
    passed = rng.random(3000) < np.where(school == "sea", 1.0, np.where(sport == "yes", 0.8, 0.4))
    frame = pd.DataFrame({"school": school, "sport": sport, "passed": np.where(passed, "yes", "no")})
    source = fetched(frame, tmp_path / "raw", "cells.csv")
    profile = profiled(frame, tmp_path / "raw", "cells.csv")
    formulation = next(one for one in formulations(profile) if one.target == "passed")
    package = normalise(write_out(profile, formulation), profile, source, collection="generated")
    tables = prepared(package.write(tmp_path / "tasks"), tmp_path / "raw", tmp_path / "out")
    foreseen = foresee(profile, formulation)
    assert set(tables["test.csv"]["id"]) == {str(one) for one in foreseen.ids[foreseen.test_rows]}
    for name in ("school", "sport"):
        parts = [tables[file][name].value_counts(normalize=True) for file in ("train.csv", "test.csv")]
        assert (parts[0] - parts[1]).abs().max() < 0.06


def test_the_answers_score_best_and_the_sample_worse(made) -> None:
    _, formulation, package, root, tables, _ = made
    metric = load_metric(root / "metric.py")
    id_column = package.card.task.id_column
    answers = tables["test_answer.csv"]
    sample = tables["sample_submission.csv"].set_index(id_column).loc[answers[id_column]].reset_index()
    columns = [name for name in sample.columns if name != id_column]
    if formulation.prediction != "label":
        sample[columns] = sample[columns].astype(float)
    perfect = sample.copy()
    truth = answers[formulation.target]
    if formulation.prediction == "number":
        answers = answers.assign(**{formulation.target: truth.astype(float)})
        perfect[formulation.target] = truth.astype(float)
    elif formulation.prediction == "probability":
        perfect[formulation.target] = (truth == formulation.labels[1]).astype(float)
    else:
        perfect[formulation.target] = truth
    assert metric.evaluate(answers, perfect) == pytest.approx(package.card.metric.best)
    worse = metric.evaluate(answers, sample)
    assert worse > package.card.metric.best if package.card.metric.direction == "minimize" else worse < 1


def test_the_solution_beats_the_sample(made) -> None:
    _, formulation, package, root, tables, folder = made
    work = folder / "work"
    (work / "data").mkdir(parents=True)
    for name in ("train.csv", "test.csv"):
        tables[name].to_csv(work / "data" / name, index=False)
    subprocess.run([sys.executable, str(root / "solution.py")], cwd=work, check=True, capture_output=True)
    id_column = package.card.task.id_column
    said = pd.read_csv(work / "submission.csv", dtype=str, keep_default_na=False).set_index(id_column)
    assert list(said.columns) == [c for c in tables["sample_submission.csv"].columns if c != id_column]
    answers = tables["test_answer.csv"].set_index(id_column)[formulation.target]
    told = said.loc[answers.index].iloc[:, 0]
    if formulation.objective == "regression":
        y = answers.astype(float)
        assert ((told.astype(float) - y) ** 2).mean() < 0.5 * y.var()
    elif formulation.prediction == "label":
        assert (told == answers).mean() > 0.7
    else:
        scores = told.astype(float)
        assert scores[answers == formulation.labels[1]].mean() > scores[answers == formulation.labels[0]].mean() + 0.2


def test_the_description_tells_all(made) -> None:
    profile, formulation, package, _, tables, _ = made
    text = package.files["description.md"]
    assert text.startswith(f"# {package.card.title}\n")
    for name in tables["train.csv"].columns:
        assert " ".join(name.split()).replace("|", "\\|") in text
    for name in formulation.drop:
        assert name in text.partition("## What was left out")[2]
    for wanted in (
        "data/train.csv",
        "data/test.csv",
        "sample_submission.csv",
        "submission.csv",
        "check-submission",
        "score =",
    ):
        assert wanted in text
    assert re.search(r"\b(lower|higher)\b", text, re.IGNORECASE)
    assert "{" not in text.replace("{z}", "")
    assert str(profile.origin.file if profile.origin else "") in text


def test_designing_twice_gives_the_same_text(made) -> None:
    profile, formulation, package, _, _, _ = made
    again = write_out(profile, formulation)
    assert (again.prepare, again.solution) == (package.files["prepare.py"], package.files["solution.py"])
    assert again.description == package.files["description.md"]


def test_another_seed_gives_another_split(tmp_path: Path) -> None:
    profile = profiled(houses(), tmp_path)
    one = formulations(profile)[0]
    other = one.model_copy(update={"split": one.split.model_copy(update={"seed": 5})})
    assert write_out(profile, one).prepare != write_out(profile, other).prepare


def test_different_questions_read_differently(tmp_path: Path) -> None:
    texts = []
    for name in ("houses", "patients", "days"):
        for number in range(3):
            profile = profiled(CASES[name](), tmp_path / name, f"{name}{number}.csv")
            one = formulations(profile)[0]
            texts.append(write_out(profile, one).description)
    assert len({text.splitlines()[2] for text in texts}) > 5


@pytest.mark.parametrize(
    ("dataset", "question", "expected"),
    [
        ("abalone", "rings", "abalone_rings"),
        ("house_price", "price", "house_price"),
        ("1976-senate", "votes", "c_1976_senate_votes"),
        ("x" * 70, "y" * 40, None),
    ],
)
def test_task_ids(dataset: str, question: str, expected: str | None) -> None:
    found = task_id(dataset, question)
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,59}", found)
    assert expected is None or found == expected


def test_long_names_stay_apart() -> None:
    assert task_id("x" * 70, "y" * 40) != task_id("x" * 70, "y" * 39 + "z")


def test_broken_python_is_refused(tmp_path: Path) -> None:
    profile, source = profiled(houses(), tmp_path), fetched(houses(), tmp_path)
    design: TaskDesign = write_out(profile, formulations(profile)[0]).model_copy(update={"metric": "def (:\n"})
    with pytest.raises(BrokenDesign, match=r"metric\.py.*line 1"):
        normalise(design, profile, source, collection="generated")


def test_the_engine_goes_all_the_way(tmp_path: Path) -> None:
    async def way() -> tuple[TaskPackage, TaskPackage]:
        engine = open_engine("rules", seeds=SplitSeeds(1))
        profile, source = profiled(patients(), tmp_path), fetched(patients(), tmp_path)
        chosen = await engine.brainstormer.propose(profile, source, 1)
        design = await engine.designer.design(profile, chosen[0])
        first = await engine.refactor.refactor(design, profile, source)
        taken = Defect(stage="refactor", kind="duplicate_id", where="task.toml:id", message="taken")
        return first, await engine.refactor.refactor(design, profile, source, [taken])

    first, second = asyncio.run(way())
    assert first.id == "houses_diagnosis"
    assert second.id != first.id
    assert first.card.provenance.engine == "rules"
    assert first.card.task.split.seed == 1


def test_unknown_engines_are_named() -> None:
    with pytest.raises(UnknownName, match="rules"):
        open_engine("rule")
