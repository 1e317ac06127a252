"""How heavy the page is: `python -m benchmarks.page` writes one of 50 agents on 2,000 tasks and opens it in Chromium.

The scores are synthetic (agents of graded strength with Gumbel noise): what is measured is the page, not the agents.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from benchmarks.browser import Chrome, chromium, emulate
from leaderboards.agreement import Agreement, agreement
from leaderboards.board import Board, board
from leaderboards.categories import DIMENSIONS
from leaderboards.report import write_report

AGENTS, TASKS = 50, 2000
LOADS = 5
DRAWN = """
const done = arguments[arguments.length - 1];
(function wait() {
  const [mark] = performance.getEntriesByName("charts drawn");
  mark ? done(mark.startTime) : setTimeout(wait, 20);
})();
"""

Made = TypeVar("Made")


def synthetic(agents: int, tasks: int, seed: int = 0) -> pd.DataFrame:
    """A results table with all that a page can show; three tasks a dataset, a quarter of them curated."""
    rng = np.random.default_rng(seed)
    of_task, of_agent = np.divmod(np.arange(tasks * agents), agents)
    higher = rng.random(tasks) < 0.5
    skill = np.linspace(-1.5, 1.5, agents)[of_agent] + rng.gumbel(0, 1, tasks * agents)
    failed = rng.random(tasks * agents) < 0.03
    names = np.array([f"agent{i:02d}@provider/model-{i % 7}" for i in range(agents)])
    cost, seconds = rng.lognormal(-2, 1, agents), rng.lognormal(4, 1, agents)
    task = pd.DataFrame(
        {
            "task": [f"dataset_{i // 3:04d}_target_{i % 3}" for i in range(tasks)],
            "collection": np.where(np.arange(tasks) < tasks // 4, "curated", "generated"),
            "cluster": [f"dataset_{i // 3:04d}" for i in range(tasks)],
            "modality": rng.choice(["tabular", "text", "image", "audio", "series"], tasks),
            "objective": rng.choice(["regression", "binary", "multiclass"], tasks),
            "difficulty": rng.choice(["easy", "medium", "hard"], tasks),
            "metric": np.where(higher, "roc_auc", "rmse"),
            "direction": np.where(higher, "maximize", "minimize"),
        }
    )
    return task.iloc[of_task].assign(
        contestant=names[of_agent],
        family=[f"family{i % 9}" for i in of_agent],
        model=[f"provider/model-{i % 7}" for i in of_agent],
        decimals=5,
        epoch=1,
        status=np.where(failed, "invalid", "graded"),
        score=np.where(failed, np.nan, 20 + np.where(higher[of_task], 1, -1) * skill),
        seconds=seconds[of_agent],
        cost_usd=cost[of_agent],
        data_hash="synthetic",
        log=[f"agent{i:02d}.eval" for i in of_agent],
    )


def rated(table: pd.DataFrame) -> tuple[dict[str, Board], Agreement]:
    """What `mlesmith leaderboard` rates: everything with its categories, each collection, and how they agree."""
    boards = {"All tasks": board(table, by=DIMENSIONS)}
    for name in ("generated", "curated"):
        boards[name] = board(table[table["collection"] == name], title=name)
    return boards, agreement(boards["curated"], boards["generated"])


def timed(work: Callable[[], Made], what: str) -> Made:
    """Do something and print how long it took."""
    began, busy = time.perf_counter(), time.process_time()
    made = work()
    print(f"{what:<31} {time.perf_counter() - began:6.2f} s, processor {time.process_time() - busy:.2f} s")
    return made


def load_seconds(browser: Chrome, page: Path) -> tuple[float, float, float]:
    """Seconds from navigation to the load event and to the last chart, and of processor time until then."""
    browser.get("about:blank")
    browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    browser.get(page.as_uri())
    loaded = browser.execute_script("return performance.getEntriesByType('navigation')[0].loadEventEnd")
    drawn = browser.execute_async_script(DRAWN)
    counters = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    busy = next(one["value"] for one in counters if one["name"] == "ThreadTime")
    browser.execute_cdp_cmd("Performance.disable", {})
    return loaded / 1000, drawn / 1000, busy


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=AGENTS)
    parser.add_argument("--tasks", type=int, default=TASKS)
    chosen = parser.parse_args()
    print(f"{chosen.agents} agents x {chosen.tasks} tasks, synthetic scores")
    table = synthetic(chosen.agents, chosen.tasks)
    boards, found = timed(lambda: rated(table), "rated and compared")
    with tempfile.TemporaryDirectory() as folder:
        page = timed(lambda: write_report(Path(folder), boards, agreement=found), "all files written")
        print(f"{'the page':<31} {page.stat().st_size / 1e6:6.2f} MB")
        with chromium() as browser:
            emulate(browser)
            loads = [load_seconds(browser, page) for _ in range(LOADS)]
    names = ("load event", "every chart drawn", "processor until then")
    for name, values in zip(names, zip(*loads, strict=True), strict=True):
        print(f"{name:<31} {statistics.median(values):6.2f} s, at most {max(values):.2f} s of {LOADS}")


if __name__ == "__main__":
    main()
