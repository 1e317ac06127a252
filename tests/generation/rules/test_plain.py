"""Targets whose numbers are in writing: asked for, and made plain by prepare.py as by the design."""

import numpy as np
import pandas as pd
import pytest

from generation.profile.cells import read_cells
from generation.rules.brainstormer import formulations
from generation.rules.designer import write_out
from generation.rules.plain import plain, writing_of
from generation.rules.refactor import normalise
from generation.verification.tables import raw_numbers
from tests.generation.rules.tables import fetched, houses, prepared, profiled

WRITTEN = {
    "separated": (lambda x: f"{x:,.0f}", "point"),
    "dollars": (lambda x: f"${x:,.2f}", "point"),
    "debts": (lambda x: f"(${abs(x):,.2f})" if x < 0 else f"${x:,.2f}", "point"),
    "euros": (lambda x: f"{x:,.2f} €".translate(str.maketrans(",.", ".,")), "comma"),
    "shares": (lambda x: f"{x:.1f}%", "point"),
    "areas": (lambda x: f"{x:.1f} kg", "point"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_written_numbers_become_the_numbers_that_a_reader_sees(name):
    write, way = WRITTEN[name]
    numbers = np.round(np.random.default_rng(0).normal(3000, 4000, 300), 1)
    numbers = np.abs(numbers) if name in ("shares", "areas") else numbers
    numbers = numbers.round() if name == "separated" else numbers
    cells = pd.Series([write(number) for number in numbers])
    read = read_cells(cells)
    assert read.numbers is not None
    assert writing_of(read.text, read.numbers) == way
    assert np.allclose(pd.to_numeric(plain(cells, way)), numbers)


def test_a_duration_becomes_seconds_and_a_missing_one_nothing():
    cells = pd.Series(["2:25:39", "0:00:07", "102:00:00", "", "DNF"])
    assert plain(cells, "clock").tolist() == ["8739", "7", "367200", "", ""]


def test_plain_cells_stay_as_they_are():
    cells = pd.Series(["1.50", "x", ""])
    assert plain(cells, "").tolist() == ["1.50", "x", ""]


@pytest.mark.parametrize("stray", [".5%", "3-5%", "sold 3 times", "1.2.3.4 5"])
def test_a_stray_cell_with_digits_makes_the_writing_none(stray):
    cells = pd.Series([*(f"{number}%" for number in range(10, 90)), stray])
    read = read_cells(cells)
    assert read.numbers is None or writing_of(read.text, read.numbers) is None


@pytest.mark.parametrize("nothing", ["", "N/A", "-", "unknown"])
def test_a_cell_without_a_number_stays_without_one(nothing):
    cells = pd.Series([*(f"{number}%" for number in range(10, 90)), nothing])
    read = read_cells(cells)
    assert read.numbers is not None
    assert writing_of(read.text, read.numbers) == "point"
    assert plain(read.text, "point").iloc[-1] == ""


def test_numbers_with_a_scale_are_not_made_plain():
    cells = pd.Series([f"${number}.5k" for number in range(10, 60)])
    read = read_cells(cells)
    assert read.numbers is not None
    assert writing_of(read.text, read.numbers) is None


@pytest.mark.parametrize("name", ["separated", "dollars", "debts", "euros", "hours"])
def test_prepare_writes_the_plain_numbers_that_the_design_foresees(name, tmp_path):
    frame = houses()
    shift = 150 if name == "debts" else 0
    plainly = frame["price"].astype(float).round(0) * (40 if name == "hours" else 1) - shift
    frame["price"] = [as_hours(x) if name == "hours" else WRITTEN[name][0](x) for x in plainly]
    profile = profiled(frame, tmp_path / "raw")
    asked = next(one for one in formulations(profile) if one.target == "price")
    assert asked.writing == {"hours": "clock", "euros": "comma"}.get(name, "point")
    design = write_out(profile, asked)
    assert f"such as `{profile['price'].examples[0]}`" in design.description or "written like" in design.description
    package = normalise(design, profile, fetched(frame, tmp_path / "raw"), collection="generated")
    tables = prepared(package.write(tmp_path / "tasks"), tmp_path / "raw", tmp_path / "out")
    made = pd.concat([tables["train.csv"]["price"], tables["test_answer.csv"]["price"]]).astype(float)
    assert sorted(made) == sorted(plainly)
    assert raw_numbers(frame["price"]).tolist() == plainly.tolist()


def as_hours(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
