"""A file is a submission or is refused for its reason, at once, whatever it holds."""

import os
import socket
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.competition import faults
from harness.competition.reasons import INVALID_REASONS, Reason
from harness.competition.validity import SMALLEST_BOUND, InvalidSubmission, SubmissionRules, read_submission, size_bound

R = Reason
IDS = ("1", "2", "3", "007", "a b")
NUMBER = SubmissionRules("id", ("y",), "number", IDS, low=0.0)
LABEL = SubmissionRules("id", ("y",), "label", IDS, labels=("no", "yes", "a, b"))
CODE = SubmissionRules("id", ("y",), "label", IDS, labels=("0", "1", "2"))
TRUTH = SubmissionRules("id", ("y",), "label", IDS, labels=("false", "true"))
MIXED = SubmissionRules("id", ("y",), "label", IDS, labels=("1", "2", "many"))
CHANCE = SubmissionRules("id", ("y",), "probability", IDS, labels=("no", "yes"))
CHANCES = SubmissionRules("id", ("p_x", "p_y"), "probabilities", IDS, labels=("x", "y"))
GOOD = {"number": "1.5", "probability": "0.5", "probabilities": "0.25,0.75"}


def text(rules: SubmissionRules, last: str | None = None) -> str:
    """A valid submission, but for what its last row says."""
    good = rules.labels[1] if rules.kind == "label" else GOOD[rules.kind]
    lines = [",".join((rules.id_column, *rules.columns)), *(f"{identity},{good}" for identity in rules.ids)]
    return "\n".join(lines if last is None else [*lines[:-1], last]) + "\n"


def reason_of(content: str | bytes, rules: SubmissionRules, folder: Path) -> Reason | None:
    path = folder / "submission.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        read_submission(path, rules)
    except InvalidSubmission as refusal:
        message = str(refusal)
        assert message
        assert len(message) < 1000
        assert message.isprintable()
        return refusal.reason
    return None


NUMBERS = text(NUMBER)
CASES: dict[str, tuple[str | bytes, Reason]] = {
    "empty": (b"", R.UNREADABLE),
    "blank": (b"\n \n\n", R.UNREADABLE),
    "zero bytes": (bytes(4096), R.UNREADABLE),
    "utf-16": (NUMBERS.encode("utf-16"), R.ENCODING),
    "latin-1": (NUMBERS.replace("a b", "é b").encode("latin-1"), R.ENCODING),
    "two byte order marks": ("\ufeff\ufeff" + NUMBERS, R.MISSING_COLUMNS),
    "pickle": (b"\x80\x04\x95" + NUMBERS.encode(), R.ENCODING),
    "parquet": (b"PAR1" + NUMBERS.encode(), R.MISSING_COLUMNS),
    "zip": (b"PK\x03\x04" + NUMBERS.encode(), R.MISSING_COLUMNS),
    "semicolons": (NUMBERS.replace(",", ";"), R.MISSING_COLUMNS),
    "tabs": (NUMBERS.replace(",", "\t"), R.MISSING_COLUMNS),
    "no header": (NUMBERS.partition("\n")[2], R.MISSING_COLUMNS),
    "other case": (NUMBERS.replace("id,y", "ID,y"), R.MISSING_COLUMNS),
    "renamed": (NUMBERS.replace("id,y", "id,z"), R.MISSING_COLUMNS),
    "index column": (NUMBERS.replace("\n", "\n0,").replace("id,y", ",id,y")[:-2], R.EXTRA_COLUMNS),
    "target twice": (NUMBERS.replace("id,y", "id,y,y"), R.DUPLICATE_COLUMNS),
    "header alone": ("id,y\n", R.ROW_COUNT),
    "a row less": (NUMBERS.replace("2,1.5\n", ""), R.ROW_COUNT),
    "a row more": (NUMBERS + "9,1\n", R.ROW_COUNT),
    "an id twice": (NUMBERS.replace("\n2,", "\n1,"), R.DUPLICATE_IDS),
    "an id unknown": (NUMBERS.replace("\n2,", "\n4,"), R.UNKNOWN_IDS),
    "ids as floats": (NUMBERS.replace("\n2,", "\n2.0,"), R.UNKNOWN_IDS),
    "an id without its zeros": (NUMBERS.replace("\n007,", "\n7,"), R.UNKNOWN_IDS),
    "an id empty": (NUMBERS.replace("\n2,", "\n,"), R.MISSING_IDS),
    "a cell more": (NUMBERS.replace("2,1.5", "2,1.5,3"), R.UNREADABLE),
    "a cell less": (NUMBERS.replace("2,1.5", "2"), R.UNREADABLE),
    "a quote without end": (NUMBERS.replace("2,1.5", '2,"1.5'), R.UNREADABLE),
    "text after a quote": (NUMBERS.replace("2,1.5", '2,"1.5"x'), R.UNREADABLE),
    "blank lines without end": (NUMBERS + "\n" * 2000, R.UNREADABLE),
    "old line ends": (NUMBERS.replace("\n", "\r"), R.UNREADABLE),
}


