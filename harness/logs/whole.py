"""A log through Inspect's own reader: slower, but it knows every version that Inspect ever wrote."""

from harness.logs.files import LogFile
from harness.logs.sample import LoggedSample, LogHeader, header_of, sample_of

# What the table does not need: the conversation can be a thousand times larger than the row.
TOO_LARGE = {"messages", "events", "attachments", "store", "timelines", "events_data"}
KEPT = {
    "id", "epoch", "uuid", "metadata", "scores", "error", "limit", "working_time", "total_time", "model_usage",
    "invalidation",
}  # fmt: skip


def read_whole(file: LogFile) -> tuple[LogHeader, list[LoggedSample]]:
    """The header and the cells of a log; errors are Inspect's own."""
    from inspect_ai.log import read_eval_log

    log = read_eval_log(file.name, exclude_fields=TOO_LARGE)
    kept = [sample.model_dump(include=KEPT) for sample in log.samples or []]
    header = header_of(file.name, log.model_dump(include={"eval", "plan", "status"}))
    return header, [sample for sample in map(sample_of, kept) if sample.is_cell]
