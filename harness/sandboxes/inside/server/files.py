"""Files inside, read and written for the host. Whatever an agent put there, no operation waits or follows it out."""

import os
import stat
from typing import Any

CHUNK = 1 << 20
READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
WRITING = os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def read(path: str, limit: int, *, plain: bool) -> tuple[dict[str, Any], bytes | bytearray]:
    """One snapshot of a file of at most `limit` bytes; `plain` refuses all but a regular file at this very path."""
    if plain and not stat.S_ISREG(os.lstat(path).st_mode):
        return {"error": "NotAFile", "message": path}, b""
    descriptor = os.open(path, READING | (os.O_NOFOLLOW if plain else 0))
    try:
        about = os.fstat(descriptor)
        if plain and not stat.S_ISREG(about.st_mode):
            return {"error": "NotAFile", "message": path}, b""
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(21, "Is a directory", path)
        if about.st_size > limit:
            return {"error": "TooLarge", "message": f"{path} has {about.st_size} bytes"}, b""
        data = _content(descriptor, limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        return {"error": "TooLarge", "message": f"{path} has more than {limit} bytes"}, b""
    return {}, data


def _content(descriptor: int, most: int) -> bytearray:
    data = bytearray()
    while len(data) < most:
        try:
            chunk = os.read(descriptor, min(CHUNK, most - len(data)))
        except BlockingIOError:  # a pipe with a writer that is silent
            break
        if not chunk:
            break
        data += chunk
    return data


def write(path: str, data: bytearray) -> None:
    """Write a plain file, with its folders. A pipe would block for ever, and /proc would reach into this process."""
    parent = os.path.dirname(path)
    if parent:
        os.makedirs(parent, exist_ok=True)
    descriptor = os.open(path, WRITING, 0o644)
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_dev == os.stat("/proc").st_dev:
            raise PermissionError(1, "Not a plain file", path)
        os.ftruncate(descriptor, 0)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)
