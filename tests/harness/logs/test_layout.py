"""Header and summaries from the bytes of a log say what Inspect's own reader says of the whole log."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inspect_ai.log import EvalError, EvalSample, EvalSampleLimit, invalidate_samples
from inspect_ai.log import ProvenanceData as Provenance
from inspect_ai.model import ModelUsage
from inspect_ai.scorer import Score

from harness.logs.cells import NEEDED, _cells, read_cells
from harness.logs.errors import Unfamiliar
from harness.logs.files import LogFile, log_files
from harness.logs.layout import read_layout
from harness.logs.whole import read_whole
from tests.harness.logs.made import CELL, begun, log_of, sample, written

LONG = "word " * 400
SPECIAL = ("a  b", " a", "a\tb\n", "ends...", *("x" * size for size in (1023, 1024, 1025)), "é" * 2000, LONG)
TEXTS = st.one_of(
    st.sampled_from(SPECIAL),
    st.sampled_from(SPECIAL),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9),
)
NUMBERS = st.one_of(st.none(), st.floats(), st.integers(-5, 5), st.booleans(), TEXTS)
USAGE = st.dictionaries(
    st.sampled_from(["m", "n"]),
    st.builds(
        ModelUsage,
        input_tokens=st.integers(0, 9),
        output_tokens=st.integers(0, 9),
        total_cost=st.one_of(st.none(), st.floats(0, 9)),
    ),
)
SCORES = st.dictionaries(
    st.sampled_from(["one", "two"]),
    st.builds(
        Score,
        value=st.one_of(st.fixed_dictionaries({"score": NUMBERS, "normalized": NUMBERS}), st.floats(), st.just("C")),
        reason=st.one_of(st.none(), TEXTS),
        metadata=st.one_of(
            st.none(),
            st.dictionaries(
                st.sampled_from(["contestant", "family", "status", "seed"]), st.one_of(TEXTS, st.integers(0, 9))
            ),
        ),
    ),
    min_size=1,
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "error": st.one_of(
        st.none(),
        st.none(),
        st.none(),
        st.builds(EvalError, message=TEXTS, traceback=TEXTS, traceback_ansi=TEXTS),
        st.just(EvalError(message="CancelledError()", traceback="", traceback_ansi="")),
    ),
    "limit": st.one_of(st.none(), st.just(EvalSampleLimit(type="working", limit=5.0))),
    "working_time": st.one_of(st.none(), st.floats(0, 9)),
    "total_time": st.one_of(st.none(), st.floats(0, 9)),
    "model_usage": USAGE,
    "metadata": st.dictionaries(st.sampled_from([*NEEDED, "task_hash", "other"]), st.one_of(TEXTS, st.integers(0, 9))),
    "scores": st.one_of(
        st.sampled_from([None, {}]),
        *[SCORES] * 3,
    ),
}


@st.composite
def samples(draw: Callable[..., Any]) -> list[EvalSample]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        fields = {name: draw(values) for name, values in FIELDS.items()}
        if draw(st.integers(0, 5)):
            fields["metadata"] = {"task": "t", "task_hash": "h"} | fields["metadata"]
        found.append(sample("linear", f"t{number}", 0.5, draw(st.integers(1, 2)), fields=fields))
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=samples(), suffix=st.sampled_from(["eval", "json", "begun"]))
def test_both_readers_say_the_same(made: list[EvalSample], suffix: str, tmp_path: Path) -> None:
    for number, one in enumerate(made):  # where nothing names a task the row would have none
        if "task_hash" in one.metadata:
            one.metadata.setdefault("task", f"t{number}")
    path = tmp_path / f"2026-01-01T00-00-00_x.{'json' if suffix == 'json' else 'eval'}"
    path.unlink(missing_ok=True)
    (begun if suffix == "begun" else written)(path, made)
    (file,) = log_files([str(path)]).files
    ours, theirs = read_layout(file, NEEDED), read_whole(file)
    assert ours[0] == theirs[0]
    assert {str(cell) for cell in _cells(*ours)} == {str(cell) for cell in _cells(*theirs)}


def test_of_a_sample_that_was_run_again_the_last_counts(tmp_path: Path) -> None:
    again = [sample("linear", "t", score, epoch) for score in (0.1, 0.2, 0.3) for epoch in (1, 2)]
    path = begun(tmp_path / "a.eval", [*again[:3], *again[4:], again[3]])
    found = read_cells(_file(path))
    assert found.running
    assert {cell["epoch"]: cell["score"] for cell in found.cells} == {1: 0.3, 2: 0.2}
    assert len(read_whole(_file(path))[1]) == 2


USAGES = {name: ModelUsage(input_tokens=7, output_tokens=2, total_cost=cost) for name, cost in (("m", 0.1), ("n", 0.2))}
UNPRICED = {**USAGES, "o": ModelUsage(input_tokens=1)}
STOPPED = EvalError(message="CancelledError()", traceback="", traceback_ansi="")
FAILED = EvalError(message="no sandbox", traceback="", traceback_ansi="")
ROWS: dict[str, tuple[dict[str, Any], dict[str, object] | None]] = {
    "its working time": ({"working_time": 2.0, "total_time": 3.0}, {"seconds": 2.0}),
    "no working time": ({"working_time": None, "total_time": 3.0}, {"seconds": 3.0}),
    "no time": ({"working_time": None, "total_time": None}, {"seconds": None}),
    "no model": ({}, {"input_tokens": None, "output_tokens": None, "cost_usd": None, "limit": "", "seed": 2}),
    "models": ({"model_usage": USAGES}, {"input_tokens": 14, "output_tokens": 4, "cost_usd": math.fsum((0.1, 0.2))}),
    "a model without a price": ({"model_usage": UNPRICED}, {"input_tokens": 15, "cost_usd": None}),
    "a limit": ({"limit": EvalSampleLimit(type="cost", limit=1.0)}, {"limit": "cost", "score": 0.5}),
    "an error": ({"error": FAILED}, {"status": "error", "score": None, "reason": "", "normalized": None}),
    "an error without a score": ({"error": FAILED, "scores": None}, {"status": "error", "score": None, "seed": 2}),
    "an epoch of a plan": (
        {
            "metadata": {**CELL, "task": "t", "epoch": 5},
            "scores": {"s": Score(value={}, metadata={"status": "invalid"})},
        },
        {"epoch": 6, "seed": 6, "status": "invalid"},
    ),
    "Ctrl-C": ({"error": STOPPED}, None),
    "not scored": ({"scores": None}, None),
    "no competition": ({"metadata": {"task": "t"}}, None),
}


@pytest.mark.parametrize("suffix", ["eval", "json"])
@pytest.mark.parametrize("kind", ROWS)
def test_the_row_of_a_sample(kind: str, suffix: str, tmp_path: Path) -> None:
    fields, expected = ROWS[kind]
    path = written(tmp_path / f"2026-01-01T00-00-00_a.{suffix}", [sample("linear", "t", 0.5, 2, fields=fields)])
    found = read_cells(_file(path)).cells
    assert [{name: cell[name] for name in expected or {}} for cell in found] == ([] if expected is None else [expected])


@pytest.mark.parametrize("name", NEEDED)
def test_a_text_that_the_summary_cut_is_read_whole(name: str, tmp_path: Path) -> None:
    text = "x" * 2000
    one = sample("linear", "t", 0.5)
    one.metadata[name] = text
    path = written(tmp_path / "a.eval", [one])
    ours, theirs = read_layout(_file(path), NEEDED), read_whole(_file(path))
    assert ours[1][0].metadata[name] == theirs[1][0].metadata[name] == text


def test_what_the_table_does_not_need_may_be_long(tmp_path: Path) -> None:
    path = written(tmp_path / "a.eval", [sample("linear", "t", 0.5, notes=LONG, more=["x"] * 2000)])
    (found,) = read_layout(_file(path), NEEDED)[1]
    assert found.metadata["notes"] != LONG  # the summary was enough
    assert read_cells(_file(path)).cells[0]["score"] == 0.5


def test_a_log_of_an_older_inspect_is_inspects_to_read(tmp_path: Path) -> None:
    log = log_of([sample("linear", "t", 0.25)])
    log.eval.packages = {"inspect_ai": "0.3.120"}
    path = written(tmp_path / "a.eval", log.samples or [], eval=log.eval)
    with pytest.raises(Unfamiliar):
        read_layout(_file(path), NEEDED)
    assert read_cells(_file(path)).cells[0]["score"] == 0.25


def test_an_invalidated_cell_is_withdrawn(tmp_path: Path) -> None:
    made = log_of([sample("linear", "t1", 0.5), sample("linear", "t2", 0.75)])
    assert made.samples
    gone = invalidate_samples(made, [str(made.samples[0].uuid)], Provenance(author="me"))
    for name in ("a.eval", "2026-01-01T00-00-00_a.json"):
        path = written(tmp_path / name, gone.samples or [], eval=gone.eval, invalidated=True)
        found = read_cells(_file(path))
        assert ([cell["task"] for cell in found.cells], found.withdrawn) == (["t2"], 1)


def _file(path: Path) -> LogFile:
    (file,) = log_files([str(path)]).files
    return file
