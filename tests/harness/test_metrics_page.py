"""docs/metrics.md is what the code says."""

from pathlib import Path

import harness
from harness.competition.metrics import METRICS
from harness.metrics_page import page


def test_the_page_is_made_from_the_code() -> None:
    written = Path(harness.__file__).parents[1] / "docs" / "metrics.md"
    assert written.read_text(encoding="utf-8") == page(), "python -m harness.metrics_page > docs/metrics.md"


def test_it_says_of_each_metric_what_is_declared() -> None:
    text = page()
    for spec in METRICS.values():
        section = text.split(f"\n## {spec.name}\n")[1].split("\n## ")[0]
        for said in (spec.words, spec.formula, ">>> "):
            assert said in section
        assert f"| [{spec.name}](#{spec.name}) | {spec.direction} | {spec.range} | {spec.best:g} |" in text
