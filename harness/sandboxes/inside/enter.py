"""Becomes bubblewrap: joins its control groups, sets limits, and started by root gives up root for good.

Root-owned files would be readable inside if root made the sandbox, so a user id that owns nothing makes it. That id
could not open folders below a closed home (a Python of root's, a cache). So whatever is to be seen inside is first
bound to a stage, a folder covered with an empty file system in a mount namespace of this process's own.
"""

import ctypes
import json
import os
import platform
import resource
import stat
import sys

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 0x1000, 0x4000, 1 << 18, 2, 4
KEYCTL = {"x86_64": 250, "aarch64": 219}
KEYCTL_JOIN_SESSION_KEYRING = 1


def call(function: str, *args: object) -> None:
    """A system call of the C library that raises with its name when it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [word.encode() if word is not None else None for word in (source, target, kind)]
    call("mount", *words, ctypes.c_ulong(flags), data.encode() if data is not None else None)


def gather(stage: str, sources: dict[str, str]) -> None:
    """Bind each source to its place on the stage; opened first, as the stage may cover where they lie."""
    call("unshare", CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    opened = {place: os.open(source, os.O_PATH | os.O_CLOEXEC) for place, source in sources.items()}
    mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m")
    for place, descriptor in opened.items():
        target = f"{stage}/{place}"
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.makedirs(target, 0o755)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        mount(f"/proc/self/fd/{descriptor}", target, None, MS_BIND | MS_REC)


def forget_keys() -> None:
    """Leave the session's keyring behind: what its user keeps there would be within reach inside."""
    number = KEYCTL.get(platform.machine())
    if number is not None:
        ctypes.CDLL(None).syscall(number, KEYCTL_JOIN_SESSION_KEYRING, None)


def join(groups: list[str]) -> bool:
    """Enter the control groups; False where there are none or the system refuses."""
    try:
        for path in groups:
            with open(path, "w") as procs:
                procs.write(str(os.getpid()))
    except OSError:
        return False
    return bool(groups)


def limit(rlimits: dict[str, int]) -> None:
    for name, value in rlimits.items():
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (bound, bound))


def main() -> None:
    """Read the job from standard input and become its command."""
    job = json.loads(sys.stdin.buffer.read())
    os.umask(0o022)
    limit(job["rlimits"])
    if not join(job["groups"]):
        limit(job["rlimits_without_groups"])
    forget_keys()
    if job["uid"] is not None:
        gather(job["stage"], job["sources"])
        os.setgroups([])
        os.setresgid(job["uid"], job["uid"], job["uid"])
        os.setresuid(job["uid"], job["uid"], job["uid"])
    os.chdir("/")
    os.execve(job["command"][0], job["command"], {"PATH": "/usr/bin:/bin"})


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(str(error))
