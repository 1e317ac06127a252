"""Every example in the docstrings of `leaderboards` and in docs/library.md runs and says what it says."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import leaderboards

LIBRARY = Path(__file__).parents[2] / "docs" / "library.md"
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPTIONS = doctest.ELLIPSIS


def documented() -> list[doctest.DocTest]:
    """The examples of each docstring."""
    finder, found = doctest.DocTestFinder(), []
    for module in pkgutil.walk_packages(leaderboards.__path__, "leaderboards."):
        found += [test for test in finder.find(importlib.import_module(module.name)) if test.examples]
    return found


def outcome(test: doctest.DocTest, capsys: pytest.CaptureFixture[str]) -> str:
    """What differs; empty if nothing does."""
    capsys.readouterr()
    failed = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False).run(test).failed
    return capsys.readouterr().out if failed else ""


@pytest.mark.parametrize("test", documented(), ids=lambda test: test.name)
def test_a_docstring_s_example_runs(test: doctest.DocTest, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(test, capsys) == ""


def test_what_users_call_has_examples() -> None:
    assert {"leaderboards.board.rate", "leaderboards.agreement.agreement"} <= {test.name for test in documented()}


def test_the_page_of_the_library_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = LIBRARY.read_text(encoding="utf-8")
    code = "\n".join(FENCE.findall(text))
    assert code.count(">>>") == text.count(">>>") > 20
    test = doctest.DocTestParser().get_doctest(code, {}, "docs/library.md", str(LIBRARY), 0)
    assert outcome(test, capsys) == ""
