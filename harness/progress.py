"""How many cells of the run under way are done, for whoever watches; the scorer counts."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]


class Counter:
    """Counts finished cells; one run at a time in a process, as Inspect has it.

    Inspect's hooks could count, too, but it announces them on standard output, which is for answers alone.
    """

    def __init__(self) -> None:
        self._watcher: Progress | None = None
        self._done = 0
        self._total = 0

    def watch(self, watcher: Progress | None, total: int, done: int = 0) -> None:
        """Begin to count for `watcher`, of whose cells some may be done, or stop counting where it is None."""
        self._watcher, self._done, self._total = watcher, done, total
        if watcher is not None:
            watcher(done, total, "")

    def count(self, what: str) -> None:
        """One more cell is done."""
        self._done += 1
        if self._watcher is not None:
            self._watcher(min(self._done, self._total), self._total, what)


COUNTER = Counter()
