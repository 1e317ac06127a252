"""Numbers as a reader wants them: four significant digits, never more."""

import math


def figure(number: float) -> str:
    """`12.3456` as 12.35, `123456` as 123,500, `1.2e-07` as 1.2e-07."""
    if number == 0:
        return "0"
    if not math.isfinite(number):
        return str(number)
    size = math.floor(math.log10(abs(number)))
    if size < -4 or size > 9:
        return f"{number:.4g}"
    rounded = round(number, 3 - size)
    return f"{rounded:,.0f}" if size >= 3 or rounded == int(rounded) else f"{rounded:.{max(0, 3 - size)}f}".rstrip("0")


def year(number: float) -> str:
    """A year without a separator."""
    return f"{number:.0f}"


def percent(share: float) -> str:
    """A share of 1 as a percentage: two digits, and never 0 for something or 100 for not all."""
    if share <= 0 or share >= 1:
        return f"{share:.0%}"
    if share < 0.001:
        return "less than 0.1 %"
    if share > 0.999:
        return "more than 99.9 %"
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.1f} %"


def article(noun: str) -> str:
    """`a` or `an`, by the first sound as far as spelling tells it."""
    word = noun.lower().lstrip("`'\"")
    if word.startswith(("uni", "use", "usu", "eu", "one", "ut")):
        return "a"
    return "an" if word.startswith(("a", "e", "i", "o", "u", "hour", "honest", "heir")) else "a"


def of_ten(level: float) -> str:
    """A level as a count of cases: 0.9 is "9 of 10", 0.25 "1 of 4"."""
    for of in (2, 4, 10, 20, 100):
        if abs(level * of - round(level * of)) < 1e-9:
            return f"{round(level * of)} of {of}"
    return percent(level)
