"""`mlesmith doctor`: what works on this machine, found by doing it, and how to mend what does not."""

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from harness.errors import MachineError, MlesmithError
from mlesmith import trials

KEYS = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "OPENROUTER_API_KEY",
)
PACKAGES = ("mlesmith", "inspect-ai", "litellm", "docker", "numpy", "pandas", "scikit-learn", "skrub", "pyarrow")
LEAST_DISK_GIB, LEAST_MEMORY_GIB = 2, 4
BUBBLE, CONTAINER = "sandbox bubble", "sandbox container"


@dataclass(frozen=True)
class Examined:
    """One thing that was tried: whether it works (yes, partly, no), what was seen, and how to mend it if need be."""

    what: str
    works: str
    seen: str
    mend: str = ""

    def row(self) -> dict[str, object]:
        """The finding as plain values."""
        return asdict(self)


def examine() -> list[Examined]:
    """Try everything; a thing that fails is a finding, never an error."""
    bubble, container = tried(BUBBLE, trials.bubble), tried(CONTAINER, trials.container)
    keys = ", ".join(_keys()) or "none; the rules engine and the baselines need none"
    return [
        bubble,
        container,
        tried("sandbox docker", trials.docker),
        *([tried("warm starts", trials.warm)] if bubble.works != "no" else []),
        *_inside(next((one.what.split()[1] for one in (bubble, container) if one.works != "no"), None)),
        _disk(),
        _memory(),
        Examined("processors", "yes", f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} for this process"),
        Examined("keys that are set", "yes", keys),
        Examined("versions", "yes", ", ".join(_versions())),
    ]


def _inside(kind: str | None) -> list[Examined]:
    """What holds inside the sandbox that `auto` takes."""
    if kind is None:
        return []
    parts = {"memory limit": trials.memory_limit, "other limits": trials.other_limits, "network": trials.no_network}
    return [tried(f"{name} in {kind}", partial(trial, kind)) for name, trial in parts.items()]


def mends(findings: list[Examined]) -> dict[str, str]:
    """What to do, each once, with all that it mends."""
    found: dict[str, list[str]] = {}
    for one in findings:
        if one.mend:
            found.setdefault(one.mend, []).append(one.what)
    return {", ".join(names): mend for mend, names in found.items()}


def enough(findings: list[Examined]) -> bool:
    """Whether a sandbox of ours works, without which nothing runs."""
    return any(found.works != "no" for found in findings if found.what in {BUBBLE, CONTAINER})


def tried(name: str, trial: Callable[[], str]) -> Examined:
    """What came of a trial."""
    try:
        return Examined(name, "yes", trial())
    except trials.Weaker as weaker:
        return Examined(name, "partly", weaker.said, weaker.mend)
    except MachineError as error:
        return Examined(name, "no", error.said, error.mend)
    except (MlesmithError, OSError, RuntimeError) as error:
        return Examined(name, "no", str(error))


def _disk() -> Examined:
    from harness.places import cache_dir

    place = cache_dir()
    free = shutil.disk_usage(place).free >> 30
    seen = f"{free} GiB free for the cache in {place}"
    if free >= LEAST_DISK_GIB:
        return Examined("disk", "yes", seen)
    return Examined("disk", "no", seen, "Make room, or set MLESMITH_CACHE to a folder on another disk.")


def _memory() -> Examined:
    """What the kernel can give; a container's own limit may be lower and shows as that of its control group."""
    words = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines())
    whole, free = (int(words[name].split()[0]) >> 10 for name in ("MemTotal", "MemAvailable"))
    seen = f"{free / 1024:.1f} of {whole / 1024:.1f} GiB available"
    if free >= LEAST_MEMORY_GIB << 10:
        return Examined("memory", "yes", seen)
    return Examined("memory", "partly", seen, "Run one cell at a time (--jobs 1): each may take up to 2 GiB.")


def _keys() -> list[str]:
    """The names alone: a value is never shown."""
    return [name for name in KEYS if os.environ.get(name)]


def _versions() -> list[str]:
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} missing")
    return found
