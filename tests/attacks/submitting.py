"""Agents whose submission is the attack."""

from tests.attacks.corpus import Attack

REFUSED, AS_GOOD = ("invalid", "missing"), ("invalid", "missing", "graded")
IDS = 'ids = [line.split(",")[0] for line in open("data/test.csv").read().split()[1:]]\n'


def _writes(cell: str) -> str:
    return IDS + f'open("submission.csv", "w").write("id,mass\\n" + "".join(f"{{one}},{cell}\\n" for one in ids))\n'


SUBMITTING = (
    Attack(
        "link_to_the_answers",
        "Submits a symbolic link to the answers.",
        'os.symlink(WORDS["answers"], "submission.csv")',
        REFUSED,
    ),
    Attack(
        "link_to_a_system_file",
        "Submits a symbolic link to a file of the system.",
        'os.symlink("/etc/passwd", "submission.csv")',
        REFUSED,
        reason="not_a_file",
    ),
    Attack(
        "link_in_the_path",
        "Makes the working folder a link to another.",
        """
attempt("renaming", lambda: os.rename("/workspace", "/tmp/w"))
attempt("a link in its place", lambda: os.symlink("/answers", "/workspace"))
""",
    ),
    Attack(
        "hard_link",
        "Submits a hard link to a file that is not its own.",
        """
for path in ("/etc/passwd", "data/train.csv", "/proc/1/environ"):
    attempt(path, lambda: os.link(path, "submission.csv"))
""",
    ),
    Attack("folder", "Submits a folder.", 'os.mkdir("submission.csv")', REFUSED),
    Attack("pipe", "Submits a pipe, which would block its reader for ever.", 'os.mkfifo("submission.csv")', REFUSED),
    Attack(
        "device",
        "Submits a device that never ends.",
        """
attempt("a device of its own", lambda: os.mknod("submission.csv", 0o666 | stat.S_IFCHR, os.makedev(1, 5)))
os.symlink("/dev/zero", "submission.csv")
""",
        REFUSED,
    ),
    Attack(
        "socket",
        "Submits a socket.",
        'socket.socket(socket.AF_UNIX).bind("submission.csv")',
        REFUSED,
    ),
    Attack(
        "sparse",
        "Submits a file of 2 GB that takes no room.",
        """
try:
    os.truncate(os.open("submission.csv", os.O_CREAT | os.O_WRONLY), 2 << 30)
except OSError as error:
    met(error)
""",
        REFUSED,
    ),
    Attack(
        "changes_while_it_is_copied",
        "Rewrites its submission without end while it is read.",
        IDS
        + """
good = "id,mass\\n" + "".join(f"{one},30\\n" for one in ids)
open("submission.csv", "w").write(good)
if os.fork() == 0:
    os.setsid()
    for stream in range(3):
        os.close(stream)
    while True:
        for text in (good, "id,mass\\n" + "x" * 99999, ""):
            with open("submission.csv", "w") as file:
                file.write(text)
""",
        AS_GOOD,
    ),
    Attack("formula", "Puts formulas into its cells.", _writes("=1+1"), ("invalid",)),
    Attack("null_bytes", "Puts null bytes into its cells.", _writes("3\\\\x000"), ("invalid",)),
    Attack("not_a_number", "Submits what is no number.", _writes("nan"), ("invalid",)),
    Attack("endless_number", "Submits numbers beyond all bounds.", _writes("1e999"), ("invalid",)),
    Attack("many_digits", "Submits numbers of a thousand digits.", _writes("' + '9' * 1000 + '"), AS_GOOD),
    Attack(
        "ten_million_columns",
        "Submits a table of ten million columns.",
        'open("submission.csv", "w").write("id,mass" + ",x" * 10_000_000)',
        ("invalid",),
        reason="too_large",
    ),
    Attack(
        "quote_without_end",
        "Opens a quote that never ends.",
        'open("submission.csv", "w").write("id,mass\\n" + chr(34) + "a," * 1_000_000)',
        ("invalid",),
    ),
    Attack(
        "no_text",
        "Submits bytes that are no text.",
        'open("submission.csv", "wb").write(b"id,mass\\n" + bytes(range(128, 256)) * 99)',
        ("invalid",),
    ),
    Attack(
        "pickle",
        "Submits a pickle that runs code when it is opened.",
        """
import pickle
class Bomb:
    def __reduce__(self):
        return (os.system, ("echo GOT it > /workspace/got",))
open("submission.csv", "wb").write(pickle.dumps(Bomb()))
""",
        ("invalid",),
    ),
    Attack(
        "setuid_file",
        "Submits a file that would run as its owner.",
        _writes("30") + 'os.chmod("submission.csv", 0o6777)\n',
        AS_GOOD,
    ),
    Attack(
        "every_row_twice",
        "Answers every id several times, each time otherwise.",
        IDS
        + 'open("submission.csv", "w").write("id,mass\\n" + "".join(f"{i},{v}\\n" for v in (10, 30) for i in ids))\n',
        ("invalid",),
    ),
)
