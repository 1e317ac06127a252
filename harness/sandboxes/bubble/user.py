"""The user id that makes a sandbox: its own where root calls, a high one that owns nothing; else the caller's."""

import os
import secrets
from pathlib import Path

HIGH, MANY = 1_000_000_000, 1 << 24
LOWEST = 10_000


def sandbox_uid() -> int | None:
    """A user id to give up root for; None for a normal user, and for a root that is one only in a small namespace."""
    if os.geteuid() != 0:
        return None
    spans = mapped()
    if any(start <= HIGH and start + count >= HIGH + MANY for start, count in spans):
        return HIGH + secrets.randbelow(MANY)
    # Root in a container without root: of the ids that it was given, one of the upper half.
    start, count = max(spans, key=lambda span: span[1], default=(0, 0))
    if start + count <= LOWEST:
        return None
    return start + count - 2 - secrets.randbelow(count // 2)


def mapped() -> list[tuple[int, int]]:
    """The spans of user ids that exist here: first, count."""
    lines = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    return [(int(words[0]), int(words[2])) for words in map(str.split, lines)]
