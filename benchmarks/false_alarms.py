"""Does the battery turn down what people really predict? `python -m benchmarks.false_alarms [--only NAME] [--kept]`.

For every dataset of a list of `data/` (the published one) the formulation with the target that people predict is made
by the rules engine, written out, verified and repaired as in a real run, against the curated tasks. Each check that
fails on one, before the first repair or at the end, is either right or a false alarm: `data/alarms.toml` says which,
and why; one that is not said there is printed as not looked at. Intervals are Wilson's (1927), 95 %.

What came of a dataset is kept in the cache as long as the code is the same, so that a run that was stopped goes on;
`--kept` takes what other code made, too, and says of how many.
"""

import argparse
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import anyio
from pydantic import BaseModel, ConfigDict

import generation
import harness
from benchmarks.targets import DATA, LISTS, Known, fetched, fingerprint, profiled, read
from generation.bench import Bench
from generation.engines import CannotBeAsked, open_engine
from generation.formulation import Formulation
from generation.neighbours import packages_below
from generation.private_splits import PUBLIC
from generation.records import FormulationRecord
from generation.repair import Draft, design, refactor, settle
from generation.rules.brainstormer import Questions
from generation.shares import wilson
from harness.places import cache_dir, shipped_tasks, whole_file
from harness.processors import processors

LOOKED_AT = DATA / "alarms.toml"
MOST_ASKED = 10  # beyond the tenth the engine tries none
LONGEST = 220


