"""The command line of bubblewrap for one sandbox. Nothing of the host is seen but what is bound here."""

import hashlib
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.places import cache_dir, task_roots, whole_file
from harness.sandboxes.spec import DATA, LIBRARY, WORKSPACE, SandboxSpec
from harness.sandboxes.stack import (
    BYTECODE,
    SITE,
    data_stack,
    foreign_folders,
    interpreter_folders,
    python_path,
)

BIN = "/opt/mlesmith/bin"
SERVER = "/opt/mlesmith/server"
SERVE = f"import sys; sys.path.insert(0, {SERVER!r}); from harness.sandboxes.inside.server.main import main; main()"
HOUSE = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("/usr/bin", "/usr/lib")
INSIDE_ID = 1000
TEMPORARY_MB = 256
# What of the system is no part of a data scientist's tools but may hold data, sources or keys.
CLOSED = (
    *("/usr/lib/R", "/usr/lib/debug", "/usr/lib/google-cloud-sdk", "/usr/lib/jvm", "/usr/lib/node_modules", "/usr/src"),
    *("/usr/local/etc", "/usr/local/lib/R", "/usr/local/share", "/usr/local/src"),
)
# What packages of the system put into /usr/share is mostly data, so only these folders of it are seen.
SHARE = Path("/usr/share")
SHARED = (
    *("ca-certificates", "file", "fontconfig", "fonts", "gcc", "git-core", "i18n", "icu", "locale", "mime", "misc"),
    *("perl", "perl5", "python3", "tabset", "terminfo", "zoneinfo"),
)

ISOLATION = (
    *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv", "--cap-drop", "ALL"),
    *("--hostname", "sandbox", "--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID)),
)


@dataclass
class Sources:
    """Host paths in the order in which they are bound; as root each is seen by bubblewrap at its place on the stage."""

    stage: str | None
    paths: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path | str, name: str | None = None) -> str:
        place = name or str(len(self.paths))
        self.paths[place] = str(path)
        return f"{self.stage}/{place}" if self.stage else str(path)


def staged_program(program: Path, sources: Sources) -> str:
    """Where bubblewrap itself is run from; a bundled one finds its libraries beside its package, so both move."""
    package = program.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    if not libraries.is_dir():
        return sources.add(program)
    sources.add(libraries, libraries.name)
    return f"{sources.add(package, package.name)}/{program.relative_to(package)}"


def system(sources: Sources) -> Iterator[str]:
    """The read-only base: /usr with its links, the dynamic linker's cache, a fabricated /etc."""
    yield from ("--ro-bind", sources.add("/usr"), "/usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", sources.add(path), str(path))
    for name in ("ld.so.cache", "alternatives", "fonts", "mime.types", "os-release"):
        path = Path("/etc", name)
        if path.exists():
            yield from ("--ro-bind", sources.add(path), str(path))
    for name in ("passwd", "group", "hosts", "nsswitch.conf"):
        yield from ("--ro-bind", sources.add(fabricated_etc() / name), f"/etc/{name}")
    yield from covered(folder for folder in CLOSED if Path(folder).is_dir())
    shared = [SHARE / name for name in SHARED if (SHARE / name).is_dir()]
    yield from ("--ro-bind", sources.add(fabricated_share(shared)), str(SHARE))
    for folder in shared:
        yield from ("--ro-bind", sources.add(folder), str(folder))


def fabricated_share(shared: Iterable[Path]) -> Path:
    """A folder of empty ones, over which those of /usr/share are bound that an agent sees."""
    names = sorted(folder.name for folder in shared)
    place = cache_dir("sandbox", "share", hashlib.sha256(" ".join(names).encode()).hexdigest()[:16])
    for name in names:
        (place / name).mkdir(exist_ok=True)
    return place


def covered(folders: Iterable[Path | str]) -> Iterator[str]:
    """An empty, read-only folder in the place of each."""
    for folder in folders:
        yield from ("--tmpfs", str(folder), "--remount-ro", str(folder))


def own_places(shown: Iterable[Path]) -> list[Path]:
    """What is mlesmith's or its user's and lies below a folder that is shown: sources, tasks, cache, home, environment.

    Seldom so: an environment below /usr/local, a checkout below the interpreter's folder. A place that holds the
    interpreter itself, or a part of the system that programs need, can't be covered and is left out.
    """
    needed = [Path(sysconfig.get_path("stdlib")).resolve(), Path(data_stack().executable), *map(Path, PROGRAMS)]
    folders = [*shown]

    def covered_well(place: Path) -> bool:
        lies_inside = any(place != folder and place.is_relative_to(folder) for folder in folders)
        return lies_inside and not any(path.is_relative_to(place) for path in needed)

    places = [HOUSE.parent, cache_dir(), Path.cwd(), Path.home(), Path(sys.prefix), Path(tempfile.gettempdir())]
    return sorted({place for path in [*places, *task_roots()] if covered_well(place := path.resolve())})