@pytest.mark.parametrize("name", CASES)
def test_malformed_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    content, reason = CASES[name]
    assert reason_of(content, NUMBER, tmp_path) is reason


@pytest.mark.parametrize(
    ("rules", "cell", "reason"),
    [
        *((NUMBER, cell, R.NOT_NUMERIC) for cell in ("", "many", "None", "=1+1", "1_0", "0x10", "1.0.0")),
        *((NUMBER, cell, R.NOT_NUMERIC) for cell in ('"0,5"', "50%", "True", "١", "1 000")),
        *((NUMBER, cell, R.NOT_FINITE) for cell in ("nan", "NaN", "inf", "-Infinity", "1e400", "-1e400")),
        *((NUMBER, cell, R.OUT_OF_RANGE) for cell in ("-0.001", "1e101")),
        *((LABEL, cell, R.UNKNOWN_LABEL) for cell in ("", "Yes", "maybe", "=1+1", "nan", "1")),
        *((CODE, cell, R.UNKNOWN_LABEL) for cell in ("", "3", "1.5", "nan", "1e999", "1_0", "yes")),
        *((MIXED, cell, R.UNKNOWN_LABEL) for cell in ("1.0", "2e0", "Many")),
        *((TRUTH, cell, R.UNKNOWN_LABEL) for cell in ("1", "yes", "")),
        *((CHANCE, cell, R.OUT_OF_RANGE) for cell in ("1.0001", "-0.1", "50")),
        *((CHANCE, cell, R.NOT_NUMERIC) for cell in ("yes", "")),
        *((CHANCES, cells, R.BAD_PROBABILITIES) for cells in ("0,0", "0.9,0.9", "0.25,0.748")),
        (CHANCES, "1.5,-0.5", R.OUT_OF_RANGE),
        (CHANCES, "nan,0.5", R.NOT_FINITE),
    ],
)
def test_values_are_refused_with_their_reason(
    rules: SubmissionRules, cell: str, reason: Reason, tmp_path: Path
) -> None:
    assert reason_of(text(rules, last=f"a b,{cell}"), rules, tmp_path) is reason


@pytest.mark.parametrize(
    ("rules", "cell", "read"),
    [
        (NUMBER, "0", 0.0),
        (NUMBER, "1e100", 1e100),
        (NUMBER, " +1.5E-3 ", 0.0015),
        (NUMBER, ".5", 0.5),
        (NUMBER, "-0", 0.0),
        (NUMBER, "1" * 90, float("1" * 90)),
        (LABEL, ' "a, b"', "a, b"),
        (LABEL, " no ", "no"),
        (CODE, "1.0", "1"),
        (CODE, "1e0", "1"),
        (TRUTH, "True", "true"),
        (TRUTH, "FALSE", "false"),
        (CHANCE, "1", 1.0),
        (CHANCES, "0.2495,0.75", 0.2495),
    ],
)
def test_harmless_forms_are_read(rules: SubmissionRules, cell: str, read: str | float, tmp_path: Path) -> None:
    path = tmp_path / "submission.csv"
    path.write_text(text(rules, last=f"a b,{cell}"), encoding="utf-8")
    found = read_submission(path, rules)
    assert found.ids == rules.ids
    assert found.columns[rules.columns[0]][-1] == read


@given(order=st.permutations(range(len(IDS))), swapped=st.booleans(), spaces=st.booleans(), end=st.sampled_from("nrw"))
def test_order_and_white_space_mean_nothing(
    order: list[int], swapped: bool, spaces: bool, end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    values = {identity: place + 0.5 for place, identity in enumerate(IDS)}
    rows = [("id", "y"), *((IDS[place], str(values[IDS[place]])) for place in order)]
    pad = "  " if spaces else ""
    line = {"n": "\n", "r": "\r\n", "w": "\n\n"}[end]
    content = line.join(f",{pad}".join(row[::-1] if swapped else row) + pad for row in rows)
    path = tmp_path_factory.mktemp("order") / "submission.csv"
    path.write_bytes(b"\xef\xbb\xbf" + content.encode())
    assert list(read_submission(path, NUMBER).columns["y"]) == [values[identity] for identity in IDS]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    path = Path(os.environ["MLESMITH_CACHE"]) / "any.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(InvalidSubmission) as found:
        read_submission(path, NUMBER)
    assert found.value.reason in INVALID_REASONS


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: None, "not there"),
        (lambda path: path.mkdir(), "a folder"),
        (os.mkfifo, "a pipe"),
        (lambda path: path.symlink_to("/dev/zero"), "a symbolic link"),
        (lambda path: path.symlink_to(path.with_name("none")), "a symbolic link"),
        (make_socket, "a socket"),
    ],
)
def test_only_a_regular_file_is_opened(
    make: Callable[[Path], None], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "submission.csv")
    with pytest.raises(faults.NotAFile, match=kind):
        read_submission(tmp_path / "submission.csv", NUMBER)


