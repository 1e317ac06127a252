"""What documentation, meanings and the arrangement of a table say of a question; a table of cases for each rule."""

import numpy as np
import pandas as pd
import pytest

from generation.profile import DatasetProfile, profile_table
from generation.rules.candidates import candidates
from generation.rules.documents import read_document
from generation.rules.goals import Reader
from generation.rules.ranking import rank
from generation.rules.sense import sense
from generation.rules.stems import Words, stemmed

N = 240
PAGE = """## {title}

### Description

{description}

### Format

a
: amount of a

b
: amount of b

### Source

{source}

### Examples

    {example}
"""


def page(title: str = "Things", description: str = "", source: str = "", example: str = "") -> str:
    return PAGE.format(title=title, description=description, source=source, example=example)


def table(*names: str, documentation: str = "", name: str = "things") -> DatasetProfile:
    drawn = np.random.default_rng(3)
    frame = pd.DataFrame({one: drawn.normal(50, 9, N).round(3) for one in names})
    return profile_table(frame.astype(str), documentation, name)


def reasons(profile: DatasetProfile, name: str) -> str:
    found, _ = candidates(profile)
    return "; ".join(sense(profile, {one.name: one for one in found}[name]).reasons)


@pytest.mark.parametrize(
    ("left", "right"),
    [("fatality", "fatalities"), ("employed", "employment"), ("attained", "attain"), ("visits", "visit")],
)
def test_forms_of_a_word_have_one_stem(left: str, right: str) -> None:
    assert stemmed(left) == stemmed(right)


@pytest.mark.parametrize(
    ("word", "there", "kin"),
    [("wage", False, True), ("earnings", True, True), ("immigrants", True, False), ("soil", False, False)],
)
def test_a_word_is_found_in_other_forms_and_its_kin(word: str, there: bool, kin: bool) -> None:
    words = Words(stemmed(one) for one in ("earning", "immigration"))
    assert ((stemmed(word) in words), words.has_kin(stemmed(word))) == (there, kin)


@pytest.mark.parametrize(
    ("example", "modelled"),
    [
        ("fit <- lm(log(wage) ~ educ + age, data = d)", "wage"),
        ("coxph(Surv(days, dead) ~ drug)", "days"),
        ("coxph(Surv(days, dead) ~ drug)", "dead"),
        ("manova(cbind(maths, reading) ~ school)", "reading"),
        ("gls(model = cost ~ beds)", "cost"),
    ],
)
def test_what_stands_on_the_left_of_a_formula_is_modelled(example: str, modelled: str) -> None:
    left = read_document(page(example=example)).modelled
    assert modelled in left
    assert not left & {"educ", "drug", "school", "beds", "fit", "model"}


def test_a_documentation_has_a_title_sentences_and_sources() -> None:
    document = read_document(page("Pay of cooks", "Cooks were asked.", "Roe (1999). Wages of cooks."))
    assert document.title == "Pay of cooks"
    assert document.prose == "Cooks were asked."
    assert document.sources == "Roe (1999). Wages of cooks."
    assert read_document("No headings at all.").prose == "No headings at all."


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ("The effect of sunlight on germination was studied.", "germination"),
        ("How do subsidies affect ownership?", "home_ownership"),
        ("The relationship between noise and height.", "noise"),
        ("Determinants of fatalities in towns.", "fatality_count"),
    ],
)
def test_goals_name_the_column(said: str, column: str) -> None:
    profile = table(column, "sunlight", "width", documentation=page(description=said))
    assert Reader(profile).goals[column] >= 0.6
    assert "what it depends on" in reasons(profile, column)
    assert Reader(profile).goals["width"] == 0


def test_what_has_the_effect_is_told_from_what_it_acts_on() -> None:
    reader = Reader(table("sunlight", "growth", documentation=page(description="The effect of sunlight on growth.")))
    assert (reader.causes["sunlight"], reader.causes["growth"]) == (1.0, 0.0)


def test_words_that_many_columns_have_say_less() -> None:
    said = page(description="To predict leaf growth.")
    few = Reader(table("leaf_a", "width", documentation=said)).tasks["leaf_a"]
    many = Reader(table(*(f"leaf_{end}" for end in "abcdef"), documentation=said)).tasks["leaf_a"]
    assert few > many > 0


