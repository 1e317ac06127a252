"""The page in a real browser: what it asks for, sorting by hand and by keyboard, on a phone, in the dark, on paper."""

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from benchmarks.browser import complaints, emulate, printed, requests
from benchmarks.page import AGENTS, TASKS, synthetic
from leaderboards.agreement import agreement
from leaderboards.board import board
from leaderboards.categories import DIMENSIONS
from leaderboards.report import GenerationSummary, Listing, log_links, write_report
from leaderboards.report.page import Contents, render_page
from leaderboards.results import read_table
from tests.leaderboards.tables import HOSTILE, STRENGTHS, results, two_collections

pytestmark = pytest.mark.xdist_group("browser")

NAMES = {**STRENGTHS, HOSTILE: 0.4, "react@provider/a-model-with-a-long-name-2026-11-26": 0.3}
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "narrow phone": (320, 640)}
# https://www.w3.org/TR/WCAG22/#contrast-minimum: text against what is behind it
LEAST_CONTRAST = 4.5
TEXTS = ("ink", "muted", "accent", "good", "bad")
GROUNDS = ("page", "panel")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each state."""
    folder = tmp_path_factory.mktemp("pages")
    table = pd.concat(two_collections(NAMES).values(), ignore_index=True)
    table = table.assign(log="one log.eval", modality="tabular", cost_usd=0.25, sample_uuid="aB1")
    boards = {"All tasks": board(table, by=DIMENSIONS)}
    boards |= {name: board(table[table["collection"] == name], title=name) for name in ("generated", "curated")}
    made = GenerationSummary({"datasets": 9}, rejected=Listing.of([{"formulation": "x", "reason": "weak " * 80}]))
    links = log_links(read_table(table).frame, "http://127.0.0.1:7575", "logs", {})
    found = {
        "usual": write_report(
            folder / "usual", boards, agreement=agreement(boards["curated"], boards["generated"]), generation=made,
            links=links,
        ),
        "one agent": write_report(folder / "one", board(results({"linear": 0.0}, 3))),
        "large": folder / "large.html",
    }  # fmt: skip
    large = board(synthetic(AGENTS, TASKS), rounds=20)
    found["large"].write_text(render_page(Contents("Large", {"All tasks": large})), encoding="utf-8")
    return found


def opened(browser: Chrome, page: Path, *, scheme: str = "light", size: str = "desktop") -> Chrome:
    """The page as it stands once its charts are drawn."""
    width, height = SIZES[size]
    emulate(browser, scheme=scheme, width=width, height=height)
    browser.get("about:blank")
    requests(browser), complaints(browser)
    browser.get(page.as_uri())
    ready = "return !document.querySelector('.chart') || document.documentElement.dataset.charts === 'drawn'"
    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(ready))
    return browser


def column(table: WebElement, index: int) -> list[str]:
    """The visible cells of a column."""
    script = """return Array.from(arguments[0].tBodies[0].rows).filter((row) => row.offsetParent !== null)
        .map((row) => row.children[arguments[1]].textContent.trim())"""
    cells = table.parent.execute_script(script, table, index)
    assert isinstance(cells, list)
    return cells


def wide(browser: Chrome) -> int:
    """How wide the page is; a phone's own window grows with what stands out of it, so that is no measure."""
    return int(browser.execute_script("return document.documentElement.scrollWidth"))


def focused(browser: Chrome) -> WebElement:
    return browser.switch_to.active_element


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["usual", "one agent"])
def test_every_state_stands(browser: Chrome, pages: dict[str, Path], state: str, scheme: str, size: str) -> None:
    """No request but for the file itself, no complaint, every chart drawn, nothing wider than the window."""
    opened(browser, pages[state], scheme=scheme, size=size)
    asked = {url for url in requests(browser) if not url.startswith(("data:", "blob:", "chrome:", "about:"))}
    assert asked == {pages[state].as_uri()}
    assert complaints(browser) == []
    assert wide(browser) <= SIZES[size][0]
    charts = browser.find_elements(By.CSS_SELECTOR, ".chart")
    assert len(charts) == (6 if state == "usual" else 0)
    for chart in charts:
        assert chart.find_elements(By.CSS_SELECTOR, ".main-svg"), chart.get_attribute("id")
        assert "failed" not in str(chart.get_attribute("class"))


def test_one_agent_is_told_what_is_missing(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["one agent"])
    assert "Ratings need two contestants." in browser.find_element(By.TAG_NAME, "main").text


