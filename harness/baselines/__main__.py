"""`python -m harness.baselines NAME --seed N`: read data/, fit, write submission.csv in the working directory."""

import argparse
import sys
import warnings
from pathlib import Path

from harness.baselines.contestants import CONTESTANTS, predict
from harness.baselines.problem import load_problem, write_answer

RULES = Path("/opt/mlesmith/rules.json")


def main() -> int:
    """Run one baseline; the exit code is 0 when a submission was written."""
    parser = argparse.ArgumentParser(prog="harness.baselines")
    parser.add_argument("name", choices=sorted(CONTESTANTS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--rules", type=Path, default=RULES)
    parser.add_argument("--out", type=Path, default=Path("submission.csv"))
    words = parser.parse_args()
    # A fit that has not quite converged is a weaker baseline, not news; the agent's log stays readable.
    warnings.filterwarnings("ignore")
    problem = load_problem(words.data, words.rules)
    write_answer(problem, predict(words.name, problem, words.seed), words.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
