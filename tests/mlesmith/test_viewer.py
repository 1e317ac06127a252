"""The links of a page, followed in a browser to the real `inspect view`."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from mlesmith.reports import report_of
from tests.harness.logs.made import CELL, sample, written

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def viewer(browser: Chrome, tmp_path: Path) -> Iterator[str]:
    """The address of `inspect view` on this test's folder of logs, ended with the test."""
    (tmp_path / "logs").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inspect = Path(sys.executable).with_name("inspect")
    words = ["view", "start", "--log-dir", tmp_path / "logs", "--port", str(port)]
    with subprocess.Popen([inspect, *words], stdout=subprocess.DEVNULL) as started:
        try:
            WebDriverWait(browser, 60).until(lambda _: started.poll() is not None or _answers(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            started.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def test_the_cell_of_a_plan_opens_in_inspects_viewer(browser: Chrome, viewer: str, tmp_path: Path) -> None:
    """The sample of a planned cell is called after task and number, and its epoch in the log is 1."""
    metadata = {**CELL, "task": "t1", "cluster": "t1", "contestant": "linear", "epoch": 3}
    planned = sample("linear", "t1", 0.25, fields={"id": "t1#3", "metadata": metadata})
    written(tmp_path / "logs" / "deep" / "of a plan.eval", [planned])
    written(tmp_path / "logs" / "usual.eval", [sample("forest", "t1", 0.75, 2)])
    links = report_of([str(tmp_path / "logs")], viewer=viewer).links
    assert links is not None
    for who, title in (("linear", "Sample t1#3 (Epoch 1)"), ("forest", "Sample t1 (Epoch 2)")):
        browser.get("about:blank")
        browser.get(links.run(who, "t1", "1-A"))
        WebDriverWait(browser, 60).until(lambda page, title=title: _shows(page, title, "normalized"))


def _shows(page: Chrome, *words: str) -> bool:
    shown = page.find_element(By.TAG_NAME, "body").text
    return all(word in shown for word in words)
