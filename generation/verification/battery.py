"""One battery, three callers: the repair loop, the scorer of the generation eval, the tests over committed packages."""

from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from functools import partial
from time import perf_counter

from anyio import to_thread

from generation.verification.evidence import Evidence, EvidenceLacking, Lacking
from generation.verification.findings import Finding, Layer, Verdict
from generation.verification.gathering import gathering
from generation.verification.registry import Check, chosen
from generation.verification.report import CheckResult, VerificationReport
from generation.verification.worth import worth_of
from harness.package import TaskPackage

Listener = Callable[[CheckResult], None]


async def verify(
    package: TaskPackage,
    *,
    sandbox: str = "auto",
    seed: int = 0,
    on_check: Listener | None = None,
    against: Sequence[TaskPackage] = (),
    only: Collection[str] | None = None,
    within_eval: bool = False,
) -> VerificationReport:
    """Ask every check of a package (or those that `only` names by id or layer) as soon as what it needs is there.

    The structure is read first; where it is broken nothing of the package is executed. `against` are the tasks that it
    must differ from. `within_eval` says that an eval is under way in this process: its trial is then held beside it.

    Raises:
        UnknownName: `only` names no check.
        MachineError: no sandbox works here.
        MlesmithError: the source of the raw data cannot be fetched.
    """
    started = perf_counter()
    checks = chosen(only)
    order = {check.id: place for place, check in enumerate(checks)}
    evidence = Evidence(package, tuple(against))
    structure = [check for check in checks if check.layer is Layer.STRUCTURE]
    results = await _asked(structure, evidence, on_check)
    broken = [result.id for result in results if result.verdict is Verdict.FAIL]
    rest = [check for check in checks if check.layer is not Layer.STRUCTURE]
    if broken:
        why = f"nothing was executed, because {', '.join(broken)} failed"
        results += [_told(CheckResult.of(check, Finding.not_run(why), 0.0), on_check) for check in rest]
    else:
        parts = {part for check in rest for part in check.needs}
        async with aclosing(gathering(evidence, parts, sandbox=sandbox, seed=seed, within_eval=within_eval)) as growing:
            async for more, there in growing:
                evidence, ready = more, [check for check in rest if there.issuperset(check.needs)]
                rest = [check for check in rest if check not in ready]
                # While these are asked, the other sandboxes go on.
                results += await _asked(ready, evidence, on_check)
        results.sort(key=lambda result: order[result.id])
    worth = worth_of(evidence.bench, package.card.metric)
    return VerificationReport.of(
        tuple(results),
        perf_counter() - started,
        complete=only is None,
        worth=worth,
        content=None if isinstance(evidence.content, Lacking) else evidence.content,
    )


async def _asked(checks: Sequence[Check], evidence: Evidence, on_check: Listener | None) -> list[CheckResult]:
    return [_told(await to_thread.run_sync(partial(_ask, check, evidence)), on_check) for check in checks]


def _ask(check: Check, evidence: Evidence) -> CheckResult:
    started = perf_counter()
    try:
        finding = check.run(evidence)
    except EvidenceLacking as lacking:
        finding = Finding.not_run(str(lacking)) if lacking.applies else Finding.needless(str(lacking))
    return CheckResult.of(check, finding, perf_counter() - started)


def _told(result: CheckResult, on_check: Listener | None) -> CheckResult:
    if on_check is not None:
        on_check(result)
    return result
