"""Pickled tables: reading one can run any code, so it is read inside a sandbox, once, and kept as Parquet."""

from pathlib import Path

import anyio
from inspect_ai.util import OutputLimitExceededError

from harness.competition.faults import printable
from harness.places import cache_dir, whole_file
from harness.sandboxes.inside import unpickle as inside
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import read_result
from harness.sources.fetched import ENDINGS, Fetched, SourceError

PICKLES = tuple(
    f"{pickle}{packed}"
    for pickle in (".pkl", ".pickle", ".joblib")
    for packed in ("", ".gz", ".bz2", ".xz", ".compress")
)
TIME_S = 120
MAX_BYTES = 512 << 20


def unpickled(fetched: Fetched) -> Path:
    """The table of a pickle as a Parquet file in the cache.

    Raises:
        SourceError: reading it failed, took too long, or gave no table.
    """
    target = cache_dir("sources", "unpickled", fetched.sha256) / f"{ENDINGS.sub('', fetched.path.name)}.parquet"
    if not target.is_file():
        data = anyio.run(_convert, fetched)
        with whole_file(target) as draft:
            draft.write_bytes(data)
    return target


async def _convert(fetched: Fetched) -> bytes:
    program, source, result = "/task/unpickle.py", f"/raw/{fetched.path.name}", f"{WORKSPACE}/table.parquet"
    spec = SandboxSpec(
        mounts=(Mount(source=Path(inside.__file__), target=program), Mount(source=fetched.path, target=source)),
        limits=SandboxLimits(memory_mb=4096, disk_mb=1024),
    )
    async with open_sandbox(spec) as sandbox:
        try:
            ended = await sandbox.exec(["python", program, source, result], timeout=TIME_S)
        except TimeoutError as error:
            raise SourceError(f"{fetched.uri}: reading the pickle took longer than {TIME_S} s.") from error
        except OutputLimitExceededError as error:
            raise SourceError(f"{fetched.uri}: reading the pickle printed without end.") from error
        taken = await read_result(sandbox, result, MAX_BYTES)
    if not ended.success or not isinstance(taken, bytes):
        said = printable(ended.stderr).strip().splitlines() or [f"nothing was written, exit code {ended.returncode}"]
        raise SourceError(f"{fetched.uri} gave no table when it was read in a sandbox: {said[-1][:300]}")
    return taken
