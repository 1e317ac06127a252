"""`check-submission`: valid or the reason, fast, with the standard library alone."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness.competition.check import main
from harness.competition.validity import SubmissionRules

RULES = SubmissionRules("id", ("y",), "number", ("1", "2"))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.json"
    path.write_text(RULES.to_json())
    return path


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("id,y\n1,0\n2,1\n", 0, "valid\n"),
        ("id,y\n1,0\n", 1, "invalid: row_count: The submission has 1 rows; test.csv has 2."),
        ("id,y\n1,0\n2,x\n", 1, "invalid: not_numeric: Line 3 of the submission, column 'y': 'x', which is no number."),
        (None, 1, "invalid: not_a_file: The submission is not there."),
    ],
)
def test_it_says_what_is_wrong(
    text: str | None, code: int, said: str, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "mine.csv").write_text(text)
    assert main([str(tmp_path / "mine.csv")], rules) == code
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize("words", [["--help"], ["a", "b"]])
def test_it_says_how_it_is_used(words: list[str], rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words, rules) == 2
    assert capsys.readouterr().out.startswith("usage: check-submission [FILE]")


def test_it_starts_fast_and_needs_the_standard_library_alone(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("id,y\n1,0\n2,1\n")
    house = Path(harness.__file__).parent.parent
    program = (
        f"import sys; sys.path.append({str(house)!r}); from pathlib import Path; "
        f"from harness.competition.check import main; sys.exit(main(['mine.csv'], Path({str(rules)!r})))"
    )
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        # -I and -S: no site-packages, so anything else than the standard library would fail.
        done = subprocess.run([sys.executable, "-ISc", program], cwd=tmp_path, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert (done.returncode, done.stdout) == (0, b"valid\n"), done.stderr
    # Processor time, for the machine may be busy; on an idle one it is the time that passes.
    assert min(seconds) < 0.1, seconds
