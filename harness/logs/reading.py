"""All logs of some places: read what is new, remember it, and say what a reader of a board must know."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.competition.reasons import Status
from harness.logs.cache import CellCache, cell_cache
from harness.logs.cells import Cell, LogCells, read_cells
from harness.logs.errors import NoLogs, UnreadableLogs
from harness.logs.files import LogFile, LogListing
from harness.progress import Progress
from leaderboards.table import KEY

AT_ONCE = 8  # addresses: their stores answer after a while; for files of this machine threads gain nothing
SAVED_EVERY_S = 5.0
TOLD_AFTER_S = 1.0
MOST_NAMED = 5
# A run that several logs tell of (a log and the one that continued it, or a recovered one) is one run.
SAME_RUN = ("sample_uuid", "contestant", "task", "task_version", "data_hash", "epoch", "status", "reason", "score")


@dataclass(frozen=True)
class Reading:
    """The cells of some places and what must be said of them."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...]


def read_logs(listing: LogListing, on_log: Progress | None = None) -> Reading:
    """Every cell that ended in the logs of a listing; a log that is not new isn't read.

    A log that is still being written tells the cells that it has, and a note says so; another one says which logs have
    gone. An error that was run again is no cell.

    Raises:
        NoLogs: no log of a competition is there.
        UnreadableLogs: logs are torn, or the store of an address refuses.
    """
    named, files, gone = listing.places, listing.files, [*listing.gone]
    if not files:
        raise NoLogs(" ".join([f"There is no Inspect log in {', '.join(named)}.", *_gone(gone)]))
    logs, torn = {}, []
    with cell_cache() as cache:
        for file, log in _watched(_read(files, named, cache), len(files), on_log):
            if isinstance(log, UnreadableLogs):
                torn.append(log)
            elif log is None:
                gone.append(file.name)
            else:
                logs[file] = log
    if torn:
        raise torn[0] if len(torn) == 1 else _all_torn(torn)
    ordered = {file: logs[file] for file in files if file in logs}  # not as they came: known ones came first
    cells, copies = _once([(log, cell) for log in ordered.values() for cell in log.cells])
    if not cells:
        running = sum(log.running for log in logs.values())
        there = f"Inspect logs there: {len(files)}, still being written: {running}"
        raise NoLogs(f"No cell of a competition is logged in {', '.join(named)} ({there}).")
    return Reading(_last_attempts(cells), (*_notes(ordered, copies), *_gone(gone)))


Read = tuple[LogFile, LogCells | UnreadableLogs | None]


def _read(files: Iterable[LogFile], places: Iterable[str], cache: CellCache) -> Iterator[Read]:
    """Each file with its cells, known ones first; None where a log of a folder has gone since it was listed."""
    new, saved = [], time.monotonic()
    for file in files:
        known = cache.get(file)
        if known is None:
            new.append(file)
        else:
            yield file, known
    for file, log in _read_new(new, set(places)):
        if isinstance(log, LogCells):
            cache.put(file, log)
        if time.monotonic() - saved > SAVED_EVERY_S:
            cache.save()
            saved = time.monotonic()
        yield file, log


def _read_new(files: list[LogFile], places: set[str]) -> Iterator[Read]:
    def read(file: LogFile) -> Read:
        try:
            return file, read_cells(file)
        except UnreadableLogs as torn:
            return file, torn
        except NoLogs:
            if file.name in places:
                raise
            return file, None

    yield from map(read, [file for file in files if not file.is_address])
    addresses = [file for file in files if file.is_address]
    if addresses:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                yield from pool.map(read, addresses)
            finally:
                pool.shutdown(cancel_futures=True)


def _watched(found: Iterator[Read], total: int, on_log: Progress | None) -> Iterator[Read]:
    """Tell how far it is, once it takes long."""
    start = time.monotonic()
    for done, (file, log) in enumerate(found, start=1):
        if on_log is not None and time.monotonic() - start > TOLD_AFTER_S:
            on_log(done, total, PurePosixPath(file.name).name)
        yield file, log


def _all_torn(torn: list[UnreadableLogs]) -> UnreadableLogs:
    more = f"\nand {len(torn) - MOST_NAMED} more" if len(torn) > MOST_NAMED else ""
    return UnreadableLogs(f"{len(torn)} logs can't be read:\n" + "\n".join(map(str, torn[:MOST_NAMED])) + more)


def _once(told: list[tuple[LogCells, Cell]]) -> tuple[tuple[Cell, ...], int]:
    """Each run once, as a finished log tells it, else the earliest; with how many were told again."""
    kept: dict[object, tuple[LogCells, Cell]] = {}
    for place, (log, cell) in enumerate(told):
        key = tuple(cell[name] for name in SAME_RUN) if cell["sample_uuid"] else place
        before = kept.get(key)
        if before is None or _order(log, cell) < _order(*before):
            kept[key] = (log, cell)
    return tuple(cell for _, cell in kept.values()), len(told) - len(kept)


def _last_attempts(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Without the errors of cells that were run again; of errors alone the latest is left."""
    done: set[object] = set()
    failed: dict[object, Cell] = {}
    for cell in cells:
        key = _key(cell)
        if cell["status"] != Status.ERROR:
            done.add(key)
        elif key not in failed or str(failed[key]["created"]) <= str(cell["created"]):
            failed[key] = cell
    return tuple(
        cell
        for cell in cells
        if cell["status"] != Status.ERROR or (_key(cell) not in done and failed[_key(cell)] is cell)
    )


def _key(cell: Cell) -> tuple[object, ...]:
    return tuple(cell[name] for name in KEY)


def _order(log: LogCells, cell: Cell) -> tuple[bool, bool, str, str]:
    name = str(cell["log"])
    return log.running, "-recovered" in name, str(cell["created"]), name


def _gone(names: list[str]) -> Iterator[str]:
    if names:
        shown = ", ".join(PurePosixPath(name).name for name in names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"{len(names)} logs were removed meanwhile or are links to nothing ({shown}{more}); they are left out."


def _notes(logs: dict[LogFile, LogCells], copies: int) -> Iterator[str]:
    continued = {log.task_id for log in logs.values() if not log.running}
    running = [(file, log) for file, log in logs.items() if log.running and log.task_id not in continued]
    if running:
        names = [PurePosixPath(file.name).name for file, _ in running[:MOST_NAMED]]
        more = f" and {len(running) - MOST_NAMED} more" if len(running) > MOST_NAMED else ""
        yield (
            f"{len(running)} of {len(logs)} logs are still being written or broke off ({', '.join(names)}{more}): "
            f"their {sum(len(log.cells) for _, log in running)} finished cells count, the others are not there."
        )
    withdrawn = sum(log.withdrawn for log in logs.values())
    if withdrawn:
        yield f"{withdrawn} cells were invalidated in their logs (Inspect's invalidate_samples); they don't count."
    if copies:
        yield f"{copies} cells are told by several logs, as when a run was continued; each counts once."
