"""The command line as a user meets it: in this process, or as a process of its own that Ctrl-C stops."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.places import cache_dir
from mlesmith import cli


class Said(NamedTuple):
    """What a command answered; messages with one space for each run of white space, however they were wrapped."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder in which the commands of a test run; a module that wants another one says so."""
    return tmp_path


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("leaderboard", "logs", "--json")`: the command in this process."""
    monkeypatch.chdir(place)

    def mlesmith(*words: str) -> Said:
        capsys.readouterr()
        code = cli._run(list(words))
        said = capsys.readouterr()
        return Said(code, said.out, " ".join(said.err.split()))

    return mlesmith


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own; compiled byte code is shared."""
    shared = cache_dir("bytecode")
    own = tmp_path / "cache"
    own.mkdir()
    (own / "bytecode").symlink_to(shared)
    monkeypatch.setenv("MLESMITH_CACHE", str(own))
    return own


def interrupted(*words: str, after: str, cwd: Path) -> Said:
    """The command as a process of its own, stopped by Ctrl-C once a message begins with `after`."""
    command = [sys.executable, "-m", "mlesmith", *words]
    with subprocess.Popen(command, cwd=cwd, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as started:
        assert started.stderr is not None
        try:
            assert next((line for line in started.stderr if line.startswith(after)), ""), f"it never said {after!r}"
            started.send_signal(signal.SIGINT)
            said = started.communicate(timeout=100)[1]
        finally:
            started.kill()
    return Said(started.returncode, "", said)
