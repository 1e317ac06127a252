"""Agents that take more than they may."""

from tests.attacks.corpus import Attack

EXHAUSTING = (
    Attack(
        "forks_without_end",
        "Forks as long as it can.",
        """
count = 0
try:
    while count < 1000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
    got(f"{count} processes")
except OSError as error:
    met(f"{count} processes, then {error}")
""",
    ),
    Attack(
        "fork_bomb",
        "Forks in every process that it has forked.",
        """
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
    ),
    Attack(
        "threads_without_end",
        "Starts threads as long as it can.",
        """
import threading
count = 0
try:
    while count < 1000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
    got(f"{count} threads")
except (RuntimeError, MemoryError) as error:
    met(f"{count} threads, then {error}")
os._exit(0)
""",
    ),
    Attack(
        "memory",
        "Fills the memory.",
        """
held = []
try:
    for _ in range(20):
        held.append(bytearray(os.urandom(1 << 20) * 64))
    got("1280 MB of memory")
except MemoryError:
    held.clear()
    met("MemoryError")
""",
    ),
    Attack(
        "shared_memory",
        "Fills the memory through files that lie in it.",
        """
written = 0
try:
    for folder in ("/dev/shm", "/tmp", "/var/tmp", "/workspace"):
        try:
            with open(f"{folder}/fill", "wb") as file:
                while written < 6 << 30:
                    written += file.write(bytes(8 << 20))
        except OSError as error:
            met(f"{folder}: {error} after {written >> 20} MB in all")
finally:
    if written >= 6 << 30:
        got("6 GB")
""",
    ),
    Attack(
        "disk",
        "Fills the disk.",
        """
try:
    with open("fill", "wb") as file:
        for _ in range(1024):
            file.write(bytes(8 << 20))
            file.flush()
    got("8 GB of disk")
except OSError as error:
    met(error)
""",
    ),
    Attack(
        "inodes",
        "Makes files until there are no more.",
        """
count, until = 0, time.monotonic() + 3
try:
    while time.monotonic() < until:
        open(f"/tmp/{count}", "w").close()
        count += 1
    met(f"{count} files in a file system of its own, which goes with it")
except OSError as error:
    met(f"{count} files, then {error}")
""",
    ),
    Attack(
        "open_files",
        "Opens files until there are no more.",
        """
held = []
try:
    while len(held) < 100_000:
        held.append(open("/dev/null"))
    got(f"{len(held)} open files")
except OSError as error:
    count = len(held)
    held.clear()
    met(f"{count} files, then {error}")
""",
    ),
    Attack(
        "output",
        "Prints 1 GB.",
        """
line = "x" * (1 << 20)
for _ in range(1024):
    print(line)
print("GOT 1 GB printed")
""",
    ),
    Attack(
        "error_output",
        "Fills the log through the error stream without end.",
        """
while True:
    os.write(2, b"y" * (1 << 16))
""",
    ),
    Attack(
        "sleeps_past_the_limit",
        "Ignores every signal that it can and sleeps past its time.",
        """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
time.sleep(600)
got("all the time in the world")
""",
    ),
    Attack(
        "busy",
        "Keeps every processor busy in many processes.",
        """
for _ in range(16):
    if os.fork() == 0:
        break
while True:
    pass
""",
    ),
    Attack(
        "raises_its_limits",
        "Raises its own limits and its rank with the scheduler.",
        """
import resource
for name in ("RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"):
    number = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    attempt(name, lambda: resource.setrlimit(number, (hard + 1, hard + 1)))
attempt("rank", lambda: os.nice(-5))
attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
attempt("to be spared", lambda: os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-999"))
""",
    ),
)
