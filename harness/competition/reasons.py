"""The one vocabulary of how a cell ends: four statuses, and a machine-readable reason for each that is not a score."""

from enum import StrEnum


class Status(StrEnum):
    """How a cell (one contestant, one task, one epoch) ended."""

    GRADED = "graded"
    INVALID = "invalid"
    MISSING = "missing"
    ERROR = "error"


class Reason(StrEnum):
    """Why a cell has no score; the first group goes with `invalid`, the second with `missing`."""

    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    MISSING_COLUMNS = "missing_columns"
    EXTRA_COLUMNS = "extra_columns"
    DUPLICATE_COLUMNS = "duplicate_columns"
    ROW_COUNT = "row_count"
    MISSING_IDS = "missing_ids"
    UNKNOWN_IDS = "unknown_ids"
    DUPLICATE_IDS = "duplicate_ids"
    NOT_NUMERIC = "not_numeric"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_LABEL = "unknown_label"
    BAD_PROBABILITIES = "bad_probabilities"

    NOTHING_WRITTEN = "nothing_written"
    TIME = "time"
    MEMORY = "memory"
    DISK = "disk"
    TOKENS = "tokens"
    COST = "cost"
    TURNS = "turns"
    AGENT_CRASHED = "agent_crashed"


MISSING_REASONS = frozenset(
    {
        Reason.NOTHING_WRITTEN,
        Reason.TIME,
        Reason.MEMORY,
        Reason.DISK,
        Reason.TOKENS,
        Reason.COST,
        Reason.TURNS,
        Reason.AGENT_CRASHED,
    }
)
INVALID_REASONS = frozenset(Reason) - MISSING_REASONS
