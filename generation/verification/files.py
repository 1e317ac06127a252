"""Verifying packages that lie in folders, and keeping what was found beside them."""

from collections.abc import Callable, Sequence

import anyio

from generation.neighbours import packages_below
from generation.verification.battery import verify
from generation.verification.fingerprints import REPORT
from generation.verification.report import VerificationReport
from harness.package import TaskPackage
from harness.places import task_roots, whole_file
from harness.prepared_tasks import outside


def verify_and_write(
    packages: Sequence[TaskPackage], *, sandbox: str = "auto", on_task: Callable[[int, int, str], None] | None = None
) -> dict[str, VerificationReport]:
    """Run the battery on each package, against all others that are found here, and write its verification.json.

    Returns the reports by id.
    """
    found = packages_below(task_roots())
    others = {one.id: one for one in [*found, *packages]}

    async def run() -> dict[str, VerificationReport]:
        reports = {}
        for done, package in enumerate(packages):
            if on_task is not None:
                on_task(done, len(packages), package.id)
            report = await verify(
                package, sandbox=sandbox, against=[one for one in others.values() if one.id != package.id]
            )
            reports[package.id] = report
            if package.root is not None:
                with whole_file(package.root / REPORT) as draft:
                    draft.write_text(report.to_json(), encoding="utf-8")
        return reports

    return outside(lambda: anyio.run(run))
