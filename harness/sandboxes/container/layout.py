"""What is seen inside a container: the very places that `bubble` binds, read from its command line."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from harness.places import cache_dir
from harness.sandboxes.bubble.arguments import (
    INSIDE_ID,
    Sources,
    library,
    python,
    system,
    variables,
    write_once,
)
from harness.sandboxes.bubble.user import HIGH
from harness.sandboxes.spec import WORKSPACE, SandboxSpec

# The user ids of sandboxes; the image names them all, as the files of a container's /etc are the image's. Where the
# engine maps ids there are 65,536 of them in all.
USERS, LOW = 4096, 30_000
# One more of each, for what makes one configuration for many sandboxes.
NAMED = (INSIDE_ID, *range(LOW, LOW + USERS + 1), *range(HIGH, HIGH + USERS + 1))


def user(number: int, *, maps_ids: bool) -> int:
    """The id of the user inside: one that owns nothing, and of each sandbox alone: processes are counted by user.

    The same number is the same user again after `USERS` of them.
    """
    return (LOW if maps_ids else HIGH) + number % USERS


def shared_user(*, maps_ids: bool) -> int:
    """The id of the user inside where sandboxes share one configuration."""
    return (LOW if maps_ids else HIGH) + USERS


@dataclass
class Layout:
    """Host paths by place inside (read-only), links by place, and the whole environment."""

    binds: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


@cache  # thousands of users, and each place inside is compared with these names
def etc() -> Mapping[str, str]:
    """The files of /etc that are the image's: text by name."""
    return {
        "passwd": "".join(f"agent:x:{uid}:{uid}:agent:{WORKSPACE}:/bin/sh\n" for uid in NAMED),
        "group": "".join(f"agent:x:{uid}:\n" for uid in NAMED),
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def given(spec: SandboxSpec) -> Layout:
    """What one sandbox is given on top: mlesmith's own code that runs inside, its mounts and its environment."""
    found = _read(library(spec, Sources(None)))
    # The engine would put in its own.
    empty = cache_dir("sandbox") / "nothing"
    write_once(empty, "")
    found.binds["/etc/resolv.conf"] = str(empty)
    for mount in spec.mounts:
        found.binds[mount.target] = str(mount.source.resolve())
    found.environment = variables(spec)
    return found


def links() -> dict[str, str]:
    """The links of the image where the system and Python are bound: target by place."""
    return layout(SandboxSpec(), None).links


def layout(spec: SandboxSpec, bytecode: Path | None) -> Layout:
    """The places and the environment of one sandbox where the engine sees this machine's files."""
    sources = Sources(None)
    found, own = _read(itertools.chain(system(sources), python(sources, bytecode))), given(spec)
    return Layout({**found.binds, **own.binds}, found.links, own.environment)


def _read(words: Iterable[str]) -> Layout:
    # An empty folder bound over a place covers it; the engine's own empty file systems may copy what they cover.
    empty = str(cache_dir("sandbox", "empty"))
    found = Layout()
    for word, values in _options(iter(words)):
        match word, values:
            case "--ro-bind", [source, place] if place.removeprefix("/etc/") not in etc():
                found.binds[place] = source
            case "--symlink", [target, place]:
                found.links[place] = target
            case "--tmpfs", [place]:
                found.binds[place] = empty
    return found


def _options(words: Iterator[str]) -> Iterator[tuple[str, list[str]]]:
    counts = {"--ro-bind": 2, "--symlink": 2, "--tmpfs": 1, "--remount-ro": 1}
    for word in words:
        yield word, [next(words) for _ in range(counts[word])]
