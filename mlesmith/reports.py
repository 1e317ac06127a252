"""What `leaderboard` writes: boards of all results and of each collection, agreement, yield, and links to logs."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.progress import Progress
from leaderboards.agreement import Agreement, agreement
from leaderboards.board import Board, battle_board, board
from leaderboards.categories import DIMENSIONS
from leaderboards.errors import LeaderboardError
from leaderboards.ratings import Ties
from leaderboards.report import GenerationSummary, LogLinks
from leaderboards.report.logs import VIEWER
from leaderboards.results import ResultsTable
from mlesmith.sides import battles_of, results_table
from mlesmith.viewing import checked_viewer, links_of
from mlesmith.yields import yield_in

CURATED, GENERATED = "curated", "generated"


@dataclass(frozen=True)
class Report:
    """Boards by the names that a reader sees, the main one first; `unsaid` is why there is no agreement."""

    boards: dict[str, Board]
    agreement: Agreement | None = None
    unsaid: str = ""
    generation: GenerationSummary | None = None
    links: LogLinks | None = None

    @property
    def main(self) -> Board:
        """The board of everything."""
        return next(iter(self.boards.values()))


def report_of(
    places: Sequence[str], *, ties: str = Ties.HALF, viewer: str = VIEWER, on_log: Progress | None = None
) -> Report:
    """All that some logs, results tables, or one table of pairwise battles tell."""
    address = checked_viewer(viewer)
    battles = battles_of(places)
    if battles is not None:
        made = battle_board(battles, ties=ties)
        return Report({made.title: made})
    table = results_table(places, on_log)
    main = board(table, ties=ties, by=DIMENSIONS)
    parts = _collections(table, ties)
    boards = {main.title: main} if len(parts) < 2 else {"All tasks": main, **parts}
    found, unsaid = _agreement(boards)
    return Report(boards, found, unsaid, yield_in(places), links_of(table, places, address))


def _collections(table: ResultsTable, ties: str) -> dict[str, Board]:
    """A board of each collection whose contestants can be compared, by its title."""
    made = {}
    for name in sorted({str(name) for name in table.frame["collection"]} - {""}):
        title = f"{name.capitalize()} tasks"
        try:
            made[title] = board(table.select(collection=name), title=title, ties=ties)
        except LeaderboardError:
            continue  # its contestants have no task in common: they are on the board of everything
    return made


def _agreement(boards: dict[str, Board]) -> tuple[Agreement | None, str]:
    """Between the curated and the generated tasks where both are there; else why not, if it is worth saying."""
    sides = [boards.get(f"{name.capitalize()} tasks") for name in (CURATED, GENERATED)]
    if sides[0] is None or sides[1] is None:
        return None, ""
    try:
        return agreement(sides[0], sides[1]), ""
    except LeaderboardError as error:
        return None, str(error)
