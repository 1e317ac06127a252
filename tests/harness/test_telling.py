"""A user's mistake in a call of Inspect's own command line ends in one message, not in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSPECT = "import sys; sys.argv[0] = 'inspect'; from inspect_ai._cli.main import main; main()"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mlesmith/pima_diabetes", "-T", "sandbox=host", "--solver", "mlesmith/linear"], "isolates nothing"),
        (["mlesmith/suite", "-T", "tasks=pima_diabetos"], "pima_diabetes"),
        (["mlesmith/pima_diabetes", "--solver", "mlesmith/script", "-S", "file=missing.py"], "missing.py"),
        (["mlesmith/generate", "-T", "sources=file:a.csv", "-T", "engine=steam"], "steam"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(words: list[str], said: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INSPECT, "eval", *words, "--model", "none/none"],
        cwd=tmp_path,
        env={**os.environ, "INSPECT_DISPLAY": "plain"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode != 0
    assert said in told
    assert "Traceback" not in told
