"""An environment of its own for each peer, made once from the package index, and what a peer answers in it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Beside the peer itself what its rating code imports without asking for it.
REQUIREMENTS = {
    "arenakit": ("arenakit==0.1.1",),
    "fschat": ("fschat==0.2.36", "pandas", "plotly", "pytz", "scikit-learn", "tqdm"),
    "evalica": ("evalica==0.4.2",),
    "arena-rank": ("arena-rank==0.1.1",),
    "choix": ("choix==0.4.1", "scipy"),
}
# Processor time is asked for, and threads that wait for each other spend it: one thread each.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
MINUTES = 20


@dataclass(frozen=True)
class Failed:
    """A peer that gave no figure, and what was seen."""

    seen: str


def environment(peer: str, folder: Path) -> Path | Failed:
    """The interpreter of a peer's environment; made where it is not there."""
    place = folder / peer
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parents[2] / ".uv" / "bin"))
        make = [uv, "venv", "-q", str(place)] if uv else [sys.executable, "-m", "venv", str(place)]
        install = [uv, "pip", "install", "-q", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
        for command in (make, [*install, *REQUIREMENTS[peer]]):
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            if ended.returncode:
                return Failed(f"does not install: {last_line(ended.stderr)}")
        (place / "ready").touch()
    return python


def ask(peer: str, python: Path, case: Path, rounds: int, budget_s: float) -> dict[str, object] | Failed:
    """What `rating_peers.py` says of a peer on a case."""
    script = Path(__file__).with_name("rating_peers.py")
    command = [str(python), str(script), peer, str(case), str(rounds), str(budget_s)]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **ONE_THREAD}, timeout=60 * MINUTES
        )
    except subprocess.TimeoutExpired:
        return Failed(f"had not ended after {MINUTES} minutes")
    if ended.returncode:
        return Failed(last_line(ended.stderr) or f"ended with {ended.returncode}")
    found: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return Failed(str(found["refused"])) if "refused" in found else found


def last_line(text: str) -> str:
    """The last line that says anything."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
