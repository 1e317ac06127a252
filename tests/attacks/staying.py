"""Agents that stay behind, break out, or poison what comes after them."""

from tests.attacks.corpus import Attack
from tests.attacks.submitting import IDS

STAYING = (
    Attack(
        "daemon",
        "Leaves a process behind, in a session of its own, without parents, to change the result later.",
        IDS
        + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.environ.clear()
        for stream in range(3):
            os.close(stream)
        os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(600)", WORDS["mark"]])
    os._exit(0)
open("submission.csv", "w").write("id,mass\\n" + "".join(f"{one},30\\n" for one in ids))
""",
        ("graded",),
    ),
    Attack(
        "kills_everyone",
        "Kills process 1, its parent and everybody else.",
        IDS
        + """
import signal
for pid in (1, os.getppid(), -1):
    for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGSTOP):
        try:
            os.kill(pid, number)
        except OSError as error:
            met(error)
time.sleep(0.3)
open("submission.csv", "w").write("id,mass\\n" + "".join(f"{one},30\\n" for one in ids))
met("process 1 answers")
""",
        ("graded", "missing"),
    ),
    Attack(
        "traces_a_neighbour",
        "Attaches to other processes to run code in them.",
        """
for pid in [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
    attempt(f"process {pid}", lambda: call("ptrace", 16, pid, 0, 0))
    attempt(f"memory of {pid}", lambda: os.open(f"/proc/{pid}/mem", os.O_RDWR))
""",
    ),
    Attack(
        "poisons_the_site",
        "Puts code where every interpreter would run it.",
        """
own = "/opt/mlesmith"
for folder in [*sys.path, f"{own}/site", f"{own}/lib", f"{own}/server", "/usr/lib/python3", "/etc"]:
    for name in ("sitecustomize.py", "usercustomize.py", "poison.pth"):
        if folder and not folder.startswith(os.getcwd()):
            attempt(f"{folder}/{name}", lambda: open(f"{folder}/{name}", "w").write("print('GOT in')"))
""",
    ),
    Attack(
        "poisons_the_bytecode",
        "Replaces compiled code that others share.",
        """
import json
for path in (json.__cached__, json.__file__, "/opt/mlesmith/bytecode/poison.pyc", sys.executable, os.__file__):
    attempt(path, lambda: open(path, "r+b").write(b"x"))
    attempt(f"{path} removed", lambda: os.remove(path))
""",
    ),
    Attack(
        "poisons_the_home",
        "Leaves configuration and modules in its home, working and temporary folders.",
        """
for place in ("/workspace", "/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~")):
    for name in ("sitecustomize.py", "usercustomize.py", "csv.py", "numpy.py", ".pythonrc", ".bashrc",
                 ".config/pip.conf", ".local/lib/python3.11/site-packages/evil.pth"):
        os.makedirs(os.path.dirname(f"{place}/{name}"), exist_ok=True)
        open(f"{place}/{name}", "w").write("import os; print('GOT in')")
os.environ["PYTHONPATH"] = "/workspace"
met("in folders of its own, which go with it")
""",
    ),
    Attack(
        "poisons_the_tools",
        "Replaces `python`, `check-submission` and the rules of a submission.",
        """
for path in ("/opt/mlesmith/bin/python", "/opt/mlesmith/bin/check-submission", "/opt/mlesmith/rules.json",
             "/opt/mlesmith/lib/harness/competition/check.py"):
    attempt(path, lambda: open(path, "w").write("exit 0"))
    attempt(f"{path} replaced", lambda: os.replace("/workspace/agent.py", path))
""",
    ),
    Attack(
        "changes_the_data",
        "Changes the data for whoever comes next.",
        """
for name in os.listdir("data"):
    attempt(name, lambda: open(f"data/{name}", "a").write("x"))
    attempt(f"{name} removed", lambda: os.remove(f"data/{name}"))
attempt("rights", lambda: os.chmod("data", 0o777))
""",
    ),
    Attack(
        "remounts",
        "Makes read-only places writable, and covers others.",
        """
attempt("/usr", lambda: call("mount", b"none", b"/usr", None, 32 | 4096, None))
attempt("/", lambda: call("mount", b"none", b"/", None, 32 | 4096, None))
attempt("data", lambda: call("umount2", b"/workspace/data", 2))
attempt("a new /proc", lambda: call("mount", b"proc", b"/tmp", b"proc", 0, None))
attempt("a new root", lambda: call("chroot", b"/tmp"))
""",
    ),
    Attack(
        "namespaces",
        "Makes user namespaces in which it would be root.",
        """
for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("process", 0x20000000), ("network", 0x40000000)):
    attempt(name, lambda: call("unshare", flag))
""",
    ),
    Attack(
        "root",
        "Becomes root, by its rights or by a file that would run as root.",
        """
import shutil, subprocess
attempt("setuid", lambda: os.setuid(0))
attempt("setgroups", lambda: os.setgroups([0]))
shutil.copy("/bin/sh", "/tmp/sh")
attempt("a file of root's", lambda: os.chown("/tmp/sh", 0, 0))
os.chmod("/tmp/sh", 0o6755)
shell = ["/tmp/sh", "-p", "-c", "id -u"]
attempt("a shell", lambda: subprocess.run(shell, capture_output=True, text=True).stdout.strip(),
        harmless=(str(os.getuid()), ""))
for line in open("/proc/self/status"):
    if line.startswith(("CapEff", "CapPrm", "CapBnd")) and int(line.split()[1], 16):
        got(line.strip())
    if line.startswith("NoNewPrivs") and line.split()[1] != "1":
        got(line.strip())
""",
    ),
    Attack(
        "control_groups",
        "Leaves its control group, or raises its limits there.",
        """
for folder, folders, names in os.walk("/sys/fs/cgroup"):
    for name in names:
        if name in ("cgroup.procs", "memory.max", "pids.max", "memory.limit_in_bytes", "release_agent"):
            attempt(f"{folder}/{name}", lambda: os.write(os.open(f"{folder}/{name}", os.O_WRONLY), b"1"))
met("no group can be written to")
""",
    ),
    Attack(
        "kernel_settings",
        "Changes settings of the kernel.",
        """
for path in ("kernel/core_pattern", "kernel/modprobe", "vm/overcommit_memory", "user/max_user_namespaces",
             "kernel/hostname"):
    attempt(path, lambda: os.write(os.open(f"/proc/sys/{path}", os.O_WRONLY), b"1"))
attempt("sysrq", lambda: open("/proc/sysrq-trigger", "w").write("h"))
attempt("the host's name", lambda: socket.sethostname("poison"))
attempt("the clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
""",
    ),
    Attack(
        "servers_socket",
        "Speaks to the harness in the place of process 1.",
        """
for pid in ("1", str(os.getppid())):
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError as error:
        met(error)
        continue
    for name in names:
        attempt(f"{pid}/{name}", lambda: os.open(f"/proc/{pid}/fd/{name}", os.O_RDWR))
attempt("its handle", lambda: call("syscall", 438, call("syscall", 434, 1, 0), 3, 0))
""",
    ),
)
