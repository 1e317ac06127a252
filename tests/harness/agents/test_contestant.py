"""Words that name contestants."""

from pathlib import Path

import pytest

from harness.agents.catalogue import AGENTS
from harness.agents.contestant import MalformedContestant, contestants, parse_contestant
from harness.errors import UnknownName

NAMES = {
    "boosting": "boosting",
    "boosting[seed=3]": "boosting[seed=3]",
    "react@openai/gpt-5": "react@openai/gpt-5",
    "react@litellm/groq/llama-3.3": "react@litellm/groq/llama-3.3",
    "script:agents/mine.py": "script:agents/mine.py",
}


@pytest.mark.parametrize(("words", "name"), NAMES.items())
def test_name_is_the_key(words: str, name: str) -> None:
    assert parse_contestant(words).name == name


def test_unknown_agent_lists_near_names() -> None:
    with pytest.raises(UnknownName, match="boosting"):
        parse_contestant("bosting")


@pytest.mark.parametrize("words", ["boosting@openai/gpt-5", "Boosting!", "boosting[seed]"])
def test_wrong_words_are_refused(words: str) -> None:
    with pytest.raises(MalformedContestant):
        contestants([words], [])


def test_agent_with_a_model_needs_one() -> None:
    with pytest.raises(MalformedContestant, match="--models"):
        contestants(["react"], [])


def test_each_model_is_a_contestant_and_none_twice() -> None:
    found = contestants(["react", "linear", "react@a/b"], ["a/b", "c/d"])
    assert [one.name for one in found] == ["react@a/b", "react@c/d", "linear"]


def test_controls_and_constant_are_known_to_the_leaderboard() -> None:
    assert {card.name for card in AGENTS.values() if card.family == "control"} == {
        "oracle",
        "sample_submission",
        "nothing",
    }
    assert AGENTS["constant"].family == "constant"


def test_script_that_is_not_there(tmp_path: Path) -> None:
    from harness.agents.programs import NoSuchScript

    with pytest.raises(NoSuchScript):
        parse_contestant(f"script:{tmp_path}/none.py").solver()
