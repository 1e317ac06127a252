"""Submissions that break a rule each, with the reasons that are right for it."""

import gzip
import io
import pickle
import zipfile
from dataclasses import dataclass
from functools import cache

import pandas as pd

from generation.verification.answers import Form
from harness.competition.reasons import Reason
from harness.competition.validity import SubmissionRules, size_bound

R = Reason
UNREADABLE = frozenset({R.UNREADABLE, R.ENCODING, R.MISSING_COLUMNS, R.EXTRA_COLUMNS, R.DUPLICATE_COLUMNS})
HEADER = frozenset({R.MISSING_COLUMNS, R.EXTRA_COLUMNS})
COUNT = frozenset({R.ROW_COUNT, R.MISSING_IDS, R.UNKNOWN_IDS, R.DUPLICATE_IDS})
UNKNOWN = frozenset({R.UNKNOWN_IDS, R.MISSING_IDS})
NO_NUMBER = frozenset({R.NOT_NUMERIC, R.NOT_FINITE})
RANGE = frozenset({R.OUT_OF_RANGE, R.BAD_PROBABILITIES})
Lines = list[list[str]]
UNPACKED = 64_000_000  # bytes of zeros that a bomb grows to, hundreds of times its size
MEMBERS = 64  # of a packed file, one after the other: the same zeros, packed once


@dataclass(frozen=True)
class Malformed:
    """One broken file; any of `reasons` names its fault rightly."""

    name: str
    file: bytes
    reasons: frozenset[Reason]


def malformed(form: Form) -> list[Malformed]:
    """The battery for a task: faults of the file, of the header, of the rows, and of the values that it asks for."""
    good = form.file(form.constant())
    lines = [line.split(",") for line in good.decode().splitlines()]
    return [*_files(good, _bound(form, lines)), *_headers(lines), *_rows(lines, form), *_values(lines, form)]


def _bound(form: Form, lines: Lines) -> int:
    """Bytes that no valid submission of the task exceeds."""
    (identity, *columns), *rows = lines
    question, ids = form.tables.card.task, tuple(row[0] for row in rows)
    rules = SubmissionRules(
        id_column=identity, columns=tuple(columns), kind=question.prediction, labels=question.labels, ids=ids
    )
    return size_bound(rules)


def _csv(lines: Lines, separator: str = ",") -> bytes:
    return ("\n".join(separator.join(line) for line in lines) + "\n").encode()


