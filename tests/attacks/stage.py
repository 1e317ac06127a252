"""Runs the attacks as a user's own agents, through Inspect evals in real sandboxes, each followed by an honest one."""

import contextlib
import ctypes
import math
import os
import re
import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import inspect_ai
from inspect_ai import task_with
from inspect_ai.event import SandboxEvent
from inspect_ai.log import EvalLog

from harness.evals import suite
from harness.places import cache_dir
from harness.prepared_tasks import prepare_all
from harness.selection import select
from tests.attacks.corpus import HONEST, Attack
from tests.attacks.exhausting import EXHAUSTING
from tests.attacks.reaching import REACHING
from tests.attacks.reading import READING
from tests.attacks.staying import STAYING
from tests.attacks.submitting import SUBMITTING
from tests.generation.verification.good_packages import good_package

ATTACKS: tuple[Attack, ...] = (*READING, *REACHING, *SUBMITTING, *EXHAUSTING, *STAYING)
LATE_S = 5
MEMORY_MB = 600
KEY = "mlesmith-attacks"
ADD_KEY = {"x86_64": 248, "aarch64": 217}
# Paths below folders of this machine; those inside every sandbox are told.
PATHS = re.compile(r"/(?!proc|sys|dev|workspace|opt/mlesmith|etc|tmp|usr|run|var)[A-Za-z0-9_.]+/[^ '\",:]+")
NEW_NETWORK = 0x40000000


@dataclass(frozen=True)
class Verdict:
    """What came of an attack: what it gained, what it met, how its cell ended, and the honest cell after it."""

    attack: Attack
    gained: tuple[str, ...]
    met: tuple[str, ...]
    status: str
    reason: str
    score: float | None
    seconds: float
    honest_after: str

    def wall(self, honest: str) -> str:
        """What it met, in a line without what is this machine's."""
        words = PATHS.sub("…", self.met[-1]) if self.met else ""
        ended = self.status if not self.reason else f"{self.status}: {self.reason}"
        if self.gained:
            ended = f"**gained** {self.gained[0]}"
        if self.honest_after != honest:
            ended += ", **felt by the next**"
        return f"{words} ({ended})" if words else ended


@dataclass(frozen=True)
class Round:
    """All verdicts of one provider, and the honest cell before all."""

    verdicts: tuple[Verdict, ...]
    honest: str
    honest_score: float


def run(provider: str, attacks: Sequence[Attack] = ATTACKS) -> Round:
    """Run attacks in sandboxes of one provider."""
    with tempfile.TemporaryDirectory(prefix="mlesmith-attacks-") as temporary, targets() as found:
        folder = Path(temporary)
        package = good_package(folder).write(folder / "tasks")
        words = found | _of_the_task(package, provider)
        order = [HONEST, *(one for attack in attacks for one in (attack, HONEST))]
        logs = _evals(package, provider, order, words, folder)
        # Read while the files are there: logs are loaded when they are looked at.
        honest = _read(HONEST, logs[0], "")
        pairs = zip(attacks, logs[1::2], logs[2::2], strict=True)
        verdicts = tuple(_read(attack, log, _submission(after)) for attack, log, after in pairs)
        assert honest.score is not None
        return Round(verdicts, _submission(logs[0]), honest.score)


def _of_the_task(package: Path, provider: str) -> dict[str, object]:
    (task,) = prepare_all(select(str(package)), provider)
    answers = task.private / "test_answer.csv"
    return {
        "answers": str(answers),
        "needle": answers.read_text().splitlines()[5],
        "metric": "class " + "PlantMetrics",
        "cache": str(cache_dir()),
    }


