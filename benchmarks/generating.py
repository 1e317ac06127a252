"""What generating costs, from cold caches: `python benchmarks/generating.py [--large] [--sources FILE] [--only N]`.

The twenty sources are generated from by one process for each size class, with an empty cache, three formulations asked
of each; everything counts, downloads and rejected formulations too. Seconds a task are a class's by its verified tasks.
`--large` also makes tasks of a table of a million rows and of one of a thousand columns (a real one tiled, and widened;
benchmarks/large_tables.py).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from large_tables import laptops, mixed
from measuring import Measured, measured

SOURCES = Path(__file__).parent / "generation_sources.txt"
ROWS = 1_000_000
WIDE = (2_000, 1_000)


@dataclass(frozen=True)
class Line:
    """What came of the sources of one run."""

    name: str
    sources: Sequence[Mapping[str, Any]]
    measured: Measured

    def count(self, what: str) -> int:
        """The sum over the sources: of `formulations` or `verified`."""
        return sum(int(source[what]) for source in self.sources)


def generate(name: str, sources: Sequence[str], folder: Path) -> Line:
    """`mlesmith generate` of sources with everything in a folder of its own."""
    folder.mkdir()
    folder.chmod(0o755)
    command = [sys.executable, "-m", "mlesmith", "generate", *sources, "--out", str(folder / "tasks"), "--json"]
    command += ["--log-dir", str(folder / "logs")]
    print(f"{name}: generating from {len(sources)} sources", file=sys.stderr, flush=True)
    found = measured(command, {"MLESMITH_CACHE": str(folder / "cache")})
    if found.code not in (0, 1):
        raise SystemExit(f"{name} ended with exit code {found.code}:\n{found.output}")
    # With exit code 1 (no task of some source) what it said to standard error follows.
    report, _ = json.JSONDecoder().raw_decode(found.output)
    return Line(name, report["datasets"], found)


def show_sources(lines: Sequence[Line]) -> None:
    """What came of each source, in Markdown."""
    print("| source | rows | of which drawn | columns | formulations | verified |")
    print("|---|---|---|---|---|---|")
    for line in lines:
        for row in line.sources:
            drawn = f"{row['drawn']:,}" if row["drawn"] else "all"
            print(
                f"| {row['name'] or row['source']} | {row['rows']:,} | {drawn} | {row['columns']} "
                f"| {row['formulations']} | {row['verified']} |"
            )


def show_costs(lines: Sequence[Line]) -> None:
    """What the runs took, and seconds a verified task."""
    print("\n| run | formulations | verified | wall s | CPU s | of which the program | wall s a task ", end="")
    print("| peak MB of the program | with all its sandboxes |\n|---|---|---|---|---|---|---|---|---|")
    for line in lines:
        cost, verified = line.measured, line.count("verified")
        each = f"{cost.wall_s / verified:.1f}" if verified else "–"
        print(
            f"| {line.name} | {line.count('formulations')} | {verified} | {cost.wall_s:.1f} | {cost.cpu_s:.1f} "
            f"| {cost.own_s:.1f} | {each} | {cost.peak_mb:.0f} | {cost.peak_all_mb:.0f} |"
        )


def classes(path: Path) -> dict[str, list[str]]:
    """The URIs of a file by size class: below a line `# up to N rows` those of that class."""
    found: dict[str, list[str]] = {}
    for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("# up to "):
            found[line.removeprefix("# ")] = []
        elif not line.startswith("#"):
            found.setdefault(next(reversed(found), "all"), []).append(line)
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also a million rows, and a thousand columns")
    parser.add_argument("--only-large", action="store_true", help="nothing but these")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="a file of URIs, one a line")
    parser.add_argument("--only", type=int, default=None, help="the first N sources of each class")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlesmith-benchmark-") as name:
        root, lines = Path(name), []
        root.chmod(0o755)
        if not words.only_large:
            for place, (size, uris) in enumerate(classes(words.sources).items()):
                lines.append(generate(size, uris[: words.only], root / str(place)))
        if words.large or words.only_large:
            lines.append(generate("a million rows", [str(laptops(ROWS, root))], root / "rows"))
            lines.append(generate("a thousand columns", [str(mixed(*WIDE, root))], root / "columns"))
        show_sources(lines)
        show_costs(lines)


if __name__ == "__main__":
    main()