def test_works_that_are_cited_and_names_in_sentences_count() -> None:
    said = page(description="Here gripforce matters.", source="Roe (1999). Gripforce of cooks.")
    found = reasons(table("gripforce", "width", documentation=said), "gripforce")
    assert "works that are cited" in found
    assert "call it by its name" in found


@pytest.mark.parametrize(
    ("name", "meaning", "reason"),
    [
        ("got", "child ID", "it identifies something"),
        ("wt1", "sampling weight of the household", "weight of a row"),
        ("person_weight", "", "weight of a row"),
        ("focc", "father's occupation", "of a relative"),
        ("vil", "district of the interview", "a place or a time"),
        ("arm1", "treatment that was assigned", "set by the study"),
        ("vshare", "share in the next vote", "came afterwards"),
        ("verb", "ability on entry", "came before"),
        ("crm", "crimes per 100,000 people", "each of a population"),
        ("lw", "log of weekly pay", "scale for regression"),
        ("zz", "fatalities at night", "what came of something"),
        ("edu", "schooling in steps", "known before"),
    ],
)
def test_a_meaning_says_what_a_name_does_not(name: str, meaning: str, reason: str) -> None:
    profile = table(name, "width", documentation=f"{name}: {meaning}\n\nwidth: breadth of a leaf\n" if meaning else "")
    assert reason in reasons(profile, name)
    assert reason not in reasons(profile, "width")


def test_a_rate_per_population_is_no_fact_about_people() -> None:
    profile = table("crm", documentation="crm: crimes per 100,000 population\n")
    assert "known before" not in reasons(profile, "crm")


def test_the_head_of_a_help_page_is_no_meaning() -> None:
    profile = table("growth", "width", documentation="growth| R Documentation\n---|---\n\n## Growth\n")
    assert profile["growth"].meaning == ""


def test_of_measurements_over_time_the_last_is_asked_for() -> None:
    profile = table("vote88", "vote90", "width")
    assert "measured later" in reasons(profile, "vote88")
    assert "measured later" not in reasons(profile, "vote90")
    assert rank(profile)[0].candidate.name == "vote90"


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_column_of_the_row_before_is_no_question(newest_first: bool) -> None:
    sales = np.random.default_rng(3).integers(0, 500, 400)
    frame = pd.DataFrame({"sales": sales[1:], "sales_1": sales[:-1], "sales_2": sales[1:] % 7}).astype(str)
    frame = frame.iloc[::-1].reset_index(drop=True) if newest_first else frame
    profile = profile_table(frame, name="shop")
    assert "of an earlier row" in reasons(profile, "sales_1")
    assert "of an earlier row" not in reasons(profile, "sales") + reasons(profile, "sales_2")


def test_of_the_prices_of_a_day_the_last_is_asked_for() -> None:
    profile = table("Open", "High", "Low", "Adj Close", "width")
    assert "the last is foretold" in reasons(profile, "Adj Close")
    assert "the day begins" in reasons(profile, "Open")
    assert "day begins" not in reasons(table("Open", "High", "Adj Close"), "Open")


def test_one_of_many_of_a_kind_is_seldom_asked_for() -> None:
    assert "one of many of one kind" in reasons(table("q1", "q2", "q3", "q4", "width"), "q4")
    assert "one of many of one kind" not in reasons(table("q1", "q2", "width"), "q2")


def test_levels_of_equal_counts_are_laid_out() -> None:
    drawn = np.random.default_rng(5)
    frame = pd.DataFrame({"a": ["u", "v", "w"] * 80, "b": drawn.choice(["u", "v", "w"], N), "c": drawn.normal(size=N)})
    profile = profile_table(frame.astype(str))
    assert "occur equally often" in reasons(profile, "a")
    assert "occur equally often" not in reasons(profile, "b")
    assert "hardly another column is a quantity" in reasons(profile, "c")


def test_an_amount_that_is_often_nothing() -> None:
    drawn = np.random.default_rng(5)
    frame = pd.DataFrame({"a": drawn.poisson(1.5, N) * drawn.integers(1, 9, N), "b": drawn.poisson(60, N)})
    profile = profile_table(frame.astype(str))
    assert "often nothing" in reasons(profile, "a")
    assert "often nothing" not in reasons(profile, "b")


def test_a_given_word_in_the_name_of_the_dataset_makes_no_question() -> None:
    profile = table("black_income", "width", name="black_voters")
    assert "the dataset is named after it" not in reasons(profile, "black_income")
    assert "the dataset is named after it" in reasons(table("oak_height", "width", name="oak_trees"), "oak_height")
