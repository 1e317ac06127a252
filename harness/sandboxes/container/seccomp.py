"""Which system calls a container may make on Podman: what its own profile allows, without what makes namespaces.

Docker's profile refuses those as it is; Podman's lets containers make containers.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from harness.errors import MachineError
from harness.places import cache_dir
from harness.sandboxes.bubble.arguments import write_once

# Refused with EPERM; `clone3` with ENOSYS, as then C libraries take `clone`, whose flags a filter can read.
FORBIDDEN = (
    *("unshare", "setns", "mount", "umount", "umount2", "pivot_root", "fsopen", "fsmount", "fsconfig", "fspick"),
    *("move_mount", "open_tree", "mount_setattr", "keyctl", "add_key", "request_key"),
)
EPERM, ENOSYS = 1, 38
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
NAMESPACES = 0x7E020000
ALLOW, REFUSE = "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"


def narrowed(profile: dict[str, Any]) -> dict[str, Any]:
    """A profile in the form of Docker and Podman, without the calls that make or enter namespaces."""
    gone = {*FORBIDDEN, "clone", "clone3"}
    rules = []
    for rule in profile["syscalls"]:
        names = [name for name in rule["names"] if name not in gone or rule["action"] != ALLOW]
        if names:
            rules.append({**rule, "names": names})
    plain = {"index": 0, "value": NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    rules += [
        {"names": ["clone"], "action": ALLOW, "args": [plain]},
        {"names": ["clone3"], "action": REFUSE, "errnoRet": ENOSYS},
        {"names": [*FORBIDDEN], "action": REFUSE, "errnoRet": EPERM},
    ]
    return {**profile, "syscalls": rules}


def narrowed_file(path: str) -> str:
    """The narrowed form of the profile that the engine uses, as a file for it.

    Raises:
        MachineError: the profile can't be read here.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        profile = narrowed(json.loads(text))
    except (OSError, ValueError, KeyError) as error:
        raise MachineError(
            f"Podman's profile of system calls ({path or 'none is named'}) can't be read: {error}.",
            "Install the package containers-common (Debian: golang-github-containers-common).",
        ) from error
    place = cache_dir("sandbox") / f"seccomp-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    write_once(place, json.dumps(profile))
    return str(place)
