"""No attack gains anything, in either provider; each ends in time; none is felt by the honest cell after it."""

import os
from pathlib import Path

import pytest

from harness.errors import MachineError
from harness.sandboxes.container.making import make_image
from harness.sandboxes.selection import choose
from tests.attacks.stage import ATTACKS, LATE_S, Round, everything

pytestmark = pytest.mark.sandbox

# One worker runs all attacks of a provider; the tests only look at what came of them.
PROVIDERS = [
    pytest.param("bubble", marks=pytest.mark.xdist_group("attacks in bubble")),
    pytest.param("container", marks=pytest.mark.xdist_group("attacks in container")),
]


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    """A provider that works here."""
    name = str(request.param)
    try:
        if name == "container":
            make_image()
        choose(name)
    except MachineError as error:
        pytest.skip(str(error))
    return name


@pytest.fixture
def told(provider: str) -> Round:
    return everything(provider)


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[attack.name for attack in ATTACKS])
def test_an_attack_gains_nothing(number: int, told: Round) -> None:
    verdict = told.verdicts[number]
    assert verdict.gained == ()
    assert verdict.status in verdict.attack.submits, (verdict.status, verdict.reason, verdict.met)
    assert verdict.reason == verdict.attack.reason or not verdict.attack.reason
    assert verdict.score is None or verdict.score >= told.honest_score - 1e-9, "mass is an error: lower is better"
    assert verdict.seconds <= verdict.attack.limit_s + LATE_S
    assert verdict.honest_after == told.honest


def test_nothing_of_them_runs_on(told: Round) -> None:
    alive = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if b"time.sleep(600)" in words and b"mlesmith-" in words:
                alive.append(words)
    assert not alive


def test_there_are_enough_of_them() -> None:
    assert len(ATTACKS) >= 30
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