def test_a_click_sorts_and_another_turns_the_order(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])
    table = browser.find_element(By.CSS_SELECTOR, "#board-0 table")
    header = table.find_elements(By.CSS_SELECTOR, "thead th")[1]
    header.find_element(By.TAG_NAME, "button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    up = column(table, 1)
    header.find_element(By.TAG_NAME, "button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert column(table, 1) == up[::-1] != up
    assert len(table.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1


def test_numbers_are_sorted_as_numbers_from_the_largest(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])
    table = browser.find_element(By.ID, "task-table")
    names = [header.text for header in table.find_elements(By.CSS_SELECTOR, "thead th")]
    place = names.index("Discrimination")
    table.find_elements(By.CSS_SELECTOR, "thead th")[place].find_element(By.TAG_NAME, "button").click()
    values = [float(cell.replace("−", "-")) for cell in column(table, place) if cell != "–"]
    assert len(values) == 28
    assert values == sorted(values, reverse=True)


def test_the_keyboard_sorts(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])
    table = browser.find_element(By.CSS_SELECTOR, "#board-0 table")
    header = table.find_elements(By.CSS_SELECTOR, "thead th")[1]
    table.find_element(By.CSS_SELECTOR, "thead button").send_keys(Keys.TAB)
    assert focused(browser) == header.find_element(By.TAG_NAME, "button")
    seen = []
    for key in (Keys.ENTER, Keys.SPACE, Keys.ENTER):
        focused(browser).send_keys(key)
        seen.append((header.get_attribute("aria-sort"), column(table, 1)))
    assert [order for order, _ in seen] == ["ascending", "descending", "ascending"]
    assert seen[0][1] == seen[1][1][::-1] == seen[2][1]


def test_the_keyboard_reaches_the_board_and_the_sets(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert focused(browser).text == "Skip to the leaderboard"
    first, second = browser.find_elements(By.CSS_SELECTOR, "[role=tab]")[:2]
    first.send_keys(Keys.ARROW_RIGHT)
    assert focused(browser) == second
    shown = [panel.is_displayed() for panel in browser.find_elements(By.CSS_SELECTOR, "[role=tabpanel]")]
    assert shown == [False, True, False]
    second.send_keys(Keys.TAB)
    assert focused(browser).text.startswith("Rank")


def test_a_name_that_is_a_script_is_text(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])  # an alert would stop the driver here
    assert HOSTILE in column(browser.find_element(By.CSS_SELECTOR, "#board-0 table"), 1)
    assert browser.find_elements(By.CSS_SELECTOR, "main script, svg script") == []
    labels = browser.execute_script("return document.getElementById('chart-ratings').textContent")
    assert HOSTILE in labels


def test_the_theme_follows_the_reader(browser: Chrome, pages: dict[str, Path]) -> None:
    """Also while the page is open, charts included."""
    opened(browser, pages["usual"])
    script = """const text = document.querySelector("#chart-ratings .ytick text");
        return [getComputedStyle(document.body).backgroundColor, getComputedStyle(text).fill]"""
    light = browser.execute_script(script)
    emulate(browser, scheme="dark")
    WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(script)[1] != light[1])
    assert browser.execute_script(script)[0] != light[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out(browser: Chrome, pages: dict[str, Path], scheme: str) -> None:
    opened(browser, pages["one agent"], scheme=scheme)
    colours = browser.execute_script(
        """const style = getComputedStyle(document.documentElement);
        return Object.fromEntries(arguments[0].map((name) => [name, style.getPropertyValue("--" + name).trim()]))""",
        [*TEXTS, *GROUNDS, "warn", "warnwash"],
    )
    for text, ground in [*((text, ground) for text in TEXTS for ground in GROUNDS), ("warn", "warnwash")]:
        assert contrast(colours[text], colours[ground]) >= LEAST_CONTRAST, (text, ground)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 of two colours #rgb or #rrggbb."""
    light = sorted((luminance(one), luminance(other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_it_prints_with_everything_open(browser: Chrome, pages: dict[str, Path], tmp_path: Path) -> None:
    opened(browser, pages["usual"])
    closed = browser.find_elements(By.CSS_SELECTOR, "details:not([open])")
    assert closed
    assert not closed[0].find_element(By.TAG_NAME, "table").is_displayed()
    emulate(browser, media="print")
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert all(one.find_element(By.TAG_NAME, "table").is_displayed() for one in closed)
    assert all(panel.is_displayed() for panel in browser.find_elements(By.CSS_SELECTOR, "[role=tabpanel]"))
    assert not browser.find_element(By.TAG_NAME, "nav").is_displayed()
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(browser.find_elements(By.CSS_SELECTOR, "details:not([open])")) == len(closed)
    printed(browser, tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_charts_are_scaled_to_the_paper_and_not_cut(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])
    emulate(browser, media="print")
    script = """
        const place = document.querySelector(".chart"); place.style.width = "400px";
        return Array.from(place.querySelectorAll(".main-svg"), (layer) => [
          layer.getBoundingClientRect().width, layer.viewBox.baseVal.width, place.getBoundingClientRect().height])"""
    layers = browser.execute_script(script)
    assert layers
    for shown, drawn, high in layers:
        assert shown == pytest.approx(400, abs=1)
        assert drawn > 800
        assert high < 400


def test_links_lead_into_inspects_viewer(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["usual"])
    for table, words in (("#board-0", "#/logs/one%20log.eval"), ("#tasks", "/samples/sample_uuid/aB1")):
        link = browser.find_element(By.CSS_SELECTOR, f"{table} a[target=_blank]")
        assert str(link.get_attribute("href")).startswith("http://127.0.0.1:7575/#/logs/")
        assert words in str(link.get_attribute("href"))
    assert "inspect view --log-dir logs" in browser.find_element(By.ID, "method").text


def test_a_long_table_is_shown_in_part_and_searched(browser: Chrome, pages: dict[str, Path]) -> None:
    opened(browser, pages["large"])
    assert wide(browser) <= SIZES["desktop"][0]
    table, tools = browser.find_element(By.ID, "task-table"), browser.find_element(By.CSS_SELECTOR, ".tools")
    assert len(column(table, 0)) == 100
    tools.find_element(By.TAG_NAME, "input").send_keys("0666_target")
    assert column(table, 0) == ["dataset_0666_target_0", "dataset_0666_target_1"]
    assert "2 found" in tools.text
    tools.find_element(By.TAG_NAME, "input").send_keys(*[Keys.BACKSPACE] * 11)
    table.find_element(By.CSS_SELECTOR, "thead button").send_keys(Keys.ENTER, Keys.ENTER)
    names = column(table, 0)
    assert (len(names), names[0]) == (100, "dataset_0666_target_1")
    assert all(one >= other for one, other in pairwise(names))
    tools.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert len(column(table, 0)) == TASKS
