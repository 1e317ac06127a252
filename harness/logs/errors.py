"""What is wrong with a place of logs, or with a log."""

from harness.errors import UserError


class NoLogs(UserError):
    """A place that holds no logs of competitions."""


class UnreadableLogs(UserError):
    """A log that is torn or no log, or a place whose store refuses."""


class Unfamiliar(Exception):
    """A log of a form that only Inspect's own reader knows."""
