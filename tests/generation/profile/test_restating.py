"""Meanings said anew: short, whole, with their codes, and without the documentation's sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.profile.restating import LONGEST_RUN, bare, citation, codes, restated, runs_of


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Age of the patient in years.", "age of the patient in years"),
        ("A factor indicating the gender of the respondent", "gender of the respondent"),
        ("Factor. Is there a chronic condition limiting activity?", "is there a chronic condition limiting activity?"),
        ("what the insurer paid; in dollars", "what the insurer paid, in dollars"),
        ("Price charged for Citrus Hill in US dollars", "price charged for Citrus Hill (US dollars)"),
        ("region that the maker comes from", "region that the maker comes from"),
        ("Which of five possible stores the sale occurred at", "which of five possible stores sale occurred at"),
        ("Number of the week in which the purchase was made", "week in which the purchase was made (number)"),
        ("Identifies the general zoning classification", "general zoning classification"),
        ("identifies the man", "identifies the man"),
        ("Sex (1 = male; 2 = female)", "sex (1 = male, 2 = female)"),
        ("Work. 1 = student; 2 = farming, agriculture; 3 = clerk", "work (1 = student, 2 = farming, 3 = clerk)"),
        ("Class label (0: benign, 1: malignant)", "class label (0 = benign, 1 = malignant)"),
        ("CH = Citrus Hill, MM = Minute Maid", "(CH = Citrus Hill, MM = Minute Maid)"),
        ("US state", "US state"),
    ],
)  # fmt: skip
def test_what_a_line_becomes(said: str, expected: str) -> None:
    assert restated(said, said) == expected


def test_a_long_sentence_is_cut_where_a_clause_begins() -> None:
    said = "measure of the time that the family spent in the car on their way to work before the first meter was read"
    found = restated(said, said)
    assert found == "measure of the time that family spent in car on their way to work"


WORDS = "the of a price in years house which was paid by (net) first, year"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=40))
def test_no_long_run_of_the_documentation_is_kept(words: list[str]) -> None:
    said = " ".join(words)
    assert not runs_of(bare(restated(said, said)), LONGEST_RUN + 1) & runs_of(said, LONGEST_RUN + 1)


def test_codes_are_read_back() -> None:
    meaning = restated("Region of the maker (1 = America, 2 = Europe, 3 = Japan)", "")
    assert codes(meaning) == {"1": "America", "2": "Europe", "3": "Japan"}
    assert bare(meaning) == "region of the maker"
    assert codes("engine power (in kW)") == {}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("x: y\n\nReference: Fair, R. C. (1978), A theory.", "Fair, R. C. (1978), A theory."),
        (
            "### Source\n\nVerbeek, M. (2004).\n\n### References\n\nBaltagi (2002),\nSpringer.\n",
            "Baltagi (2002), Springer.",
        ),
        ("## Citation\nplease be kind", "please be kind"),
        ("no word on it", ""),
    ],
)
def test_what_a_documentation_cites(page: str, expected: str) -> None:
    assert citation(page) == expected
