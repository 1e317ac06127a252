"""A salt gives other splits, is written nowhere, and cannot be read off what is written."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from generation.pipeline import WrongSalt, generate_task
from generation.private_splits import SplitSeeds, WeakSalt, key_of, own_mark, salted, split_key
from harness.package import load_package
from harness.prepared_tasks import prepare_all
from tests.generation.rules.tables import days, houses

SALT = "sesame-open-yourself-7351"


def test_seeds_differ_by_salt_data_and_question_and_repeat() -> None:
    one = SplitSeeds(0, key_of(SALT), "data")
    seeds = {
        one.of("price"),
        one.of("size"),
        SplitSeeds(1, key_of(SALT), "data").of("price"),
        SplitSeeds(0, key_of(SALT), "other").of("price"),
        SplitSeeds(0, key_of(SALT + "!"), "data").of("price"),
    }
    assert len(seeds) == 5
    assert one.of("price") == SplitSeeds(0, key_of(SALT), "data").of("price")
    assert all(0 <= seed < 1 << 62 for seed in seeds)
    assert SplitSeeds(3).of("price") == 3


def test_a_cut_in_time_moves_with_the_salt() -> None:
    shares = {SplitSeeds(0, key_of(f"salt number {n}"), "data").share(0.25, "sales") for n in range(6)}
    assert len(shares) > 3
    assert all(0.2 <= share <= 0.3 for share in shares)
    assert SplitSeeds().share(0.25, "sales") == 0.25


def test_a_key_shows_nothing_of_itself() -> None:
    key = key_of(SALT)
    assert key.secret.hex() not in repr(key)
    assert key.mark != key.secret.hex()[:16]


def test_a_salt_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(WeakSalt, match="at least 8"):
        key_of("short")


def test_a_run_is_not_continued_without_its_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLESMITH_SALT", raising=False)
    with salted(SALT):
        mark = own_mark()
    assert split_key() is None
    with pytest.raises(WrongSalt, match="MLESMITH_SALT"):
        generate_task("data.csv", mark=mark)
    monkeypatch.setenv("MLESMITH_SALT", SALT)
    generate_task("data.csv", mark=mark)


def generated(folder: Path, out: str, *words: str, salt: str = "") -> subprocess.CompletedProcess[str]:
    """One call of the command line on the table of houses, with the salt in the environment if there is one."""
    given = {"MLESMITH_SALT": salt} if salt else {}
    environment = {name: value for name, value in os.environ.items() if name != "MLESMITH_SALT"}
    command = ["generate", "houses.csv", "--formulations", "1", "--out", out, "--log-dir", f"{out}-logs", *words]
    return subprocess.run(
        [sys.executable, "-m", "mlesmith", *command],
        cwd=folder,
        env={**environment, **given},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def everything_below(folder: Path) -> dict[str, bytes]:
    """All bytes that were written, those inside of the logs as well."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[str(path)] = path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as log:
                    found |= {f"{path}!{name}": log.read(name) for name in log.namelist()}
    return found


@pytest.mark.sandbox
@pytest.mark.slow
def test_the_command_line_keeps_a_salt_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLESMITH_CACHE", str(tmp_path / "cache"))
    houses().to_csv(tmp_path / "houses.csv", index=False)
    (tmp_path / "salt.txt").write_text(f"{SALT}\n")
    told = [
        generated(tmp_path, "public"),
        generated(tmp_path, "private", salt=SALT),
        generated(tmp_path, "again", "--salt-file", "salt.txt"),
    ]
    assert [one.returncode for one in told] == [0, 0, 0], [one.stderr[-500:] for one in told]
    (tmp_path / "salt.txt").unlink()
    secret = key_of(SALT).secret
    for name, written in {
        **everything_below(tmp_path),
        "screen": "".join(o.stdout + o.stderr for o in told).encode(),
    }.items():
        for form in (SALT.encode(), secret.hex().encode(), secret):
            assert form not in written, name
    texts = {
        out: (tmp_path / out / "houses_price" / "prepare.py").read_text() for out in ("public", "private", "again")
    }
    assert texts["private"] == texts["again"] != texts["public"]
    tests = {
        out: set(prepare_all([load_package(tmp_path / out / "houses_price")], "auto")[0].test["size_sqm"])
        for out in ("public", "private")
    }
    assert len(tests["public"] & tests["private"]) < 0.6 * len(tests["public"])


MISTAKES = {
    "too short": (["--salt", "abc"], "at least 8"),
    "no such file": (["--salt-file", "none.txt"], "none.txt"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_with_the_salt_is_told(name: str, tmp_path: Path) -> None:
    days().to_csv(tmp_path / "houses.csv", index=False)
    words, part = MISTAKES[name]
    told = generated(tmp_path, "out", *words)
    assert told.returncode == 2
    assert part in told.stderr
    assert "Traceback" not in told.stderr
