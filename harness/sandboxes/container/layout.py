"""What is seen inside a container: the very places that `bubble` binds, read from its command line."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.places import cache_dir
from harness.sandboxes.bubble.arguments import Sources, environment, library, python, system, write_once
from harness.sandboxes.spec import WORKSPACE, SandboxSpec


@dataclass
class Layout:
    """Host paths by place inside (read-only), links by place, and the whole environment."""

    binds: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


def layout(spec: SandboxSpec, bytecode: Path | None) -> Layout:
    """The places and the environment of one sandbox."""
    # An empty folder bound over a place covers it; the engine's own empty file systems may copy what they cover.
    empty = str(cache_dir("sandbox", "empty"))
    found = Layout()
    sources = Sources(None)
    words = itertools.chain(system(sources), python(sources, bytecode), library(spec, sources), environment(spec))
    for word, values in _options(words):
        match word, values:
            case "--ro-bind", [source, place]:
                found.binds[place] = source
            case "--symlink", [target, place]:
                found.links[place] = target
            case "--tmpfs", [place]:
                found.binds[place] = empty
            case "--setenv", [name, value]:
                found.environment[name] = value
    for mount in spec.mounts:
        found.binds[mount.target] = str(mount.source.resolve())
    return found


def _options(words: Iterator[str]) -> Iterator[tuple[str, list[str]]]:
    counts = {"--ro-bind": 2, "--symlink": 2, "--setenv": 2, "--tmpfs": 1, "--remount-ro": 1}
    for word in words:
        yield word, [next(words) for _ in range(counts[word])]


def user_files(place: Path, uid: int) -> dict[str, str]:
    """Files of /etc that name a sandbox's user and no server of names: host paths by place inside."""
    texts = {
        "passwd": f"agent:x:{uid}:{uid}:agent:{WORKSPACE}:/bin/sh\n",
        "group": f"agent:x:{uid}:\n",
        "resolv.conf": "",
    }
    for name, text in texts.items():
        write_once(place / name, text)
    return {f"/etc/{name}": str(place / name) for name in texts}
