"""What can be wrong with results, boards and comparisons; one class a cause, each with the user's exit code."""

from collections.abc import Sequence


class LeaderboardError(ValueError):
    """The results can't be rated or compared as asked; the message says what, where and what to do."""

    exit_code = 2


class NoSuchTable(LeaderboardError):
    """The path of a results table leads to no file, or to a format that is not read."""


class BrokenTable(LeaderboardError):
    """A table whose columns or cells break its form; every fault names file, row and column."""

    SHOWN = 12

    def __init__(self, where: str, faults: Sequence[str], form: str = "the form of a results table") -> None:
        self.faults = tuple(faults)
        shown = "\n".join(f"  {fault}" for fault in self.faults[: self.SHOWN])
        more = len(self.faults) - self.SHOWN
        tail = f"\n  and {more} more" if more > 0 else ""
        super().__init__(f"{where} breaks {form}:\n{shown}{tail}")


class BadOption(LeaderboardError):
    """A confidence, a number of rounds or of decimals that can't be meant."""


class EmptyResults(LeaderboardError):
    """A results table without a row."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} holds no results: run some agents first (`mlesmith run`), or name another place.")


class Islands(LeaderboardError):
    """Groups of contestants that share no task: no scale joins them."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self.groups = tuple(tuple(group) for group in groups)
        listed = "; ".join("{" + ", ".join(group) + "}" for group in self.groups)
        super().__init__(
            f"The contestants fall into {len(self.groups)} groups that share no task: {listed}. "
            "No battle joins them, so one scale can't. Run a contestant of one group on tasks of the other, "
            "or rate the groups apart."
        )


class UnboundedTies(LeaderboardError):
    """Davidson's model without a finite maximum: the ties hide every order."""

    def __init__(self) -> None:
        super().__init__(
            "Davidson's model has no finite maximum here: its chance of a tie grows without end, because no circle of "
            "contestants holds more wins than ties. Count a tie as half a win each (--ties half)."
        )


class NotConverged(LeaderboardError):
    """The likelihood could not be maximised to the asked precision."""


class TooFewCommon(LeaderboardError):
    """Two boards with too few contestants in common for a coefficient to mean anything."""

    def __init__(
        self, common: Sequence[str], only_left: Sequence[object], only_right: Sequence[object], least: int
    ) -> None:
        def listed(names: Sequence[object]) -> str:
            return ", ".join(map(str, names)) or "none"

        super().__init__(
            f"The two boards have {len(common)} rated contestants in common ({listed(common)}); at least {least} are "
            f"needed. Missing on the right: {listed(only_left)}. Missing on the left: {listed(only_right)}. Run these "
            "there too; names are joined by leaderboards/reference/aliases.csv alone."
        )


class PartOfWhole(LeaderboardError):
    """Two sides that share tasks: a set against its union with another agrees with itself."""

    def __init__(self, shared: Sequence[str]) -> None:
        self.shared = tuple(shared)
        super().__init__(
            f"The two sides share tasks ({in_short(shared)}), so they would agree with themselves. "
            "Compare disjoint sets of tasks, or ask for it with --part-of-whole."
        )


class NothingToPlan(LeaderboardError):
    """Results without a rating, nobody and nothing that could be run, or battles, which name no datasets."""


class UnknownReference(LeaderboardError):
    """A name of a published board that is not shipped."""


class UnknownRule(LeaderboardError):
    """A word for how ties count that nobody defined."""


def in_short(names: Sequence[str], most: int = 8) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
