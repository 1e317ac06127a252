"""What is kept of a command's output, whoever writes it."""

import os

import pytest

from harness.sandboxes.inside.server.commands import IN_PIPE, Capture

LIMIT = 1 << 20


@pytest.mark.parametrize("running", [True, False])
def test_what_comes_after_the_end_of_a_command_counts_for_no_limit(running: bool) -> None:
    """The end may be noticed late: until then a background process can have written any amount."""
    told: list[bool] = []
    reading, writing = os.pipe()
    kept = Capture(os.fdopen(reading, "rb"), LIMIT, lambda: running, lambda: told.append(True))
    with os.fdopen(writing, "wb") as stream:
        stream.write(bytes(2 * LIMIT))
    data, overflow = kept.take(float("inf"))
    assert (overflow, told) == (running, [True] * running)
    assert len(data) == (LIMIT if running else IN_PIPE)