def fabricated_etc() -> Path:
    """A folder with the few files of /etc that programs ask for; nothing in it is the host's."""
    folder = cache_dir("sandbox", "etc")
    texts = {
        "passwd": f"agent:x:{INSIDE_ID}:{INSIDE_ID}:agent:{WORKSPACE}:/bin/sh\n",
        "group": f"agent:x:{INSIDE_ID}:\n",
        "hosts": "127.0.0.1 localhost sandbox\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in texts.items():
        write_once(folder / name, text)
    return folder


def write_once(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a small file unless it is there with this text; safe when several processes do it at once."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(mode)


def python(sources: Sources, bytecode: Path | None) -> Iterator[str]:
    """The interpreter, the data stack without its data folders, and compiled byte code where there is some."""
    stack = data_stack()
    folders = interpreter_folders(stack)
    for folder in folders:
        yield from ("--ro-bind", sources.add(folder), str(folder))
    yield from covered([*foreign_folders(stack), *own_places([Path("/usr"), *folders])])
    for entry in stack.entries:
        yield from ("--ro-bind", sources.add(entry.source), f"{SITE}/{entry.name}")
    yield from covered(stack.covered)
    if bytecode is not None:
        yield from ("--ro-bind", sources.add(bytecode), BYTECODE)
    yield from ("--symlink", stack.executable, f"{BIN}/python", "--symlink", stack.executable, f"{BIN}/python3")


def library(spec: SandboxSpec, sources: Sources) -> Iterator[str]:
    """mlesmith's own code that runs inside: only the modules that the spec names, and the commands that start them."""
    server = Path("harness", "sandboxes", "inside", "server")
    yield from ("--ro-bind", sources.add(HOUSE.parent / server), f"{SERVER}/{server}")
    if spec.library:
        yield from ("--ro-bind", sources.add(HOUSE / "__init__.py"), f"{LIBRARY}/harness/__init__.py")
    for module in spec.library:
        path = HOUSE.parent.joinpath(*module.split("."))
        source = path if path.is_dir() else path.with_suffix(".py")
        yield from ("--ro-bind", sources.add(source), f"{LIBRARY}/{source.relative_to(HOUSE.parent)}")
    for name, module in spec.commands:
        script = cache_dir("sandbox", "commands", module) / name
        # Without the site module the command starts in a few milliseconds; it needs the standard library only.
        write_once(script, f'#!/bin/sh\nexec {BIN}/python -S -m {module} "$@"\n', mode=0o755)
        yield from ("--ro-bind", sources.add(script), f"{BIN}/{name}")


def variables(spec: SandboxSpec) -> dict[str, str]:
    """The whole environment inside; nothing of the host's is passed on."""
    threads = str(max(1, int(spec.limits.cpus)))
    return {
        "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
        "HOME": WORKSPACE,
        "TMPDIR": "/tmp",  # noqa: S108  (the sandbox's own)
        "LANG": "C.UTF-8",
        "USER": "agent",
        "PYTHONPATH": python_path(),
        "PYTHONPYCACHEPREFIX": BYTECODE,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",  # the same order of a set in each run, and in each fork of a warm interpreter
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp/matplotlib",  # noqa: S108
        "XDG_CACHE_HOME": "/tmp/cache",  # noqa: S108
        **{f"{name}_NUM_THREADS": threads for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "LOKY")},
        "LOKY_MAX_CPU_COUNT": threads,
        **dict(spec.environment),
    }


def environment(spec: SandboxSpec) -> Iterator[str]:
    """The environment inside, set."""
    for name, value in variables(spec).items():
        yield from ("--setenv", name, value)


def writable(spec: SandboxSpec) -> dict[str, int]:
    """The writable folders, each a file system of its own with a size in bytes that the kernel keeps."""
    small = min(TEMPORARY_MB, spec.limits.disk_mb) << 20
    return {"/tmp": small, "/var/tmp": small, "/dev/shm": small, WORKSPACE: spec.limits.disk_mb << 20}  # noqa: S108


def places(spec: SandboxSpec) -> Iterator[str]:
    """The kernel's own folders and the writable ones."""
    yield from ("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev")
    for folder, size in writable(spec).items():
        yield from ("--size", str(size), "--tmpfs", folder)
    yield from ("--dir", DATA)


def bubblewrap(
    program: Path,
    spec: SandboxSpec,
    stage: str | None,
    bytecode: Path | None,
    *,
    isolation: Sequence[str] | None = None,
    command: Sequence[str] | None = None,
) -> tuple[list[str], dict[str, str]]:
    """The command that makes the sandbox up to the server's socket number, and the host paths by place on the stage.

    `command` runs in the place of the server.
    """
    sources = Sources(stage)
    words = [
        staged_program(program, sources),
        *(isolation or ISOLATION),
        *system(sources),
        *python(sources, bytecode),
        *library(spec, sources),
    ]
    words += places(spec)
    for mount in spec.mounts:
        words += ["--ro-bind", sources.add(mount.source.resolve()), mount.target]
    words += ["--remount-ro", "/", *environment(spec), "--chdir", WORKSPACE]
    words += ["--", *(command or [data_stack().executable, "-I", "-S", "-c", SERVE])]
    return words, sources.paths
