"""A source of a service names one version, whatever its kind."""

import pytest

from generation.verification.checks.source_pinned import PINNED

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("uri", "pinned"),
    [
        ("pypi:plants==1.2#a/plants.csv", True),
        ("pypi:plants#a/plants.csv", False),
        (f"hf:garden/plants@{COMMIT}#wild/train", True),
        (f"hf:garden/plants@{COMMIT}", True),
        ("hf:garden/plants@main#wild/train", False),
        ("hf:garden/plants", False),
        ("kaggle:garden/plants@3/plants.csv", True),
        ("kaggle:garden/plants@3", True),
        ("kaggle:garden/plants/plants.csv", False),
    ],
)
def test_one_version_is_named(uri: str, pinned: bool) -> None:
    assert (PINNED[uri.partition(":")[0]][0].fullmatch(uri) is not None) == pinned
