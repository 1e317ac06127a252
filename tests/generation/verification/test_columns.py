"""Columns of text: what a cell is does not depend on how often it is there, nor on what else is asked of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.verification.columns import EMPTY, Column, row_keys

CELLS = st.lists(
    st.sampled_from(
        ["1", "1.0", " 1", "1e0", "-0", "0", "NA", "n/a", "", "?", "abc", "abc ", "1.0000001", "1.00001", "x"]
    ),
    min_size=2,
    max_size=40,
)


@given(CELLS)
def test_each_cell_is_read_as_it_would_be_alone(cells: list[str]) -> None:
    column = Column.read(pd.Series(cells))
    for place, cell in enumerate(cells):
        alone = Column.read(pd.Series([cell]))
        assert column.distinct.texts[column.codes[place]] == cell.strip()
        assert column.keys[place] == alone.keys[0]
        assert column.empty[place] == alone.empty[0] == (cell.strip().lower() in EMPTY)
        np.testing.assert_array_equal(column.numbers[place], alone.numbers[0])


@given(CELLS)
def test_codes_are_equal_where_the_texts_are_and_forms_where_the_numbers_are(cells: list[str]) -> None:
    column = Column.read(pd.Series(cells))
    texts = [cell.strip() for cell in cells]
    forms = [f"{float(text) + 0.0:.6g}" if text and text[-1].isdigit() else text for text in texts]
    for same, codes in ((texts, column.codes), (forms, column.alike), (forms, column.keys)):
        told = np.array(codes)[:, None] == np.array(codes)[None, :]
        assert (told == (np.array(same)[:, None] == np.array(same)[None, :])).all()


@given(CELLS, CELLS)
def test_two_parts_share_their_codes(one: list[str], other: list[str]) -> None:
    left, right = Column.read_together(pd.Series(one), pd.Series(other, index=range(7, 7 + len(other))))
    both = Column.read(pd.Series([*one, *other]))
    assert left.codes.tolist() + right.codes.tolist() == both.codes.tolist()
    assert left.distinct is right.distinct


@pytest.mark.parametrize(
    ("cells", "share", "numeric"),
    [
        (["1", "2", "", "NA"], 1.0, True),
        (["1", "2", "three", "four"], 0.5, False),
        ([*map(str, range(99)), "stray"], 0.99, True),
        (["", "NA"], 0.0, False),
        (["inf", "1"], 0.5, False),
    ],
)
def test_how_many_of_the_cells_are_numbers(cells: list[str], share: float, numeric: bool) -> None:
    column = Column.read(pd.Series(cells))
    assert (column.share_of_numbers, column.numeric) == (pytest.approx(share), numeric)


def test_rows_are_keyed_by_all_their_cells_in_order() -> None:
    frame = pd.DataFrame({"a": ["1", "1.0", "2", "1"], "b": ["x", "x ", "x", "y"]})
    first, same, *others = row_keys(frame).tolist()
    assert first == same
    assert len({first, *others}) == 3
    assert row_keys(frame[["b", "a"]])[0] != first
