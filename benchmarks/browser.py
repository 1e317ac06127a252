"""A Chromium of one's own for looking at pages: driven through WebDriver, with a log of every request it makes."""

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class NoBrowser(Exception):
    """No Chromium with its driver is installed here."""


def programs() -> tuple[str, str]:
    """Where the browser and its driver are.

    Raises:
        NoBrowser: one of them is missing.
    """
    browser, driver = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which(DRIVER)
    if browser is None or driver is None:
        raise NoBrowser("Chromium or its driver is missing: apt-get install chromium chromium-driver.")
    return browser, driver


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser with a new, empty profile; it and its driver are ended by the driver that was started here."""
    browser, driver = programs()
    with tempfile.TemporaryDirectory(prefix="mlesmith-browser-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = browser
        for word in (*OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        running = Chrome(options=options, service=ChromeService(driver))
        try:
            yield running
        finally:
            running.quit()


def emulate(browser: Chrome, *, scheme: str = "light", media: str = "", width: int = 1280, height: int = 900) -> None:
    """A color scheme, a medium ("print") and a size of the window; below 600 pixels it is a phone with touch."""
    # Less motion: nothing is still scrolling when it is clicked.
    wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    phone = width < 600
    size = {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def picture(browser: Chrome, path: Path, *, at: Mapping[str, float] | None = None) -> None:
    """The whole page as a PNG, or a part of it (`x`, `y`, `width`, `height` in pixels of the page)."""
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12_000), **(at or {}), "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    path.write_bytes(base64.b64decode(shot["data"]))


def printed(browser: Chrome, path: Path) -> None:
    """The page as a PDF, on A4."""
    settings = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True}
    path.write_bytes(base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", settings)["data"]))


def requests(browser: Chrome) -> list[str]:
    """The addresses that were asked for since the last call, of documents, scripts, pictures and all else."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


def complaints(browser: Chrome) -> list[str]:
    """What the console says of errors and warnings since the last call."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}]
