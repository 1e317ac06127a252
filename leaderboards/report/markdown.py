"""Boards and agreements as Markdown; names can't break a table or become HTML."""

from collections.abc import Mapping, Sequence

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.categories import THIN
from leaderboards.pareto import prices
from leaderboards.report import words
from leaderboards.report.contents import category_tables, coefficient_rows, headline_rows, subset_rows, view_table


def _safe(text: str) -> str:
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("\n", " ")):
        text = text.replace(plain, escaped)
    return text


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: int) -> str:
    """The first columns are text, the last `numbers` are aligned to the right."""
    rule = ["---"] * (len(header) - numbers) + ["---:"] * numbers
    lines = [header, rule, *[[_safe(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def boards_markdown(boards: Mapping[str, Board]) -> str:
    """Every board with its notes."""
    parts = []
    for name, board in boards.items():
        title = name if board.has_model else f"{name} (no language model)"
        parts += [f"# {_safe(title)}", _board_table(board), _foot(board)]
        parts += [f"- {_safe(note)}" for note in board.notes]
        parts += _views(board)
        parts += _categories(board)
        if board.controls:
            parts.append("Controls (not rated): " + "; ".join(_control(board)) + ".")
    return "\n\n".join(part for part in parts if part) + "\n"


def _board_table(board: Board) -> str:
    rows = [
        [
            row.contestant + (f" ({', '.join(row.flags)})" if row.flags else ""),
            row.family,
            words.whole(row.rank),
            words.ranks(row),
            words.whole(row.rating),
            words.span(row.low, row.high),
            words.share(row.win_rate),
            words.share(row.valid_rate),
            words.seconds(row.seconds),
            words.dollars(row.cost_usd),
        ]
        for row in board.rows
    ]
    level = f"{100 * board.parameters.confidence:.0f} %"
    names = ["contestant", "family", "rank", "ranks", "Elo", level, "win rate", "valid", "time", "cost"]
    return _table(names, rows, numbers=8)


def _views(board: Board) -> list[str]:
    """The other views, and who stands on the line of rating and price."""
    parts = []
    views, priced = view_table(board), prices(board.rows)
    if views.rows:
        rows = [[who, *[words.part(cell) for cell in cells]] for who, cells in views.rows]
        table = _table(["contestant", *views.columns], rows, numbers=len(views.columns))
        parts += ["## Other views", table, "\n".join(f"- {text}" for text in views.meanings)]
    if priced is not None:
        best = [f"{_safe(point.contestant)} ({point.price:.3g})" for point in priced.points if point.best]
        parts.append(f"Nobody beats these in both rating and {priced.unit}: {', '.join(best)}.")
    return parts


def _categories(board: Board) -> list[str]:
    """A table for each kind of category."""
    parts = []
    for table in category_tables(board):
        header = ["contestant", *[_safe(f"{name} ({tasks})") for name, tasks in table.columns]]
        rows = [[who, *[_rating(*cell) for cell in cells]] for who, cells in table.rows]
        parts += [f"## By {table.by}", _table(header, rows, numbers=len(table.columns))]
        parts += [f"- {_safe(note)}" for note in table.notes]
        if table.left_out:
            parts.append(f"{words.count(table.left_out, 'more category', 'more categories')} in categories.csv.")
    if parts:
        parts.append(f"† Fewer than {THIN} datasets: pooled towards the overall ratings by empirical Bayes.")
    return parts


def _rating(rating: float | None, low: float | None, high: float | None) -> str:
    ends = "" if low is None and high is None else f" ({words.span(low, high)})"
    return f"{words.whole(rating)}{ends}"


def _foot(board: Board) -> str:
    ties = f"{words.share(board.tie_share)} of the battles are ties, {board.parameters.ties.words}."
    if board.from_battles:
        return f"{words.basis(board)}; {ties}"
    runs = f"{words.count(board.cells, 'run')}, {words.count(board.errors, 'infrastructure error')}"
    return f"{words.basis(board)}, {runs}; {ties}"


def _control(board: Board) -> list[str]:
    return [f"{_safe(row.contestant)}: {'as expected' if row.holds else 'NOT as expected'}" for row in board.controls]


def agreement_markdown(agreement: Agreement) -> str:
    """The headline with both intervals, all coefficients, and the figures on subsets."""
    head = ["", "estimate", "other agents", "same agents, other tasks"]
    parts = [f"# Agreement: {_safe(agreement.heading)}"]
    if agreement.too_few:
        parts.append(f"**{_safe(agreement.too_few[0].upper() + agreement.too_few[1:])}.**")
    parts.append(_table(head, headline_rows(agreement), numbers=3))
    parts.append(_table(["coefficient", "value"], coefficient_rows(agreement), numbers=1))
    parts.append(_table(["contestants", "number", "r", "CCC"], subset_rows(agreement), numbers=3))
    parts += ["\n".join(f"- {_safe(note)}" for note in agreement.notes)]
    return "\n\n".join(parts) + "\n"
