"""Process 1 of a sandbox without a server: it collects orphans and ends when the engine says so, for nobody inside.

The engine's own init would end with its child, which an agent's `kill -9 -1` reaches: with it the whole sandbox.
"""

import ctypes
import os
import signal

PR_SET_DUMPABLE = 4
SI_USER = 0


def from_outside(told: signal.struct_siginfo) -> bool:
    """Whether a signal came from outside: its sender has no number in here, and nobody inside can claim that."""
    return told.si_code == SI_USER and told.si_pid == 0


def main() -> None:
    """Wait for orphans and for the engine."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    awaited = {signal.SIGCHLD, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    # Python's handler would let a SIGINT from inside through; without a handler the kernel drops it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while True:
        told = signal.sigwaitinfo(awaited)
        if told.si_signo == signal.SIGTERM and from_outside(told):
            os._exit(0)
        collect()


def collect() -> None:
    """Take note of every child that has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
