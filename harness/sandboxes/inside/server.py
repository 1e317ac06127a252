"""Process 1 of a `bubble` sandbox: runs commands, reads and writes files, as asked over one inherited socket.

A frame is 4 bytes (length of the header), the header as JSON with `payload` (length of what follows), the bytes.
The agent's processes run under the same user id, so this process protects itself: it is process 1 of its namespace
(no signal from inside reaches it), it is not dumpable (no ptrace), and its socket is closed in every child.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from typing import Any

PR_SET_DUMPABLE = 4
CHUNK = 1 << 16
GRACE_S = 0.2
# Threads of this process count as processes of the user that the agent shares with it.
OWN_THREADS = 24


# A header of a request or an answer, as JSON has it.
Request = dict[str, Any]


class Reaper:
    """Collects every child, also the orphans that process 1 inherits; the only caller of wait."""

    def __init__(self) -> None:
        self._ended = threading.Condition()
        self._codes: dict[int, int] = {}
        self._spawning = threading.Lock()

    def run(self) -> None:
        while True:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                with self._ended:
                    self._ended.wait(0.05)
                continue
            with self._spawning, self._ended:
                self._codes[pid] = os.waitstatus_to_exitcode(status)
                self._ended.notify_all()

    def spawn(self, command: list[str], cwd: str, env: dict[str, str], processes: int) -> "subprocess.Popen[bytes]":
        def bound() -> None:
            # The bound holds for the agent's processes, not for this one: a fork bomb can't silence the server.
            resource.setrlimit(resource.RLIMIT_NPROC, (processes + OWN_THREADS, processes + OWN_THREADS))

        with self._spawning, self._ended:
            pipe = subprocess.PIPE
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,
                preexec_fn=bound,  # noqa: PLW1509  (one system call; a wrapper program would leave a gap)
            )
            self._codes.pop(child.pid, None)
            self._ended.notify_all()
        # The kernel's choice under memory pressure must be the agent's process, never this one.
        try:
            with open(f"/proc/{child.pid}/oom_score_adj", "w") as score:
                score.write("800")
        except OSError:
            pass
        return child

    def wait(self, pid: int, until: float | None) -> int | None:
        with self._ended:
            while pid not in self._codes:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._ended.wait(left)
            return self._codes.pop(pid)


def kill_tree(pid: int, tag: str) -> None:
    """End a command with all that it started: its session, its descendants, and what carries its tag."""
    for _ in range(3):
        victims = {pid} | {other for other, parent in parents().items() if descends(other, pid) or tagged(other, tag)}
        victims.discard(os.getpid())
        for victim in victims:
            for end in (os.kill, os.killpg):
                try:
                    end(victim, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    continue


def parents() -> dict[int, int]:
    """Every process in the sandbox with its parent."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as text:
                    found[int(name)] = int(text.read().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
    return found


def descends(pid: int, ancestor: int) -> bool:
    table = parents()
    while pid in table and pid > 1:
        if pid == ancestor:
            return True
        pid = table[pid]
    return False


def tagged(pid: int, tag: str) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as env:
            return f"MLESMITH_COMMAND={tag}".encode() in env.read().split(b"\0")
    except OSError:
        return False


class Capture:
    """Reads one stream to its end or to a limit; what is beyond the limit is counted as overflow and not kept."""

    def __init__(self, stream, limit: int, on_overflow) -> None:  # type: ignore[no-untyped-def]
        self._stream, self._limit, self._on_overflow = stream, limit, on_overflow
        self.data, self.overflow = bytearray(), False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        descriptor = self._stream.fileno()
        while True:
            try:
                chunk = os.read(descriptor, CHUNK)
            except OSError:
                return
            if not chunk:
                return
            if len(self.data) + len(chunk) > self._limit:
                self.data += chunk[: self._limit - len(self.data)]
                self.overflow = True
                self._on_overflow()
                return
            self.data += chunk


class Server:
    """Answers requests, each in a thread of its own, so that a long command delays no other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._reaper = Reaper()
        threading.Thread(target=self._reaper.run, daemon=True).start()

    def run(self) -> None:
        while True:
            head = self._receive(4)
            if head is None:
                return
            header = self._receive(struct.unpack(">I", head)[0])
            if header is None:
                return
            request = json.loads(header)
            payload = self._receive(request.get("payload", 0))
            if payload is None:
                return
            threading.Thread(target=self._answer, args=(request, payload), daemon=True).start()

    def _receive(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            chunk = self._connection.recv(min(CHUNK, size - len(data)))
            if not chunk:
                return None
            data += chunk
        return bytes(data)

    def _answer(self, request: Request, payload: bytes) -> None:
        operation = {"exec": self._exec, "read": self._read, "write": self._write}[request["op"]]
        try:
            answer, data = operation(request, payload)
        except OSError as error:
            answer, data = {"error": type(error).__name__, "message": str(error), "errno": error.errno}, b""
        except Exception as error:  # noqa: BLE001  (the host must get an answer, whatever happened here)
            answer, data = {"error": "RuntimeError", "message": f"{type(error).__name__}: {error}"}, b""
        header = json.dumps({**answer, "id": request["id"], "payload": len(data)}).encode()
        with self._sending:
            self._connection.sendall(struct.pack(">I", len(header)) + header + data)

    def _exec(self, request: Request, payload: bytes) -> tuple[Request, bytes]:
        tag = str(request["id"])
        env = {**os.environ, **request["env"], "MLESMITH_COMMAND": tag}
        child = self._reaper.spawn(request["command"], request["cwd"], env, request["processes"])
        threading.Thread(target=feed, args=(child, payload), daemon=True).start()

        def stop() -> None:
            kill_tree(child.pid, tag)

        streams = [Capture(stream, request["limit"], stop) for stream in (child.stdout, child.stderr)]
        timeout = request.get("timeout")
        code = self._reaper.wait(child.pid, None if timeout is None else time.monotonic() + timeout)
        timed_out = code is None
        if timed_out:
            stop()
            code = self._reaper.wait(child.pid, time.monotonic() + 2)
        child.returncode = -9 if code is None else code
        # A background process may hold the pipes open for ever: what is there shortly after the end counts.
        for stream in streams:
            stream.thread.join(GRACE_S)
        out, err = (bytes(stream.data) for stream in streams)
        answer = {
            "code": child.returncode,
            "timed_out": timed_out,
            "overflow": any(stream.overflow for stream in streams),
            "out": len(out),
        }
        return answer, out + err

    def _read(self, request: Request, _payload: bytes) -> tuple[Request, bytes]:
        path = request["path"]
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_NOFOLLOW if request["plain"] else 0)
        if request["plain"] and not stat.S_ISREG(os.lstat(path).st_mode):
            return {"error": "NotAFile", "message": path}, b""
        if os.path.isdir(path):
            raise IsADirectoryError(21, "Is a directory", path)
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if request["plain"] and not stat.S_ISREG(about.st_mode):
                return {"error": "NotAFile", "message": path}, b""
            if about.st_size > request["limit"]:
                return {"error": "TooLarge", "message": f"{path} has {about.st_size} bytes"}, b""
            data = file.read(request["limit"] + 1) or b""
        if len(data) > request["limit"]:
            return {"error": "TooLarge", "message": f"{path} grew beyond {request['limit']} bytes"}, b""
        return {}, data

    def _write(self, request: Request, payload: bytes) -> tuple[Request, bytes]:
        path = request["path"]
        if os.path.isdir(path):
            raise IsADirectoryError(21, "Is a directory", path)
        parent = os.path.dirname(path)
        if parent:
            os.makedirs(parent, exist_ok=True)
        with open(path, "wb") as file:
            file.write(payload)
        return {}, b""


def feed(child: "subprocess.Popen[bytes]", data: bytes) -> None:
    """Give a command its input; one that does not read it is no error."""
    try:
        if data:
            child.stdin.write(data)  # type: ignore[union-attr]
        child.stdin.close()  # type: ignore[union-attr]
    except OSError:
        pass


def main() -> None:
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    try:
        Server(connection).run()
    finally:
        # Process 1 ends, and the kernel ends everything in its namespace.
        os._exit(0)


if __name__ == "__main__":
    main()
