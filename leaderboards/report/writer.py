"""Write a report: every form of a board and of an agreement into one folder."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.categories import categories_frame
from leaderboards.pareto import prices
from leaderboards.report.figures import agreement_figure, board_figure
from leaderboards.report.generation import GenerationSummary
from leaderboards.report.markdown import agreement_markdown, boards_markdown
from leaderboards.report.page import render_page
from leaderboards.report.pareto import pareto_figure


def write_report(
    out: Path,
    boards: Board | Mapping[str, Board],
    *,
    agreement: Agreement | None = None,
    generation: GenerationSummary | None = None,
    title: str = "Leaderboard",
) -> Path:
    """Write `leaderboard.{csv,json,md,png}`, `agreement.{json,md,png}` and `index.html`; return the page's path.

    Boards with categories add `categories.csv`, known costs or times of the first board `pareto.png`. `boards` maps
    the names that a reader sees to boards, the main one first. The same input gives the same bytes.
    """
    named = {boards.title: boards} if isinstance(boards, Board) else dict(boards)
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "leaderboard.csv", _csv({name: board.to_frame() for name, board in named.items()}))
    divided = {name: categories_frame(board.categories) for name, board in named.items() if board.categories}
    if divided:
        _write(out / "categories.csv", _csv(divided))
    _write(out / "leaderboard.json", _json({"title": title, "boards": {k: b.to_dict() for k, b in named.items()}}))
    _write(out / "leaderboard.md", boards_markdown(named))
    board_figure(named, out / "leaderboard.png", title)
    priced = prices(next(iter(named.values())).rows)
    if priced is not None:
        pareto_figure(priced, out / "pareto.png", title)
    if agreement is not None:
        _write(out / "agreement.json", _json(agreement.to_dict()))
        _write(out / "agreement.md", agreement_markdown(agreement))
        agreement_figure(agreement, out / "agreement.png")
    page = out / "index.html"
    _write(page, render_page(named, title=title, agreement=agreement, generation=generation))
    return page


def _csv(frames: Mapping[str, pd.DataFrame]) -> str:
    """The frames of all boards, each with the board's name."""
    named = [frame.assign(board=name)[["board", *frame.columns]] for name, frame in frames.items()]
    return pd.concat(named, ignore_index=True).to_csv(index=False, float_format="%.6g", lineterminator="\n")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
