"""What an archive tells of a member: the text beside it, and the licence that travels with it."""

import pytest

from harness.sources.archive import licence, opened
from tests.harness.sources.conftest import PLANTS, Index

MEMBER = "garden/data/plants.csv"


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"garden/data/plants.names": "in cm"}, "in cm"),
        ({"garden/data/plants-names.txt": "in cm"}, "in cm"),
        ({"garden/data/README.md": "all of it", "garden/data/plants.txt": "in cm"}, "in cm"),
        ({"garden/data/README.md": "all of it"}, "all of it"),
        ({"garden/data/plants.data-numeric.txt": "1 2 3", "garden/data/plants.doc": "in cm"}, "in cm"),
        ({"garden/data/plants.doc": "in\0cm"}, ""),
        ({"garden/README.md": "of another folder", "garden/data/trees.names": "of trees"}, ""),
    ],
)
@pytest.mark.parametrize("kind", ["wheel", "source"])
def test_the_text_beside_a_member(beside: dict[str, str], expected: str, kind: str, index: Index) -> None:
    make = index.wheel if kind == "wheel" else index.source
    with opened(make("garden", "1.2", {MEMBER: PLANTS, **beside})) as archive:
        name = archive.find(MEMBER)
        assert name is not None
        assert archive.documentation(name) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("License-Expression: BSD-3-Clause", "BSD-3-Clause"),
        ("License: MIT License", "MIT"),
        ("License: MIT License\n        \n        Copyright (c) 2026 somebody", "MIT"),
        ("License: Copyright (c) 2026\n        all rights\nClassifier: License :: OSI Approved :: MIT License", "MIT"),
        ("Classifier: Topic :: Games\nClassifier: License :: OSI Approved :: Apache Software License", "Apache-2.0"),
        ("License: A licence of our own", "A licence of our own"),
        ("Summary: nothing is said", "unknown"),
    ],
)
def test_the_licence(stated: str, expected: str, index: Index) -> None:
    with opened(index.wheel("garden", "1.2", {MEMBER: PLANTS}, licence=stated)) as archive:
        assert licence(archive.metadata()) == expected
