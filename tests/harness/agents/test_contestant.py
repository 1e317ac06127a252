"""Words that name contestants."""

from pathlib import Path

import pytest

from harness.agents.catalogue import AGENTS
from harness.agents.contestant import MalformedContestant, contestants, parse_contestant
from harness.errors import UnknownName
from mlesmith.planned import can_run

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


UNFIT = {
    "linear[colour=3]": "the agent linear has no option 'colour'. It takes seed.",
    "linear[name=forest]": "has no option 'name'. It takes seed.",
    "oracle[seed=3]": "has no option 'seed'. It takes none.",
    "dojo[action=3]@a/b": "has no option 'action'. It takes actions.",
    "linear[seed=one]": "the option 'seed' can't be 'one': Input should be a valid integer",
    "linear[seed=1.5]": "the option 'seed' can't be 1.5: Input should be a valid integer",
    "linear[seed=1,seed=2]": "the option 'seed' is given 2 times",
    "script": "write script:FILE",
    "script[file=x.py]": "write script:FILE",
}


@pytest.mark.parametrize("words", UNFIT)
def test_options_are_those_of_the_agent(words: str) -> None:
    with pytest.raises(MalformedContestant) as said:
        parse_contestant(words)
    assert words in str(said.value)
    assert UNFIT[words] in str(said.value)


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

    gone = parse_contestant(f"script:{tmp_path}/none.py")
    for ask in (gone.solver, gone.require_here):
        with pytest.raises(NoSuchScript):
            ask()
    assert not can_run(gone.name)


def test_a_script_at_home_is_there_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One rule: what a plan may hold can be planned and run."""
    (tmp_path / "mine.py").write_text("print()\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert can_run("script:~/mine.py")
    parse_contestant("script:~/mine.py").require_here()
