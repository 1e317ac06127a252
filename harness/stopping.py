"""Ctrl-C during an eval of Inspect."""

from collections.abc import Sequence

from inspect_ai.log import EvalLog


def raise_if_stopped(logs: Sequence[EvalLog]) -> None:
    """Go on with the user's Ctrl-C after an `eval_set`, which cleans up, writes its logs and returns none of them.

    Raises:
        KeyboardInterrupt: one of the evals was stopped.
    """
    if not logs or any(log.status == "cancelled" for log in logs):
        raise KeyboardInterrupt
