"""Forked children: which works share one, and what ends one."""

import os
import resource
import signal
import stat
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import cast

import pytest

from harness.competition.children import ChildFailed, Work, in_children

Answer = Callable[[], str]


def own() -> str:
    return str(os.getpid())


def foreign() -> Answer:
    return own


def told(*works: Work, seconds: float = 20) -> list[str]:
    return [
        f"failed: {answer}" if isinstance(answer, ChildFailed) else answer.strip()
        for answer in in_children(works, seconds, 64)
    ]


def test_a_child_goes_on_until_foreign_code_has_run_in_it() -> None:
    first, second, third, fourth, fifth = told(own, own, foreign, foreign, own)
    assert first == second == third
    assert len({third, fourth, fifth, own()}) == 4


def test_nothing_runs_in_a_child_after_foreign_code(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def notes() -> str:
        with log.open("a", encoding="ascii") as file:
            file.write("here\n")
        return own()

    told(foreign, notes)
    assert log.read_text(encoding="ascii") == "here\n"


def dies() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def hangs() -> str:
    time.sleep(60)
    return "never"


def dies_abroad() -> Answer:
    return dies


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (dies, "its process was ended by SIGKILL"),
        (dies_abroad, "its process was ended by SIGKILL"),
        (hangs, "it took longer than 0.3 s"),
        (lambda: hangs, "it took longer than 0.3 s"),
        (lambda: os._exit(7), "its process ended by itself with exit code 7"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_fails_is_alone(work: Work, why: str, place: int) -> None:
    works: list[Work] = [lambda: "one", lambda: "two"]
    works.insert(place, work)
    answers = told(*works, seconds=0.3 if "0.3" in why else 20)
    assert answers.pop(place) == f"failed: {why}"
    assert answers == ["one", "two"]


def pipes() -> set[int]:
    return {number for number in range(3, 1024) if _is_pipe(number)}


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:  # there is none of this number
        return False


def test_foreign_code_answers_for_itself_alone() -> None:
    before = pipes()

    def forges() -> str:
        (answering,) = pipes() - before
        os.write(answering, b"forged\nforged\nforged\n")
        return "true"

    assert told(lambda: "one", lambda: forges, lambda: "three", lambda: "four") == ["one", "forged", "three", "four"]


def limits() -> str:
    return " ".join(map(str, resource.getrlimit(resource.RLIMIT_CPU)))


def burns() -> str:
    while time.process_time() < 1.2:
        pass
    return limits()


def limited() -> Answer:
    return limits


def test_processor_time_is_given_to_each_work_and_foreign_code_cannot_raise_it() -> None:
    before, after, abroad = (answer.split() for answer in told(limits, burns, limited))
    later = told(limits, burns, limits)[2].split()
    assert before == after, "both are of limits set before 1.2 s were burned"
    assert int(later[0]) > int(before[0])
    assert abroad[0] == abroad[1] == later[0]


def test_answers_are_one_line_each_and_bounded() -> None:
    assert told(lambda: "", lambda: "a\nb", lambda: "é" * (1 << 17)) == ["", "a b", "é" * ((1 << 15) - 1) + "�"]


def test_what_is_not_waited_for_is_ended() -> None:
    answers = cast("Generator[str | ChildFailed]", in_children([own, lambda: hangs], 20, 64))
    child = os.pidfd_open(int(str(next(answers))))
    answers.close()
    with pytest.raises(ProcessLookupError):
        signal.pidfd_send_signal(child, 0)
    os.close(child)
