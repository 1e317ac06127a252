"""Verifying packages that lie in folders, and keeping what was found beside them."""

from collections.abc import Callable, Sequence

import anyio

from generation.verification.battery import verify
from generation.verification.report import VerificationReport
from harness.package import TaskPackage
from harness.prepared_tasks import outside

VERIFICATION = "verification.json"


def verify_and_write(
    packages: Sequence[TaskPackage], *, sandbox: str = "auto", on_task: Callable[[int, int, str], None] | None = None
) -> dict[str, VerificationReport]:
    """Run the battery on each package and write its verification.json; returns the reports by id."""

    async def run() -> dict[str, VerificationReport]:
        reports = {}
        for done, package in enumerate(packages):
            if on_task is not None:
                on_task(done, len(packages), package.id)
            report = await verify(package, sandbox=sandbox)
            reports[package.id] = report
            if package.root is not None:
                draft = package.root / f".{VERIFICATION}"
                draft.write_text(report.to_json(), encoding="utf-8")
                draft.replace(package.root / VERIFICATION)
        return reports

    return outside(lambda: anyio.run(run))
