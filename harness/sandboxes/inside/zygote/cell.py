"""One sandbox as a fork: namespaces of its own, a root of its own with what it was given, no capability, limits.

It shows what bubblewrap would show for the same specification, and is tested by the same tests.
"""

import os
import resource
from typing import Any

from harness.sandboxes.inside.zygote import system

NEW_ROOT, OLD_ROOT = "/tmp", "/.old"  # noqa: S108  (the zygote's own, covered before it is used)
NAMESPACES = system.NEWUSER | system.NEWNS | system.NEWPID | system.NEWIPC | system.NEWNET
Job = dict[str, Any]


def separate() -> None:
    """Namespaces of its own, with its user id alone; the process namespace holds for the next fork."""
    user, group = os.getuid(), os.getgid()
    system.call("unshare", NAMESPACES)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def furnish(job: Job) -> None:
    """The root of this sandbox; called by its process 1."""
    system.mount("none", "/", None, system.REC | system.PRIVATE)
    system.mount("tmpfs", NEW_ROOT, "tmpfs", system.NOSUID | system.NODEV, "mode=0755,size=1m")
    _graft("/", {*job["places"], *(target for target, _ in job["binds"]), *job["hidden"], "/proc"})
    _open(job)
    for target, source in job["binds"]:
        _bind(source, target)
    _enter()
    system.raise_loopback()


def _graft(folder: str, kept: set[str]) -> None:
    """Show the zygote's own tree, but for what is this sandbox's own; folders on the way to that are made anew."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if path in kept or path == NEW_ROOT:
            continue
        if os.path.islink(path):
            os.symlink(os.readlink(path), NEW_ROOT + path)
        elif any(place.startswith(f"{path}/") for place in kept) and path != "/dev":
            _make_folder(path)
            _graft(path, kept)
        else:
            _bind(path, path)


def _open(job: Job) -> None:
    """The writable folders, each a file system with a size, and the kernel's own."""
    for place, size in job["places"].items():
        _make_folder(place)
        system.mount("tmpfs", NEW_ROOT + place, "tmpfs", system.NOSUID | system.NODEV, f"mode=0755,size={size}")
    _make_folder("/proc")
    system.mount("proc", f"{NEW_ROOT}/proc", "proc", system.NOSUID | system.NODEV | system.NOEXEC)
    terminals = "newinstance,ptmxmode=0666,mode=620"
    system.mount("devpts", f"{NEW_ROOT}/dev/pts", "devpts", system.NOSUID | system.NOEXEC, terminals)


def _bind(source: str, target: str) -> None:
    place = NEW_ROOT + target
    if os.path.isdir(source):
        os.makedirs(place, 0o755, exist_ok=True)
    else:
        _make_folder(os.path.dirname(target))
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    system.bind(source, place)


def _make_folder(path: str) -> None:
    os.makedirs(NEW_ROOT + path, 0o755, exist_ok=True)


def _enter() -> None:
    os.mkdir(NEW_ROOT + OLD_ROOT, 0o700)
    system.pivot(NEW_ROOT, NEW_ROOT + OLD_ROOT)
    os.chdir("/")
    system.leave(OLD_ROOT)
    os.rmdir(OLD_ROOT)
    flags = system.BIND | system.REMOUNT | system.RDONLY | system.NOSUID | system.NODEV
    system.mount("none", "/", None, flags)


def close_behind(job: Job) -> None:
    """The last step: no further namespaces, no privilege, the limits."""
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    system.give_up_capabilities()
    for name, value in job["rlimits"].items():
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (bound, bound))
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["cwd"])
