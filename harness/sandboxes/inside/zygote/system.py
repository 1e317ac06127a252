"""The few system calls that Python does not offer, by the C library."""

import ctypes
import fcntl
import os
import socket
import struct

NEWNS, NEWCGROUP, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x2000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
DETACH = 2
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
CAPABILITY_VERSION = 0x20080522
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def call(function: str, *args: object) -> int:
    """A call that raises with its name when it fails."""
    answer = int(getattr(_libc, function)(*args))
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}{args}: {os.strerror(code)}")
    return answer


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind)]
    call("mount", *words, ctypes.c_ulong(flags), None if data is None else data.encode())


def bind(source: str, target: str) -> None:
    """Show a folder or a file, with what is mounted below it, at another place."""
    mount(source, target, None, BIND | REC)


def pivot(root: str, old: str) -> None:
    """Make `root` the root; the old one shows at `old`, a folder below it."""
    call("pivot_root", root.encode(), old.encode())


def leave(place: str) -> None:
    """Unmount a place with all below it."""
    call("umount2", place.encode(), DETACH)


def give_up_capabilities() -> None:
    """Drop every capability from every set, for good."""
    for number in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            break  # the kernel knows no more of them
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    call("capset", header, bytes(24))
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def raise_loopback() -> None:
    """Switch on the loopback of an own network; it reaches nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        request = bytearray(struct.pack("16sH22x", b"lo", 0))
        fcntl.ioctl(one, SIOCGIFFLAGS, request)
        flags = struct.unpack_from("16xH", request)[0] | IFF_UP
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags))