def _files(good: bytes, bound: int) -> list[Malformed]:
    text = good.decode()
    return [
        Malformed("empty", b"", UNREADABLE),
        Malformed("blank_lines", b"\n\n\n", UNREADABLE),
        Malformed("zeros", bytes(4096), UNREADABLE),
        Malformed("random_bytes", bytes(range(256)) * 16, UNREADABLE),
        Malformed("utf_16", text.encode("utf-16"), UNREADABLE),
        Malformed("latin_1", good.replace(b"\n", b"\xe9\n", 3), frozenset({R.ENCODING})),
        Malformed("pickle", pickle.dumps(text.splitlines()), UNREADABLE),
        Malformed("parquet", _parquet(good), UNREADABLE),
        Malformed("zip", _zip(good), UNREADABLE),
        Malformed("zip_bomb", _bomb(), UNREADABLE),
        Malformed("gzip", gzip.compress(good, mtime=0), UNREADABLE),
        Malformed("gzip_bomb", _gzip_bomb(), UNREADABLE),
        Malformed("json", b'{"id": [1, 2], "prediction": [0, 1]}', UNREADABLE),
        Malformed(
            "open_quote",
            good[: len(good) // 2] + b'"' + good[len(good) // 2 :],
            UNREADABLE | COUNT | NO_NUMBER | {R.UNKNOWN_LABEL},
        ),
        Malformed("semicolons", good.replace(b",", b";"), UNREADABLE),
        Malformed("tabs", good.replace(b",", b"\t"), UNREADABLE),
        Malformed("bars", good.replace(b",", b"|"), UNREADABLE),
        Malformed("blanks_as_separators", good.replace(b",", b" "), UNREADABLE),
        Malformed("far_too_long", good + b"x" * bound, frozenset({R.TOO_LARGE})),
    ]


def _parquet(good: bytes) -> bytes:
    made = io.BytesIO()
    pd.read_csv(io.BytesIO(good), dtype=str, keep_default_na=False).to_parquet(made, index=False)
    return made.getvalue()


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("submission.csv", content)
    return made.getvalue()


@cache
def _bomb() -> bytes:
    return _zip(bytes(UNPACKED))


@cache
def _gzip_bomb() -> bytes:
    return gzip.compress(bytes(UNPACKED // MEMBERS), mtime=0) * MEMBERS


def _headers(lines: Lines) -> list[Malformed]:
    header, rows = lines[0], lines[1:]
    last = [*header[:-1], header[-1] + "_x"]
    return [
        Malformed("no_header", _csv(rows), UNREADABLE | COUNT),
        Malformed("header_alone", _csv(lines[:1]), COUNT),
        Malformed("no_id_column", _csv([line[1:] for line in lines]), frozenset({R.MISSING_COLUMNS})),
        Malformed("no_prediction", _csv([line[:-1] for line in lines]), frozenset({R.MISSING_COLUMNS})),
        Malformed("renamed_column", _csv([last, *rows]), HEADER),
        Malformed("other_case", _csv([[name.swapcase() for name in header], *rows]), HEADER),
        Malformed(
            "extra_column",
            _csv([[*line, "1"] if at else [*line, "more"] for at, line in enumerate(lines)]),
            frozenset({R.EXTRA_COLUMNS}),
        ),
        Malformed("index_column", _csv([["", *header], *([str(at), *row] for at, row in enumerate(rows))]), HEADER),
        Malformed(
            "column_twice",
            _csv([[*line, line[-1]] for line in lines]),
            frozenset({R.DUPLICATE_COLUMNS, R.EXTRA_COLUMNS}),
        ),
    ]


def _rows(lines: Lines, form: Form) -> list[Malformed]:
    header, rows = lines[0], lines[1:]
    train_id = str(form.tables.train[form.tables.id].iloc[0])
    changes: list[tuple[str, Lines, frozenset[Reason]]] = [
        ("row_missing", rows[:-1], frozenset({R.ROW_COUNT, R.MISSING_IDS})),
        ("half_missing", rows[: len(rows) // 2], frozenset({R.ROW_COUNT, R.MISSING_IDS})),
        ("row_twice", [*rows, rows[0]], frozenset({R.ROW_COUNT, R.DUPLICATE_IDS})),
        ("id_twice", [*rows[:-1], [rows[0][0], *rows[-1][1:]]], frozenset({R.DUPLICATE_IDS, R.MISSING_IDS})),
        ("id_unknown", [*rows[:-1], ["no-such-id", *rows[-1][1:]]], UNKNOWN),
        ("id_of_train", [*rows[:-1], [train_id, *rows[-1][1:]]], UNKNOWN),
        ("id_empty", [*rows[:-1], ["", *rows[-1][1:]]], UNKNOWN),
        ("ids_as_floats", [[f"{row[0]}.0", *row[1:]] for row in rows], UNKNOWN),
        ("header_again", [*rows[:-1], header], COUNT | NO_NUMBER | RANGE | {R.UNKNOWN_LABEL}),
        ("extra_rows", [*rows, *([f"more-{at}", *rows[0][1:]] for at in range(10))], COUNT),
        ("row_too_long", [*rows[:-1], [*rows[-1], "1"]], frozenset({R.UNREADABLE, R.EXTRA_COLUMNS})),
        (
            "row_too_short",
            [*rows[:-1], rows[-1][:1]],
            frozenset({R.UNREADABLE, R.MISSING_COLUMNS}) | NO_NUMBER | {R.UNKNOWN_LABEL},
        ),
    ]
    return [Malformed(name, _csv([header, *changed]), reasons) for name, changed, reasons in changes]


def _values(lines: Lines, form: Form) -> list[Malformed]:
    def with_cell(text: str) -> bytes:
        return _csv([*lines[:-1], [*lines[-1][:-1], text]])

    if form.kind == "label":
        cells = {
            "label_unknown": "no such label",
            "label_empty": "",
            "label_formula": "=1+1",
            "label_number": "1e999",
            "label_nan": "nan",
        }
        return [Malformed(name, with_cell(text), frozenset({R.UNKNOWN_LABEL})) for name, text in cells.items()]
    numbers = {
        "word": "many",
        "cell_empty": "",
        "nan": "nan",
        "none": "None",
        "infinite": "inf",
        "minus_infinite": "-inf",
        "beyond_floats": "1e400",
        "formula": "=1+1",
        "underscore": "1_0",
        "hexadecimal": "0x10",
        "two_points": "1.0.0",
        "decimal_comma": '"0,5"',
        "percent": "50%",
        "true": "True",
    }
    found = [Malformed(name, with_cell(text), NO_NUMBER) for name, text in numbers.items()]
    found.append(Malformed("huge", with_cell("1e308"), RANGE))
    if form.kind in {"probability", "probabilities"}:
        found += [
            Malformed(name, with_cell(text), RANGE) for name, text in {"above_one": "1.5", "negative": "-0.1"}.items()
        ]
    if form.kind == "probabilities":
        zeros = [*lines[:-1], [lines[-1][0], *("0" for _ in lines[-1][1:])]]
        found.append(Malformed("sum_zero", _csv(zeros), frozenset({R.BAD_PROBABILITIES})))
        halves = [lines[0], *([row[0], *("0.9" for _ in row[1:])] for row in lines[1:])]
        found.append(Malformed("sums_above_one", _csv(halves), frozenset({R.BAD_PROBABILITIES})))
    return found
