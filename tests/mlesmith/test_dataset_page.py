"""`mlesmith show` of a raw dataset, through the command line."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    size = random.choice(["small", "medium", "large"], 400)
    table = pd.DataFrame(
        {
            "order_id": [f"o{i:05d}" for i in range(400)],
            "placed": [f"{1 + i % 12:02d}/{1 + i % 28:02d}/2021" for i in range(400)],
            "price": [f"${x:,.2f}" for x in random.lognormal(7, 0.5, 400)],
            "weight": [f"{x:.1f} kg" for x in random.normal(20, 3, 400)],
            "size": size,
            "box": pd.Series(size).map({"small": "S1", "medium": "M2", "large": "L3"}),
            "[bold]late[/]": random.choice(["ja", "nein", "-"], 400, p=[0.3, 0.6, 0.1]),
        }
    )
    table.loc[len(table)] = table.iloc[0].to_dict() | {"order_id": "o99999", "box": " s1 "} | {"size": size[0].upper()}
    table.loc[400, "box"] = f" {table['box'].iloc[0].lower()} "
    path = tmp_path / "orders.csv"
    table.to_csv(path, index=False)
    return path


def run(*words: str, width: int = 80) -> subprocess.CompletedProcess[str]:
    environment = {"COLUMNS": str(width), "PATH": "/usr/bin:/bin", "HOME": "/tmp", "MLESMITH_CACHE": "/tmp/unused"}
    command = [sys.executable, "-m", "mlesmith", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_fits_the_terminal_and_says_what_is_there(orders: Path, width: int) -> None:
    shown = run("show", f"file:{orders}", width=width)
    assert shown.returncode == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= width
    page = " ".join(shown.stdout.split())
    for said in ("401 rows, 7 columns", "one order_id", "placed: 01/01/2021", "currency", "small", "[bold]late[/]"):
        assert said in page
    assert "size → box" in page
    assert "1 nearly do" in page
    assert "rows 1 and 401 differ in order_id" in page
    assert "What could be asked" in page


def test_json_alone_has_all_of_it(orders: Path) -> None:
    shown = run("show", str(orders), "--json")
    found = json.loads(shown.stdout)
    columns = {column["name"]: column for column in found["columns"]}
    assert (found["rows"], found["sampled"], found["raw_rows"], found["key"]) == (401, 401, 401, ["order_id"])
    assert (columns["price"]["form"], columns["price"]["unit"]) == ("currency", "$")
    assert (columns["weight"]["form"], columns["weight"]["unit"]) == ("quantity", "kg")
    assert columns["[bold]late[/]"]["missing_codes"] == ["-"]
    assert found["near_duplicates"]["count"] == 1
    assert "frame" not in found


def test_more_columns_than_a_page_holds_are_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    pd.DataFrame(np.random.default_rng(0).normal(size=(60, 90))).add_prefix("c").to_csv(path, index=False)
    shown = run("show", str(path))
    assert "and 30 more, from c60 to c89: 30 number" in " ".join(shown.stdout.split())


def test_columns_that_add_up_are_told_once(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.integers(1, 900, (200, 3)), columns=["wood", "stone", "clay"])
    table.assign(all=table.sum(axis=1)).to_csv(tmp_path / "loads.csv", index=False)
    page = " ".join(run("show", str(tmp_path / "loads.csv"), width=120).stdout.split())
    assert page.count("weighted sum") == 1
    assert "all, clay, stone and wood: each is a weighted sum of the others" in page
