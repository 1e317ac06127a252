"""What an agreement and the boards of categories show, in rows: one wording for Markdown and for the page."""

from dataclasses import dataclass

from leaderboards.agreement import Agreement
from leaderboards.board import Board
from leaderboards.categories import Category, Dimension
from leaderboards.report.words import NOTHING, coefficient, count, interval, share, whole


def headline_rows(found: Agreement) -> list[list[str]]:
    """r, CCC and the ceiling, each with its interval for other agents and for other tasks."""
    fixed = found.corrected
    few = "too few to judge" if found.too_few else NOTHING
    r_fixed, ccc_fixed = (few, few)
    if fixed is not None:
        r_fixed = f"{coefficient(fixed.r.value)} {interval(fixed.r)}"
        ccc_fixed = f"{coefficient(fixed.ccc.value)} {interval(fixed.ccc)}"
    rows = [
        ["Pearson r", coefficient(found.r.value), interval(found.r), r_fixed],
        ["Lin's CCC", coefficient(found.ccc.value), interval(found.ccc), ccc_fixed],
    ]
    if found.noise is not None:
        rows.append(["Noise ceiling of r", coefficient(found.noise.ceiling), NOTHING, NOTHING])
    return rows


def coefficient_rows(found: Agreement) -> list[list[str]]:
    """Every other coefficient, with what it needs to be read."""
    rows = [
        ["R²", coefficient(found.r_squared)],
        ["Spearman", coefficient(found.spearman)],
        ["Kendall tau-b", coefficient(found.kendall)],
        ["Overlap of the first 3", share(found.top3)],
        ["Overlap of the first 5", share(found.top5)],
        ["Cronbach's alpha", coefficient(found.cronbach_alpha)],
        ["ICC(2,1)", coefficient(found.icc)],
        ["Spread, right over left", coefficient(found.scale)],
    ]
    if found.bland_altman is not None:
        limits = found.bland_altman
        rows.append([f"Bland-Altman limits, {found.left_unit}", f"\u00b1 {whole((limits.high - limits.low) / 2)}"])
    if found.permutation_p is not None:
        rows.append(["Exact permutation p of r", f"{found.permutation_p:.2g}"])
    if found.noise is not None:
        rows.append(["Reliability, left", coefficient(found.noise.left_reliability)])
        rows.append(["Reliability, right", coefficient(found.noise.right_reliability)])
    if found.same_board is not None:
        test = found.same_board
        rows.append([f"One leaderboard? F({test.between}, {test.within})", f"{test.f:.2f}, p = {test.p:.2g}"])
        rows.append(["Power of that test at a true r of .9", share(test.power)])
    return rows


def subset_rows(found: Agreement) -> list[list[str]]:
    """r and CCC on parts of the contestants, each centred again."""
    everyone = [["all", str(len(found.points)), coefficient(found.r.value), coefficient(found.ccc.value)]]
    parts = [("without the weakest quarter", found.without_weakest), ("one of each family", found.one_per_family)]
    parts += [(f"without the family {', '.join(part.left_out)}", part) for part in found.without_family]
    parts += [(f"without {', '.join(part.left_out)}", part) for part in found.leave_one_out]
    return everyone + [
        [name, str(part.contestants), coefficient(part.r), coefficient(part.ccc)]
        for name, part in parts
        if part is not None
    ]


MOST_CATEGORIES = 12
Ends = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class CategoryTable:
    """The categories of one kind side by side: names with their tasks, and a rating with its interval in each cell."""

    by: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Ends, ...]], ...]
    left_out: int
    notes: tuple[str, ...]


def category_tables(board: Board) -> list[CategoryTable]:
    """A table for each kind, contestants in the order of the board; a thin category is marked and pooled."""
    return [_category_table(board, dimension) for dimension in board.categories]


def _category_table(board: Board, dimension: Dimension) -> CategoryTable:
    shown = dimension.categories[:MOST_CATEGORIES]
    rated = [row.contestant for row in board.rows if row.rating is not None]
    return CategoryTable(
        dimension.by,
        tuple((_category_name(category), count(category.tasks, "task")) for category in shown),
        tuple((name, tuple(category.shown(name) for category in shown)) for name in rated),
        len(dimension.categories) - len(shown),
        tuple(f"{category.name}: {category.note}." for category in shown if category.note),
    )


def _category_name(category: Category) -> str:
    return f"{category.name} †" if category.thin else category.name


VIEWS = {
    "normalized": ("normalised", "Normalised: 0 at the sample submission and below, 1 at the best possible score."),
    "aup": (
        "AUP",
        "AUP: area under the performance profile (Dolan and Moré 2002), the share of tasks whose score is within a "
        "factor of the best one, over all factors up to ten on a logarithmic axis.",
    ),
    "human_rank": (
        "HumanRank",
        "HumanRank: the share of a human leaderboard's entries that are not better (MLE-Dojo, arXiv 2505.07782).",
    ),
    "any_medal": (
        "medals",
        "Medals: share of tasks with any medal by Kaggle's positions, as MLE-bench counts them (arXiv 2410.07095).",
    ),
    "gold": ("gold", ""),
    "silver": ("silver", ""),
    "bronze": ("bronze", ""),
}


@dataclass(frozen=True)
class ViewTable:
    """The views that any contestant has: their names, a cell each, and what they mean."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    meanings: tuple[str, ...]


def view_table(board: Board) -> ViewTable:
    """In the order of the board, those without any view left out; without rows where nobody has one."""
    known = [name for name in VIEWS if any(getattr(row.views, name) is not None for row in board.rows)]
    cells = [(row.contestant, tuple(getattr(row.views, name) for name in known)) for row in board.rows]
    rows = tuple((who, values) for who, values in cells if any(value is not None for value in values))
    return ViewTable(
        tuple(VIEWS[name][0] for name in known), rows, tuple(VIEWS[name][1] for name in known if VIEWS[name][1])
    )