class Alarm(BaseModel):
    """A check that did not pass; `repaired` where it does at the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    said: str
    repaired: bool


class Came(BaseModel):
    """What came of the formulation with the known target; `status` is "not formed" where there was none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    code: str
    status: str
    target: str = ""
    place: int = 0
    objective: str = ""
    metric: str = ""
    split: str = ""
    repairs: int = 0
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What somebody who looked says of an alarm."""

    right: bool
    why: str


def came(known: Known, version: str, *, kept: bool = False) -> Came:
    """What came of one dataset: from the cache, or made now."""
    path = cache_dir("benchmarks", "false-alarms") / f"{known.dataset.replace('/', '+')}.json"
    if path.is_file():
        found = Came.model_validate_json(path.read_bytes())
        if kept or found.code == version:
            return found
    found = anyio.run(_made, known, version)
    with whole_file(path) as draft:
        draft.write_text(found.model_dump_json(indent=2), encoding="utf-8")
    return found


async def _made(known: Known, version: str) -> Came:
    profile = profiled(known)
    questions = Questions(profile, PUBLIC)
    asked = questions.best(MOST_ASKED)
    place = next((at for at, one in enumerate(asked) if one.target in known.wanted), None)
    if place is None:
        place, asked = len(asked), [*asked, *_formed(questions, known)]
    if place == len(asked):
        return Came(dataset=known.dataset, code=version, status="not formed")
    curated = packages_below([shipped_tasks()])
    bench = Bench(open_engine("rules", seeds=PUBLIC), profile, fetched(known), "auto", 0, curated)
    bench.asked = {one.target for one in asked}
    draft = Draft(asked[place])
    await design(bench, draft)
    await refactor(bench, draft)
    return _told(known.dataset, version, place + 1, asked[place], (await settle(bench, draft))[0])


def _formed(questions: Questions, known: Known) -> list[Formulation]:
    """The question that the engine would not ask, if it can be written at all."""
    for name in known.wanted:
        with suppress(CannotBeAsked):
            made = questions.unasked(name)
            if made is not None:
                return [made]
    return []


def _told(dataset: str, version: str, place: int, asked: Formulation, record: FormulationRecord) -> Came:
    said = {defect.kind: defect.message for repair in record.repairs for defect in repair.defects}
    at_the_end = {}
    if record.verification is not None:
        at_the_end = {
            one.id: f"{one.where}: {one.evidence}" + ("" if one.figure is None else f" ({one.figure:.4g})")
            for one in record.verification.checks
            if one.stands_in_the_way
        }
    elif record.status != "verified":
        at_the_end = {record.stage: record.reason}
    # The log forgets which checks applied: what the verdict does not need is no alarm.
    if record.status == "verified":
        at_the_end = {}
    return Came(
        dataset=dataset,
        code=version,
        status=record.status,
        target=asked.target,
        place=place,
        objective=asked.objective,
        metric=asked.metric,
        split=asked.split.rule,
        repairs=len(record.repairs),
        alarms=tuple(
            Alarm(check=name, said=" ".join(text.split())[:LONGEST], repaired=name not in at_the_end)
            for name, text in {**said, **at_the_end}.items()
        ),
    )


def judgements() -> dict[tuple[str, str], Judged]:
    """What was said of each alarm, by dataset and check."""
    found = tomllib.loads(LOOKED_AT.read_text(encoding="utf-8")).get("alarm", [])
    return {(one["dataset"], one["check"]): Judged(bool(one["right"]), str(one["why"])) for one in found}


def share(name: str, hits: int, count: int) -> str:
    """A line of the table of shares."""
    if not count:
        return f"| {name} | 0 of 0 | – | – |"
    low, high = wilson(hits, count)
    return f"| {name} | {hits} of {count} | {hits / count:.0%} | [{low:.1%}, {high:.1%}] |"


def show(found: Sequence[Came], version: str) -> None:
    """The shares, then each alarm with what is said of it."""
    formed = [one for one in found if one.status != "not formed"]
    known = judgements()
    rejected = [one for one in formed if one.status != "verified"]
    wrongly = [one for one in rejected if any(_is_false(known, one, alarm) for alarm in one.alarms)]
    old = sum(one.code != version for one in found)
    if old:
        print(f"{old} of {len(found)} were made by other code than this.\n")
    print("| of the formulations with the known target | hits | share | 95 % interval |\n|---|---|---|---|")
    print(share("formed by the engine", len(formed), len(found)))
    print(share("passed whole at the first attempt", sum(not one.alarms for one in formed), len(formed)))
    print(share("verified, repairs included", len(formed) - len(rejected), len(formed)))
    print(share("rejected, and rightly", len(rejected) - len(wrongly), len(formed)))
    print(share("rejected by a false alarm, or not looked at", len(wrongly), len(formed)))
    _show_checks(formed)
    print("\n| dataset | target | check | repaired | what it says | what was seen |\n|---|---|---|---|---|---|")
    for one in formed:
        for alarm in one.alarms:
            judged = known.get((one.dataset, alarm.check))
            seen = "repaired" if judged is None and alarm.repaired else "NOT LOOKED AT"
            if judged is not None:
                seen = f"{'right' if judged.right else 'false alarm'}: {judged.why}"
            said, repaired = alarm.said.replace("|", "\\|"), "yes" if alarm.repaired else "no"
            print(f"| {one.dataset} | {one.target} | {alarm.check} | {repaired} | {said} | {seen} |")
    for one in found:
        if one.status == "not formed":
            print(f"not formed: {one.dataset}")


def _is_false(known: dict[tuple[str, str], Judged], one: Came, alarm: Alarm) -> bool:
    judged = known.get((one.dataset, alarm.check))
    return not alarm.repaired and (judged is None or not judged.right)


def _show_checks(formed: Iterable[Came]) -> None:
    told = [(alarm.check, alarm.repaired) for one in formed for alarm in one.alarms]
    first, last = Counter(name for name, _ in told), Counter(name for name, repaired in told if not repaired)
    print("\n| check | fails before repairs | and at the end |\n|---|---|---|")
    for name, count in first.most_common():
        print(f"| {name} | {count} | {last[name]} |")


def main() -> None:
    """Make what is missing, print."""
    words = argparse.ArgumentParser(description="False alarms of the battery on what people really predict.")
    words.add_argument("--list", choices=list(LISTS), default="published", help="which list of datasets")
    words.add_argument("--only", action="append", help="one dataset of it alone")
    words.add_argument("--kept", action="store_true", help="take what other code made, too")
    words.add_argument("--processes", type=int, default=processors())
    said = words.parse_args()
    known = [one for one in read(LISTS[said.list]) if not said.only or one.dataset in said.only]
    version = fingerprint(generation, harness)
    with ProcessPoolExecutor(said.processes) as pool:
        waiting = [pool.submit(came, one, version, kept=said.kept) for one in known]
        found = [done.result() for done in waiting]
    show(found, version)


if __name__ == "__main__":
    main()
