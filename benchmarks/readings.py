"""What the battery finds in competitions of MLE-Dojo: `python -m benchmarks.readings CHECKOUT [--only NAME]…`.

CHECKOUT is a clone of github.com/MLE-Dojo/MLE-Dojo. Of each competition in `benchmarks.competitions` the structure is
read as it stands; then it is made executable (`benchmarks.wrapping`) and the other layers are asked, in this machine's
sandbox. Prints of each how many checks passed, then each that did not, with its evidence. `--code` asks the checks that
read code alone of every competition of the checkout: nothing is executed and no data needed.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.competitions import COMPETITIONS, Competition
from benchmarks.wrapping import as_it_stands, executable, has_prepare, nominal_card, write_raw
from generation.profile.reading import detect, read_text
from generation.verification.battery import verify
from generation.verification.evidence import Evidence
from generation.verification.findings import Verdict
from generation.verification.registry import chosen
from generation.verification.report import CheckResult
from harness.errors import MlesmithError
from harness.package import TaskPackage
from harness.sources import resolve

BEYOND = ("data", "grading", "execution")
OF_CODE = (
    *("structure.parses", "structure.signature", "structure.no_stub", "structure.no_network_imports"),
    *("structure.no_absolute_path", "structure.no_deletion", "structure.no_dynamic_code", "structure.no_ambient_input"),
)
LONGEST = 400


@dataclass(frozen=True)
class Reading:
    """What was found in one competition; `stopped` says why the rest could not be asked."""

    name: str
    differs: str
    split: str
    checks: tuple[CheckResult, ...]
    stopped: str = ""

    @property
    def failed(self) -> list[CheckResult]:
        return [check for check in self.checks if check.verdict is Verdict.FAIL]

    @property
    def not_run(self) -> list[CheckResult]:
        return [check for check in self.checks if check.verdict is Verdict.NOT_RUN]


async def read(competition: Competition, checkout: Path) -> Reading:
    """The battery on one competition."""
    split = "theirs" if has_prepare(competition, checkout) else "ours (their prepare.py is a stub)"
    with tempfile.TemporaryDirectory(prefix="mlesmith-readings-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        checks: tuple[CheckResult, ...] = ()
        try:
            source = resolve(competition.uri).path
            raw = write_raw(competition, read_text(source, detect(source)), folder)
            checks = (await verify(as_it_stands(competition, checkout, raw), only=["structure"])).checks
            checks += (await verify(executable(competition, checkout, raw), only=BEYOND)).checks
        except MlesmithError as error:
            return Reading(competition.name, competition.differs, split, checks, str(error))
    return Reading(competition.name, competition.differs, split, checks)


def survey(checkout: Path) -> dict[str, list[str]]:
    """For each check of code the competitions that fail it, each with the evidence."""
    found: dict[str, list[str]] = {name: [] for name in OF_CODE}
    for folder in sorted((checkout / "mledojo" / "competitions").iterdir()):
        code = {name: folder / "utils" / name for name in ("prepare.py", "metric.py")}
        if not all(path.is_file() for path in code.values()):
            continue
        texts = {name: path.read_text(encoding="utf-8") for name, path in code.items()}
        evidence = Evidence(TaskPackage(nominal_card(), texts))
        for check in chosen(OF_CODE):
            finding = check.run(evidence)
            if finding.verdict is Verdict.FAIL:
                found[check.id].append(f"{folder.name}: {finding.evidence}")
    return found


def show(reading: Reading) -> None:
    """A competition's row, and what did not pass."""
    counts = Counter(check.verdict for check in reading.checks)
    needless = sum(not check.applies for check in reading.not_run)
    print(f"## {reading.name}: {counts[Verdict.PASS]} pass, {counts[Verdict.FAIL]} fail, ", end="")
    print(f"{counts[Verdict.NOT_RUN] - needless} not run, {needless} do not apply; split {reading.split}")
    if reading.differs:
        print(f"data: {reading.differs}")
    if reading.stopped:
        print(f"stopped: {reading.stopped[:LONGEST]}")
    for check in (*reading.failed, *(check for check in reading.not_run if check.applies)):
        figure = "" if check.figure is None else f" ({check.figure:.4g}, limit {check.limit:.4g})"
        print(f"- {check.id} {check.verdict.value}{figure} {check.where}: {check.evidence[:LONGEST]}")
    print(flush=True)


def main() -> None:
    """Read and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="a clone of github.com/MLE-Dojo/MLE-Dojo")
    parser.add_argument("--only", action="append", help="the name of a competition")
    parser.add_argument("--code", action="store_true", help="the code of all competitions, read and not executed")
    words = parser.parse_args()
    if not (words.checkout / "mledojo" / "competitions").is_dir():
        parser.error("CHECKOUT must be a clone of github.com/MLE-Dojo/MLE-Dojo: it holds mledojo/competitions.")
    if words.code:
        for name, failed in survey(words.checkout).items():
            print(f"{len(failed):4} {name}")
            print("".join(f"       {line[:LONGEST]}\n" for line in failed), end="")
        return
    for competition in COMPETITIONS:
        if not words.only or competition.name in words.only:
            show(asyncio.run(read(competition, words.checkout)))


if __name__ == "__main__":
    main()
