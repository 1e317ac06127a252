"""What `leaderboard` writes: boards of all results and of each collection, agreement, yield, and links to logs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.progress import Progress
from leaderboards.agreement import Agreement, agreement
from leaderboards.board import Board, battle_board, board
from leaderboards.categories import DIMENSIONS
from leaderboards.errors import LeaderboardError
from leaderboards.ratings import Ties
from leaderboards.report import GenerationSummary, LogLinks, write_report
from leaderboards.report.logs import VIEWER
from leaderboards.results import ResultsTable
from mlesmith.sides import battles_of, logs_of, results_table
from mlesmith.viewing import checked_viewer, links_of
from mlesmith.yields import yield_in

CURATED, GENERATED = "curated", "generated"
ALL = "All tasks"


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
        """The board that comes first: of everything, if nothing else was asked for."""
        return next(iter(self.boards.values()))

    def write(self, out: Path, title: str = "Leaderboard") -> Path:
        """Tables, figures and the page into a folder; returns the page."""
        return write_report(
            out,
            self.boards,
            agreement=self.agreement,
            unsaid=self.unsaid,
            generation=self.generation,
            links=self.links,
            title=title,
        )


def report_of(
    places: Sequence[str], *, ties: str = Ties.HALF, viewer: str = VIEWER, on_log: Progress | None = None
) -> Report:
    """All that some logs, results tables, or one table of pairwise battles tell."""
    address = checked_viewer(viewer)
    battles = battles_of(places)
    if battles is not None:
        made = battle_board(battles, ties=ties)
        return Report({made.title: made})
    logs = logs_of(places)
    table = results_table(places, on_log, logs)
    generation, note = yield_in(logs)
    if note:
        table = replace(table, notes=(*table.notes, note))
    return report_on(table, ties=ties, generation=generation, links=links_of(table, logs, address))


def report_on(
    table: ResultsTable,
    *,
    first: str = "",
    ties: str = Ties.HALF,
    generation: GenerationSummary | None = None,
    links: LogLinks | None = None,
) -> Report:
    """Boards of all tasks and of each collection, and the agreement of curated and generated tasks.

    The board of everything is the main one, or that of the collection `first` where it has one; the main one is divided
    into categories, too.
    """
    parts = _collections(table, ties, first)
    main = _title(first)
    whole = board(table, ties=ties, by=() if main in parts else DIMENSIONS)
    if len(parts) < 2:
        boards = {whole.title: whole}
    elif main in parts:
        boards = {main: parts.pop(main), **parts, ALL: whole}
    else:
        boards = {ALL: whole, **parts}
    found, unsaid = _agreement(boards)
    return Report(boards, found, unsaid, generation, links)


def _title(collection: str) -> str:
    return f"{collection.capitalize()} tasks"


def _collections(table: ResultsTable, ties: str, first: str) -> dict[str, Board]:
    """A board of each collection whose contestants can be compared, by its title."""
    made = {}
    for name in sorted({str(name) for name in table.frame["collection"]} - {""}):
        try:
            by = DIMENSIONS if name == first else ()
            made[_title(name)] = board(table.select(collection=name), title=_title(name), ties=ties, by=by)
        except LeaderboardError:
            continue  # its contestants have no task in common: they are on the board of everything
    return made


def _agreement(boards: dict[str, Board]) -> tuple[Agreement | None, str]:
    """Between the curated and the generated tasks where both are there; else why not, if it is worth saying."""
    sides = [boards.get(_title(name)) for name in (CURATED, GENERATED)]
    if sides[0] is None or sides[1] is None:
        return None, ""
    try:
        return agreement(sides[0], sides[1]), ""
    except LeaderboardError as error:
        return None, str(error)
