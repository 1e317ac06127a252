"""Write a report: every form of a board and of an agreement into one folder."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.categories import categories_frame
from leaderboards.expected import pairs_beside_ratings
from leaderboards.pareto import prices
from leaderboards.report.bland_altman import bland_altman_figure
from leaderboards.report.figures import agreement_figure, board_figure
from leaderboards.report.generation import GenerationSummary
from leaderboards.report.logs import LogLinks
from leaderboards.report.markdown import agreement_markdown, boards_markdown
from leaderboards.report.page import Contents, render_page
from leaderboards.report.pairs import pairs_figure
from leaderboards.report.pareto import pareto_figure
from leaderboards.tasks import tasks_frame


def write_report(
    out: Path,
    boards: Board | Mapping[str, Board],
    *,
    agreement: Agreement | None = None,
    unsaid: str = "",
    generation: GenerationSummary | None = None,
    links: LogLinks | None = None,
    title: str = "Leaderboard",
) -> Path:
    """Write `leaderboard.{csv,json,md,png,svg}`, `agreement.{json,md,png,svg}` and `index.html`; return the page.

    Of the first board also `tasks.csv`, `pairs.{csv,png,svg}`, `pareto.{png,svg}` where costs or times are known, and
    of all that have categories `categories.csv`; of an agreement `bland_altman.{png,svg}`. `boards` maps the names that
    a reader sees to boards, the main one first; `unsaid` is why there is no agreement, `links` lead to the logs. The
    same input gives the same bytes.
    """
    named = {boards.title: boards} if isinstance(boards, Board) else dict(boards)
    out.mkdir(parents=True, exist_ok=True)
    _write_boards(out, named, title)
    if agreement is not None:
        _write_agreement(out, agreement)
    page = out / "index.html"
    contents = Contents(title, named, agreement, unsaid, generation, links)
    _write(page, render_page(contents))
    return page


def _write_boards(out: Path, named: Mapping[str, Board], title: str) -> None:
    main = next(iter(named.values()))
    _write(out / "leaderboard.csv", _csv({name: board.to_frame() for name, board in named.items()}))
    divided = {name: categories_frame(board.categories) for name, board in named.items() if board.categories}
    if divided:
        _write(out / "categories.csv", _csv(divided))
    if main.tasks:
        _write(out / "tasks.csv", _plain_csv(tasks_frame(main.tasks)))
    _write(out / "leaderboard.json", _json({"title": title, "boards": {k: b.to_dict() for k, b in named.items()}}))
    _write(out / "leaderboard.md", boards_markdown(named))
    board_figure(named, out / "leaderboard", title)
    pairs = pairs_beside_ratings(main)
    if pairs is not None:
        _write(out / "pairs.csv", _plain_csv(pairs.to_frame()))
        pairs_figure(pairs, out / "pairs", title)
    priced = prices(main.rows)
    if priced is not None:
        pareto_figure(priced, out / "pareto", title)


def _write_agreement(out: Path, agreement: Agreement) -> None:
    _write(out / "agreement.json", _json(agreement.to_dict()))
    _write(out / "agreement.md", agreement_markdown(agreement))
    agreement_figure(agreement, out / "agreement")
    if agreement.bland_altman is not None:
        bland_altman_figure(agreement, agreement.bland_altman, out / "bland_altman")


def _csv(frames: Mapping[str, pd.DataFrame]) -> str:
    """The frames of all boards, each with the board's name."""
    named = [frame.assign(board=name)[["board", *frame.columns]] for name, frame in frames.items()]
    return _plain_csv(pd.concat(named, ignore_index=True))


def _plain_csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