def test_a_file_that_turns_into_a_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the opening a process of the agent may exchange the file."""
    (tmp_path / "good.csv").write_text(NUMBERS)
    (tmp_path / "submission.csv").symlink_to("good.csv")
    monkeypatch.setattr(Path, "lstat", lambda path: (tmp_path / "good.csv").stat())
    with pytest.raises(faults.NotAFile, match="a symbolic link"):
        read_submission(tmp_path / "submission.csv", NUMBER)


def test_a_device_is_not_opened() -> None:
    with pytest.raises(faults.NotAFile, match="a device"):
        read_submission(Path("/dev/zero"), NUMBER)


HOSTILE: dict[str, tuple[bytes, bytes]] = {
    "one line": (b"id,y\n", b"1"),
    "columns": (b"id", b",y"),
    "cells": (b"id,y\n1", b","),
    "quoting": (b'id,y\n1,"', b"\n"),
    "quoted lines": (b"id,y\n", b'"\n",'),
    "blank lines": (b"", b"\n"),
    "a row again and again": (b"id,y\n", b"1," + b"9" * 100 + b"\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_never_held_in_memory(name: str, tmp_path: Path) -> None:
    """Files as large as the rules allow; what is held is at most one record and the ids."""
    rules = replace(NUMBER, ids=tuple(str(number) for number in range(60_000)))
    bound = size_bound(rules)
    start, again = HOSTILE[name]
    path = tmp_path / "submission.csv"
    path.write_bytes(start + again * ((bound - len(start)) // len(again)))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidSubmission):
            read_submission(path, rules)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_large_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "submission.csv"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    started = time.process_time()
    with pytest.raises(faults.TooLarge, match=r"2,147,483,648 bytes"):
        read_submission(path, NUMBER)
    assert time.process_time() - started < 0.05


def test_the_bound_leaves_room_for_every_valid_file(tmp_path: Path) -> None:
    rules = replace(LABEL, ids=tuple(f"{'é' * 50}{number}" for number in range(2000)), labels=("no", "€" * 300))
    path = tmp_path / "submission.csv"
    path.write_text("id,y\n" + "".join(f'  "{i}"  ,"{rules.labels[1]}"\r\n' for i in rules.ids).replace('"  ', '"'))
    assert SMALLEST_BOUND < path.stat().st_size < size_bound(rules)
    assert read_submission(path, rules).columns["y"][0] == rules.labels[1]


@pytest.mark.parametrize("rules", [NUMBER, LABEL, CODE, CHANCE, CHANCES], ids=lambda rules: rules.kind)
def test_rules_come_back_as_they_were_written(rules: SubmissionRules, tmp_path: Path) -> None:
    assert SubmissionRules.from_json(rules.to_json()) == rules
    assert reason_of(text(rules), rules, tmp_path) is None


def test_every_reason_of_invalid_has_its_exception() -> None:
    classes = [one for one in vars(faults).values() if isinstance(one, type) and issubclass(one, InvalidSubmission)]
    assert {one.reason for one in classes if one is not InvalidSubmission} == INVALID_REASONS
    assert len(classes) == len(INVALID_REASONS) + 1


def test_messages_tell_where_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "submission.csv"
    path.write_text(NUMBERS.replace("\n2,", "\n2.0,"))
    with pytest.raises(faults.UnknownIds, match=r"Line 3 .* '2\.0', .* '2\.0' is not '2'"):
        read_submission(path, NUMBER)
    path.write_text(NUMBERS.replace("2,1.5\n", ""))
    with pytest.raises(faults.WrongRowCount, match=r"4 rows; test.csv has 5. There is none for '2'"):
        read_submission(path, NUMBER)
    path.write_text(NUMBERS.replace(",", ";"))
    with pytest.raises(faults.MissingColumns, match="Separate the columns by commas"):
        read_submission(path, NUMBER)
