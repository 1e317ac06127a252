"""`python -m harness.sandboxes.inside.zygote.main FD MODULES`: import, then fork a sandbox for each request.

A request is JSON with the socket on which the sandbox will be asked. The sandbox says two lines on it, each empty or
what went wrong: one when it is there (the host sees its process id with that line, sets limits and answers with one
byte), one when it is furnished.
"""

import array
import gc
import importlib
import json
import os
import signal
import socket
import sys
import warnings
from contextlib import suppress

from harness.sandboxes.inside.server import caller
from harness.sandboxes.inside.server.main import serve
from harness.sandboxes.inside.zygote import cell

LARGEST = 1 << 17
LONGEST_WORD = 2000


_tried: set[str] = set()


def warm(modules: list[str]) -> None:
    """Import what programs will want, each once; what can't be imported is left to the program that asks for it."""
    gc.disable()  # looking for garbage takes a quarter of the time of imports, and finds none
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            _tried.add(name)
            with suppress(Exception, SystemExit):  # whatever a module does: the sandboxes must go on
                importlib.import_module(name)
    gc.enable()
    gc.collect()
    # What is frozen is not looked at again, so its pages stay shared with every fork.
    gc.freeze()


def lacking(modules: list[str]) -> list[str]:
    """Those that were neither imported nor tried."""
    return [name for name in modules if name not in sys.modules and name not in _tried]


def main() -> None:
    """Serve until the host closes the socket."""
    caller.dumpable(0)
    sys.path.pop(0)  # the working directory, which `-m` put there
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    warm(sys.argv[2].split(","))
    # Nobody waits for a sandbox here: the kernel collects those that have ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    channel.send(b"warm")
    while True:
        text, ancillary, _, _ = channel.recvmsg(LARGEST, socket.CMSG_SPACE(4))
        if not text:
            return
        descriptors = array.array("i")
        for _, _, data in ancillary:
            descriptors.frombytes(data)
        job = json.loads(text)
        new = lacking(job["warm"])
        if new:
            warm(new)
        if os.fork() == 0:
            channel.close()
            _sandbox(job, socket.socket(fileno=descriptors[0]))
        os.close(descriptors[0])


def _sandbox(job: cell.Job, connection: socket.socket) -> None:
    """Fork process 1 of a sandbox; never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        # What may not be looked into may not write its own maps; process 1 closes itself again.
        caller.dumpable(1)
        cell.separate()
        if os.fork() == 0:
            _first_process(job, connection)
    except OSError as error:
        _say(connection, str(error))
    finally:
        os._exit(0)


def _first_process(job: cell.Job, connection: socket.socket) -> None:
    try:
        _say(connection, "")
        if connection.recv(1):
            cell.furnish(job)
            cell.close_behind(job)
            _say(connection, "")
            serve(connection, forked=True)
    except OSError as error:
        _say(connection, str(error))
    finally:
        os._exit(0)


def _say(connection: socket.socket, words: str) -> None:
    connection.sendall(words.replace("\n", " ").encode(errors="replace")[:LONGEST_WORD] + b"\n")


if __name__ == "__main__":
    main()
