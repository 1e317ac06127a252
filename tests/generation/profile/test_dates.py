"""Dates: the format is decided from all cells."""

import pandas as pd
import pytest

from generation.profile.dates import DateForm, date_form

FIRSTS = [f"01/{month:02d}/2020" for month in range(1, 13)]
US_DAYS = [f"{month:02d}/{day:02d}/2020" for month in range(1, 4) for day in range(1, 13)]


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        ([*US_DAYS * 20, "12/31/2020"], DateForm("%m/%d/%Y")),
        ([*US_DAYS * 20, "31/12/2020"], DateForm("%d/%m/%Y")),
        (FIRSTS, DateForm("%d/%m/%Y", ambiguous=True)),
        (US_DAYS, DateForm("%m/%d/%Y", ambiguous=True)),
        ([cell[3:6] + cell[:3] + cell[6:] for cell in US_DAYS], DateForm("%d/%m/%Y", ambiguous=True)),
        (["2020-01-31T10:00:00+02:00", "2020-02-01T10:00:00-05:00"], DateForm("%Y-%m-%dT%H:%M:%S%z")),
        (["2020-01-31 10:00:00 +0200", "2020-02-01 10:00:00 +0100"], DateForm("%Y-%m-%d %H:%M:%S %z")),
        (["2020-01-31 10:00:00 UTC", "2020-02-01 11:00:00 UTC"], DateForm("%Y-%m-%d %H:%M:%S UTC")),
        (["31.12.2020", "01.02.2021"], DateForm("%d.%m.%Y")),
        (["Mon, 06 Jan 2020", "Tue, 07 Jan 2020"], DateForm("%a, %d %b %Y")),
        (["January 6, 2020", "May 17, 2021"], DateForm("%B %d, %Y")),
        (["Jan-08", "Feb-09"], DateForm("%b-%y")),
        (["2020/01", "2020/12"], DateForm("%Y/%m")),
        ([f"{year}-01-01" for year in range(1970, 1983)], DateForm("%Y-%m-%d")),
        ([f"2020.{month:02d}.{month:02d}" for month in range(1, 13)], DateForm("%Y.%m.%d")),
        (["1/1/2008 0:01", "12/31/2008 23:59"], DateForm("%m/%d/%Y %H:%M")),
        (["12-34-5678", "99-99-9999"], DateForm("")),
        (["2-1", "0-3"], DateForm("")),
        (["may", "june"], DateForm("")),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else (value.form or "none"),
)
def test_form_of_dates(cells: list[str], form: DateForm) -> None:
    assert date_form(pd.Series(cells)) == form
