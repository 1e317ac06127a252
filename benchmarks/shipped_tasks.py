"""The results table that is committed: every task that ships, by every baseline and control, three epochs each.

`python -m benchmarks.shipped_tasks` runs them in real sandboxes and writes leaderboards/shipped_tasks/results.parquet
anew; `--log-dir` keeps the logs, and a folder that has some continues. The board is made of the table alone, by the
command that any user has (`REDRAWN`).
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from harness.agents.catalogue import AGENTS
from harness.places import shipped_tasks
from harness.results import read_results, write_results
from harness.runs import run
from leaderboards.table import KEY

HOUSE = Path(__file__).parents[1]
FOLDER = HOUSE / "leaderboards" / "shipped_tasks"
TABLE = FOLDER / "results.parquet"
EPOCHS = 3
SANDBOX = "bubble"
REMADE = "python -m benchmarks.shipped_tasks"
REDRAWN = "mlesmith leaderboard leaderboards/shipped_tasks/results.parquet --out leaderboards/shipped_tasks"
ELSEWHERE = ("log", "sample_uuid")  # they point into logs that are not committed


def agents() -> list[str]:
    """All that need no model, as in the quickstart: the baselines and the controls."""
    return [card.name for card in AGENTS.values() if card.kind in {"baseline", "control"}]


def committed(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as they are committed: in the order of their keys, with nothing that points into logs."""
    plain = cells.assign(**dict.fromkeys(ELSEWHERE, ""))
    return plain.sort_values(list(KEY), kind="stable", ignore_index=True)


def main() -> None:
    """Run what is missing in the log directory, and write the table unless a cell ended in an error."""
    parser = argparse.ArgumentParser(prog=REMADE, description=__doc__)
    parser.add_argument("--log-dir", type=Path, help="where the logs go; a temporary folder if it is not given")
    parser.add_argument("--jobs", type=int, default=0, help="sandboxes at once; 0: as many as there are processors")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logs = wanted.log_dir or Path(folder)
        tasks = [str(shipped_tasks())]
        run(agents(), [], tasks, epochs=EPOCHS, sandbox=SANDBOX, log_dir=logs, jobs=wanted.jobs)
        cells = read_results([logs])
    errors = cells[cells["status"] == "error"]
    if len(errors):
        raise SystemExit(f"{len(errors)} cells ended in an error, so nothing is written: {errors['task'].tolist()}")
    write_results(committed(cells), TABLE)
    print(f"{len(cells)} cells in {TABLE.relative_to(HOUSE)}. Next: {REDRAWN}")


if __name__ == "__main__":
    main()
