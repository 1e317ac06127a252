"""Becomes bubblewrap: sets limits, and started by root gathers what is to be seen inside and drops root for good.

Root-owned files would be readable inside if bubblewrap were started by root, so it is started by a high user id that
owns nothing. That id could not open folders below a closed home (a Python of root's, a cache), so every source is
first bound into a stage that only this process's mount namespace has.
"""

import ctypes
import json
import os
import resource
import sys

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 0x1000, 0x4000, 1 << 18, 2, 4


def call(function: str, *args: object) -> None:
    """A system call of the C library that raises with its name when it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}", str(args[1] if len(args) > 1 else ""))


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [word.encode() if word is not None else None for word in (source, target, kind)]
    call("mount", *words, ctypes.c_ulong(flags), data.encode() if data is not None else None)


def gather(stage: str, sources: dict[str, str]) -> None:
    """Bind each source to its place on the stage."""
    call("unshare", CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m")
    for place, source in sources.items():
        target = f"{stage}/{place}"
        if os.path.isdir(source):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        mount(source, target, None, MS_BIND | MS_REC)


def limit(rlimits: dict[str, int], groups: list[str]) -> None:
    for path in groups:
        with open(path, "w") as procs:
            procs.write(str(os.getpid()))
    for name, value in rlimits.items():
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (bound, bound))


def main() -> None:
    job = json.loads(sys.stdin.buffer.read())
    limit(job["rlimits"], job["cgroups"])
    if job["uid"] is not None:
        gather(job["stage"], job["sources"])
        os.setgroups([])
        os.setresgid(job["uid"], job["uid"], job["uid"])
        os.setresuid(job["uid"], job["uid"], job["uid"])
    os.chdir("/")
    os.execve(job["command"][0], job["command"], {"PATH": "/usr/bin:/bin"})


if __name__ == "__main__":
    main()
