"""What a cell costs in each sandbox: `python benchmarks/cells.py [--cells 200] [--leaks 1000]`.

A cell is an agent that imports pandas and copies the sample submission: creation, imports, grading and clean-up all
counted.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from inspect_ai.util import SandboxEnvironment

from harness.errors import MachineError
from harness.evals import agent_sandbox
from harness.grading import grade
from harness.package import load_package
from harness.preparation import prepare
from harness.prepared import PreparedTask
from harness.sandboxes.bubble.zygote import SWITCH
from harness.sandboxes.container.engine import LABEL, engine, named_errors
from harness.sandboxes.selection import reserve_sandbox
from harness.sandboxes.spec import Mount, SandboxSpec
from harness.sandboxes.transfer import read_result

TASK = Path(__file__).parent.parent / "tasks" / "curated" / "pima_diabetes"
COPY = "import pandas\npandas.read_csv('data/sample_submission.csv', dtype=str).to_csv('submission.csv', index=False)\n"
AGENT = "/opt/mlesmith/agent/copies.py"


def spec_of(task: PreparedTask, agent: Path) -> SandboxSpec:
    """An agent's sandbox with the program that copies."""
    spec = agent_sandbox(task)
    return spec.model_copy(update={"mounts": (*spec.mounts, Mount(source=agent, target=AGENT))})


async def cell(task: PreparedTask, spec: SandboxSpec, kind: str) -> float:
    """Seconds of one cell."""
    started = time.perf_counter()
    async with reserve_sandbox(spec, kind) as sandbox:
        done = await sandbox.python([AGENT])
        assert done.success, done.stderr
        await graded(task, sandbox, kind)
    return time.perf_counter() - started


async def graded(task: PreparedTask, sandbox: SandboxEnvironment, kind: str) -> None:
    """Take the submission out and grade it."""
    found = await read_result(sandbox, "/workspace/submission.csv", 1 << 20)
    assert found is not None
    report = (await grade(task, {"one": found}, sandbox=kind))["one"]
    assert report.score is not None, report


async def docker_cell(task: PreparedTask, spec: SandboxSpec) -> float:
    """Seconds of one cell in Inspect's own sandbox; the grader is `auto`."""
    from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment as Docker

    from harness.sandboxes.bubble.bytecode import bytecode
    from harness.sandboxes.bubble.process import Bubble
    from harness.sandboxes.container.compose import compose_config

    config = compose_config(spec, await bytecode(Bubble.start))
    started = time.perf_counter()
    rooms = await Docker.sample_init("cells", config, {})
    try:
        done = await rooms["default"].exec(["python", AGENT])
        assert done.success, done.stderr
        await graded(task, rooms["default"], "auto")
    finally:
        await Docker.sample_cleanup("cells", config, rooms, False)
    return time.perf_counter() - started


async def in_turn(name: str, count: int, one: Callable[[], Awaitable[float]]) -> None:
    """Print the median and the 95th percentile of cells one after the other; what is made once is made before."""
    for _ in range(3):
        await one()
    times = [await one() for _ in range(count)]
    middle, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"| {name} | {count} | {middle:.3f} | {high:.3f} |", flush=True)


async def at_once(name: str, one: Callable[[], Awaitable[float]], count: int = 64, most: int = 16) -> None:
    """Print the time of many cells, some at once."""
    places = asyncio.Semaphore(most)

    async def placed() -> None:
        async with places:
            await one()

    started = time.perf_counter()
    await asyncio.gather(*(placed() for _ in range(count)))
    print(f"| {name}, {most} at once | {count} | {time.perf_counter() - started:.1f} in all | |", flush=True)


def made_by_engine() -> int:
    """Containers and volumes of ours that the engine has; 0 where there is no engine."""
    try:
        client = engine()
    except MachineError:
        return 0
    with named_errors():
        marked = {"filters": {"label": LABEL}}
        return len(client.containers.list(all=True, **marked)) + len(client.volumes.list(**marked))


def traces() -> dict[str, int]:
    """What could grow: memory (MB) and open files of this process, mounts, temporary files, what the engine has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "memory MB": pages * os.sysconf("SC_PAGE_SIZE") >> 20,
        "open files": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "mounts": len(Path("/proc/self/mountinfo").read_text().splitlines()),
        "temporary files": sum(1 for path in Path(tempfile.gettempdir()).glob("mlesmith-*/**/*")),
        "control groups": sum(1 for _ in Path("/sys/fs/cgroup").rglob("mlesmith-*")),
        "containers and volumes": made_by_engine(),
    }


async def leaks(count: int, one: Callable[[], Awaitable[float]]) -> None:
    """Print what has grown between cell 50 and the last."""
    for _ in range(50):
        await one()
    before = traces()
    for _ in range(count - 50):
        await one()
    after = traces()
    for name, value in after.items():
        print(f"| {name} | {before[name]} after cell 50 | {value} after cell {count} |", flush=True)


async def main() -> None:
    """Print every figure as a row of Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--leaks", type=int, default=1000)
    parser.add_argument("--leaks-of", default="bubble,container")
    parser.add_argument("--kinds", default="warm,fresh,container,docker")
    words = parser.parse_args()
    task = await prepare(load_package(TASK))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        agent = Path(folder, "copies.py")
        agent.write_text(COPY)
        agent.chmod(0o644)
        spec = spec_of(task, agent)
        for name, kind in (("warm", "bubble"), ("fresh", "bubble"), ("container", "container")):
            if name in words.kinds.split(","):
                os.environ[SWITCH] = "off" if name == "fresh" else "on"
                await in_turn(name, words.cells, lambda kind=kind: cell(task, spec, kind))
                await at_once(name, lambda kind=kind: cell(task, spec, kind))
        os.environ[SWITCH] = "on"
        if "docker" in words.kinds.split(","):
            await in_turn("docker (compose)", words.cells, lambda: docker_cell(task, spec))
        for kind in words.leaks_of.split(",") if words.leaks else ():
            print(f"| {kind} | | |", flush=True)
            await leaks(words.leaks, lambda kind=kind: cell(task, spec, kind))


if __name__ == "__main__":
    asyncio.run(main())
