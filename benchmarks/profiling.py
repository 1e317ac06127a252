"""What profiling costs: `python benchmarks/profiling.py`.

A table of 100,000 rows by 50 columns (LaptopSales widened by its own columns, benchmarks/large_tables.py), one of
a million rows by 16 and one of 1,629 rows by 1,047; each read and profiled in a process of its own, the best of three.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from large_tables import laptops, mixed, wide

REPEATS = 3


def once(source: str) -> dict[str, float]:
    """Read and profile a source in this process: rows, columns, wall and processor seconds, peak megabytes."""
    from generation.profile.source import profile_source
    from harness.sources import resolve

    fetched = resolve(source)
    wall, cpu = time.perf_counter(), time.process_time()
    profile = profile_source(fetched)
    return {
        "rows": profile.raw_rows,
        "columns": len(profile.columns),
        "sampled": profile.sampled,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Run and print."""
    with tempfile.TemporaryDirectory(prefix="mlesmith-benchmark-") as name:
        folder = Path(name)
        sources = [str(mixed(100_000, 50, folder)), str(laptops(1_000_000, folder)), wide()]
        print("| table | rows | columns | rows looked at | wall s | CPU s | peak MB |")
        print("|---|---|---|---|---|---|---|")
        for source in sources:
            command = [sys.executable, __file__, source]
            runs = [json.loads(subprocess.check_output(command, text=True)) for _ in range(REPEATS)]
            best = min(runs, key=lambda run: run["wall"])
            print(
                f"| {Path(source.rpartition('#')[2]).name} | {best['rows']:,} | {best['columns']:,} "
                f"| {best['sampled']:,} | {best['wall']:.2f} | {best['cpu']:.2f} | {best['peak']:.0f} |"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(once(sys.argv[1])))
    else:
        main()
