"""One cache for a whole test run, apart from the user's own; a skipped sandbox test fails a run in CI."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

OWN_CACHE = "MLESMITH_TEST_CACHE_OWNER"

if "MLESMITH_CACHE" not in os.environ:
    # Workers of one run inherit the environment, so they share the folder; the process that made it removes it.
    os.environ["MLESMITH_CACHE"] = str(Path(tempfile.gettempdir()) / f"mlesmith-tests-{os.getuid()}-{os.getpid()}")
    os.environ[OWN_CACHE] = str(os.getpid())
os.environ.setdefault("INSPECT_DISPLAY", "none")
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A run in the background ignores Ctrl-C and hands that on to all it starts, also to what a test wants to stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if "sandbox" in report.keywords and (report.skipped or hasattr(report, "wasxfail")):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get(OWN_CACHE) == str(os.getpid()):
        shutil.rmtree(os.environ["MLESMITH_CACHE"], ignore_errors=True)
    if _skipped and os.environ.get("CI"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and os.environ.get("CI"):
        terminalreporter.write_line(
            f"Sandbox tests were skipped, which is a failure here: {', '.join(_skipped)}", red=True
        )


@pytest.fixture(scope="module")
def browser() -> Iterator["Chrome"]:
    """A browser of a module's tests; its absence is a failure in CI."""
    from benchmarks.browser import NoBrowser, chromium, programs

    try:
        programs()
    except NoBrowser as missing:
        pytest.fail(str(missing)) if os.environ.get("CI") else pytest.skip(str(missing))
    with chromium() as running:
        yield running