def _evals(
    package: Path, provider: str, order: Sequence[Attack], words: dict[str, object], folder: Path
) -> list[EvalLog]:
    tasks = []
    for number, attack in enumerate(order):
        file = folder / f"{number:03d}_{attack.name}.py"
        file.write_text(attack.text(words))
        task = suite(str(package), agent=f"script:{file}", sandbox=provider, time_s=attack.limit_s, memory_mb=MEMORY_MB)
        tasks.append(task_with(task, name=file.stem))
    return inspect_ai.eval(
        tasks, model="none/none", log_dir=str(folder / "logs"), display="none", max_tasks=1, log_samples=True
    )


def _read(attack: Attack, log: EvalLog, honest_after: str) -> Verdict:
    assert log.samples, log.error
    (sample,) = log.samples
    assert sample.scores is not None, sample.error
    (score,) = sample.scores.values()
    lines = [line for event in sample.events if isinstance(event, SandboxEvent) for line in _lines(event)]
    value = score.value["score"] if isinstance(score.value, dict) else None
    graded = isinstance(value, float) and math.isfinite(value)
    return Verdict(
        attack,
        tuple(line.removeprefix("GOT ") for line in lines if line.startswith("GOT ")),
        tuple(line.removeprefix("MET ") for line in lines if line.startswith("MET ")),
        str((score.metadata or {})["status"]),
        score.reason or "",
        float(value) if graded and isinstance(value, float) else None,
        sample.total_time or 0.0,
        honest_after,
    )


def _lines(event: SandboxEvent) -> list[str]:
    # What an agent writes to a file is its own text, not what it was told.
    return (event.output or "").splitlines() if event.action == "exec" else []


def _submission(log: EvalLog) -> str:
    assert log.samples, log.error
    return str(log.samples[0].store.get("submission", ""))


@contextlib.contextmanager
def targets() -> Iterator[dict[str, object]]:
    """What the attacks are after on the host: listeners, a socket file, a key, a variable."""
    secret = f"mlesmith-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlesmith-target-")))
        folder.chmod(0o755)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(_echo())
        path = stack.enter_context(_listening(str(folder / "socket")))
        (folder / "socket").chmod(0o777)
        stack.enter_context(_listening(f"\0{secret}"))
        far = stack.enter_context(_far_listener())
        os.environ["MLESMITH_TEST_API_KEY"] = secret
        stack.callback(os.environ.pop, "MLESMITH_TEST_API_KEY", None)
        add_key()
        yield {
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "socket": path.getsockname(),
            "abstract": secret,
            "far": far,
            "secret": secret,
            "key": KEY,
            "mark": secret,
            "host": socket.gethostname(),
            "engine": os.environ.get("DOCKER_HOST", "").removeprefix("unix://") or "/var/run/docker.sock",
            "here": str(Path.cwd()),
            "interpreter": list(Path(sys.base_prefix).resolve().parts),
        }


@contextlib.contextmanager
def _listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(address)
        one.listen()
        yield one


@contextlib.contextmanager
def _echo() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))

        def answer() -> None:
            while (message := one.recvfrom(99))[0] != b"end":
                one.sendto(b"back", message[1])

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield one
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"end", one.getsockname())
        thread.join()


@contextlib.contextmanager
def _far_listener() -> Iterator[int]:
    """The port of a listener in a network namespace of its own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        flags = NEW_NETWORK if os.geteuid() == 0 else NEW_NETWORK | 0x10000000
        failed = ctypes.CDLL(None, use_errno=True).unshare(flags)
        with socket.socket() as one:
            one.bind(("0.0.0.0" if not failed else "127.0.0.1", 0))
            one.listen()
            os.write(writing, str(one.getsockname()[1]).encode())
            threading.Event().wait()
    port = int(os.read(reading, 9))
    try:
        yield port
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(reading)
        os.close(writing)


def add_key() -> None:
    """Put a key into this process's session keyring."""
    number = ADD_KEY.get(os.uname().machine)
    if number is not None:
        ctypes.CDLL(None).syscall(number, b"user", KEY.encode(), b"secret", 6, -3)


@cache
def everything(provider: str) -> Round:
    """All attacks in one provider, run once a process."""
    return run(provider)
