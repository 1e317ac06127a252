"""Units and meanings."""

import pytest

from generation.profile.words import meanings, tokens, unit


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("weight_kg", "kg"),
        ("temp_min", ""),
        ("travel_time_min", "minutes"),
        ("moisture (%)", "%"),
        ("dose [mg/dL]", "mg/dL"),
        ("Temp (°C)", "°C"),
        ("mpg", "miles per gallon"),
        ("Life expectancy (men)", ""),
        ("thinness 5-9 years", ""),
        ("year", ""),
        ("PriceMM", ""),
        ("n_days", ""),
        ("price", ""),
    ],
)
def test_units_are_those_a_name_states(name: str, expected: str) -> None:
    assert unit(name) == expected


def test_words_of_names() -> None:
    assert tokens("MedHouse_val2") == ("med", "house", "val", "2")
    assert tokens("größe (cm)") == ("gr", "ö", "ß", "e", "cm") or "cm" in tokens("größe (cm)")


R_PAGE = """
wage

    Wage (in dollars per hour). Before taxes.

union

    Factor. Does the individual work on a union job?

### Source
"""
LIST_PAGE = """
Columns:
- `age`: age of the patient in years
* bmi - body mass index
3. charges = what the insurer paid; in dollars
| smoker | whether the person smokes |
unrelated: nothing
"""


def test_meanings_from_a_help_page() -> None:
    found = meanings(R_PAGE, ("wage", "union", "sector"))
    assert found["wage"] == "wage (in dollars per hour)"
    assert found["union"] == "does the person work on a union job?"
    assert "sector" not in found


def test_meanings_from_a_list() -> None:
    found = meanings(LIST_PAGE, ("age", "bmi", "charges", "smoker"))
    assert found == {
        "age": "age of the patient in years",
        "bmi": "body mass index",
        "charges": "what the insurer paid, in dollars",
        "smoker": "whether the person smokes",
    }
