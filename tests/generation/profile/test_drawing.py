"""Very large tables: rows are drawn, the same by the profile, by prepare.py and by the checks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.profile import drawing
from generation.profile.drawing import drawn
from generation.profile.source import profile_source
from generation.rules.brainstormer import formulations
from generation.rules.designer import write_out
from generation.rules.refactor import normalise
from generation.verification.gathering import raw_table
from harness.schema import parse_card, write_card
from harness.sources import resolve


def test_all_rows_of_a_small_table() -> None:
    assert drawn(5, 10).tolist() == [0, 1, 2, 3, 4]


def test_a_draw_is_sorted_distinct_and_the_same_again() -> None:
    places = drawn(1000, 100)
    assert len(set(places.tolist())) == 100
    assert places.tolist() == sorted(places.tolist())
    assert places.tolist() == drawn(1000, 100).tolist()
    assert 350 < places.mean() < 650


def test_a_task_of_drawn_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.profile.table.MOST_ROWS", 600)
    monkeypatch.setattr("generation.profile.table.drawn", lambda rows: drawn(rows, 600))
    random = np.random.default_rng(1)
    size = random.normal(100, 20, 1500)
    table = pd.DataFrame({"size_cm": size.round(2), "weight_kg": (size * 0.7 + random.normal(0, 4, 1500)).round(2)})
    path = tmp_path / "animals.csv"
    table.to_csv(path, index=False)
    fetched = resolve(str(path))
    profile = profile_source(fetched)
    assert (profile.raw_rows, profile.rows, profile.is_drawn) == (1500, 600, True)
    design = write_out(profile, formulations(profile)[0])
    assert "1,500" in design.description
    card = normalise(design, profile, fetched, collection="generated").card
    assert card.source.drawn == 600
    assert parse_card(write_card(card)) == card
    # What prepare.py draws is read off its own text: it is not run on the host.
    assert "np.random.default_rng(0).choice(len(table), DRAWN, replace=False)" in design.prepare
    assert "DRAWN = 600" in design.prepare
    pd.testing.assert_frame_equal(raw_table(fetched, 600), profile.frame)


def test_a_whole_table_says_nothing_of_a_draw(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    pd.DataFrame({"a": range(300), "b": np.random.default_rng(0).normal(size=300)}).to_csv(path, index=False)
    profile = profile_source(resolve(str(path)))
    assert not profile.is_drawn
    assert drawing.MOST_ROWS == 50_000
