"""What generating costs, from cold caches: `python benchmarks/generating.py [--large] [--sources FILE] [--only N]`.

Each source is generated from by a process of its own, with an empty cache, three formulations asked; everything
counts, downloads and rejected formulations too. Seconds a task are all seconds of a size class by its verified tasks.
`--large` also makes tasks of a table of a million rows and of one of a thousand columns (a real one tiled, and widened;
benchmarks/large_tables.py).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from large_tables import laptops, mixed
from measuring import Measured, measured

SOURCES = Path(__file__).parent / "generation_sources.txt"
SIZES = (1_000, 10_000)
ROWS = 1_000_000
WIDE = (2_000, 1_000)


@dataclass(frozen=True)
class Line:
    """What came of one source."""

    name: str
    rows: int
    drawn: int
    formulations: int
    verified: int
    measured: Measured


def generate(source: str, folder: Path) -> Line:
    """`mlesmith generate` of one source with everything in a folder of its own."""
    command = [sys.executable, "-m", "mlesmith", "generate", source, "--out", str(folder / "tasks"), "--json"]
    command += ["--log-dir", str(folder / "logs")]
    found = measured(command, {"MLESMITH_CACHE": str(folder / "cache")})
    if found.code not in (0, 1):
        raise SystemExit(f"{source} ended with exit code {found.code}:\n{found.output}")
    row = json.loads(found.output)["datasets"][0]
    return Line(row["name"] or source, row["rows"], row["drawn"], row["formulations"], row["verified"], found)


def show(lines: Sequence[Line]) -> None:
    """A table in Markdown."""
    print("| source | rows | of which drawn | formulations | verified | rejected | wall s | CPU s | wall s a task |")
    print("|---|---|---|---|---|---|---|---|---|")
    for line in lines:
        figures = line.measured
        each = f"{figures.wall_s / line.verified:.1f}" if line.verified else "–"
        print(
            f"| {line.name} | {line.rows:,} | {f'{line.drawn:,}' if line.drawn else 'all'} | {line.formulations} "
            f"| {line.verified} | {line.formulations - line.verified} | {figures.wall_s:.1f} | {figures.cpu_s:.1f} "
            f"| {each} |"
        )


def show_classes(lines: Sequence[Line]) -> None:
    """Seconds a verified task by size class."""
    print("\n| rows | sources | formulations | verified | wall s a task | CPU s a task |")
    print("|---|---|---|---|---|---|")
    least = 0
    for most in SIZES:
        some = [line for line in lines if least < line.rows <= most]
        verified = sum(line.verified for line in some)
        wall, cpu = (sum(getattr(line.measured, part) for line in some) for part in ("wall_s", "cpu_s"))
        each = (f"{wall / verified:.1f}", f"{cpu / verified:.1f}") if verified else ("–", "–")
        asked = sum(line.formulations for line in some)
        print(f"| up to {most:,} | {len(some)} | {asked} | {verified} | {each[0]} | {each[1]} |")
        least = most


def show_memory(lines: Sequence[Line]) -> None:
    """Peak memory of large tables."""
    print("\n| table | wall s | CPU s | peak MB of the program | peak MB with all its sandboxes |")
    print("|---|---|---|---|---|")
    for line in lines:
        found = line.measured
        print(
            f"| {line.name} | {found.wall_s:.1f} | {found.cpu_s:.1f} | {found.peak_mb:.0f} | {found.peak_all_mb:.0f} |"
        )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also a million rows, and a thousand columns")
    parser.add_argument("--only-large", action="store_true", help="nothing but these")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="a file of URIs, one a line")
    parser.add_argument("--only", type=int, default=None, help="the first N sources")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlesmith-benchmark-") as name:
        root = Path(name)
        root.chmod(0o755)
        if not words.only_large:
            uris = [uri for uri in words.sources.read_text(encoding="utf-8").split("\n") if uri and uri[0] != "#"]
            lines = [generate(uri, root / str(at)) for at, uri in enumerate(uris[: words.only])]
            show(lines)
            show_classes(lines)
        if words.large or words.only_large:
            lines = [
                generate(str(laptops(ROWS, root)), root / "rows"),
                generate(str(mixed(*WIDE, root)), root / "columns"),
            ]
            show(lines)
            show_memory(lines)


if __name__ == "__main__":
    main()
