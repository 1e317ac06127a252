"""What tests of figures, pages and charts look at: parts of a chart, files of two reports, tables in Markdown."""

import re
from pathlib import Path
from typing import Any

from leaderboards.board import Board
from leaderboards.expected import Pairs, pairs_beside_ratings


def layout_of(chart: dict[str, object]) -> dict[str, Any]:
    layout = chart["layout"]
    assert isinstance(layout, dict)
    return layout


def traces_of(chart: dict[str, object]) -> list[dict[str, Any]]:
    traces = chart["data"]
    assert isinstance(traces, list)
    return traces


def pairs_of(made: Board) -> Pairs:
    pairs = pairs_beside_ratings(made)
    assert pairs is not None
    return pairs


def assert_same_files(first: Path, second: Path) -> None:
    """Two reports have the same files with the same bytes."""
    names = sorted(file.name for file in first.iterdir())
    assert names == sorted(file.name for file in second.iterdir())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def assert_tables_keep_their_columns(markdown: str) -> None:
    """No tag, and no bar of a name that would make a column more."""
    assert "<" not in markdown
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", markdown, re.MULTILINE)
    assert blocks
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}) == 1
