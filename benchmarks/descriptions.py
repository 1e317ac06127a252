"""How differently the gallery's descriptions read: `python -m benchmarks.descriptions`.

Names are masked first, each by one mark: the dataset's name, those of columns and labels (all that stands in code
spans), the cells of values in the table of columns, and numbers. Then the runs of five words of each pair of texts are
compared by Jaccard's index. Printed: the median and the largest over all pairs, and the closest pair.
"""

import itertools
import re
import statistics
from collections.abc import Collection, Mapping
from pathlib import Path

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
RUN = 5
TYPES = "number|whole number|category|ordered category|yes or no|0 or 1|date|free text|identifier|constant"
COLUMN = re.compile(rf"^(\| `.*? \| (?:[^|\n]* \| )*?)({TYPES}) \|.*$", re.MULTILINE)
PAGES = frozenset({"index", "README"})


def masked(text: str, names: Collection[str] = ()) -> str:
    """A description with its names and numbers replaced: NAME for names and labels, NUMBER for numbers."""
    dataset, colon, _ = text.partition("\n")[0].removeprefix("# ").partition(":")
    for name in sorted({*names, *([dataset] if colon else [])}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " NAME ", text)
    text = COLUMN.sub(r"\1\2 | NAME |", text)
    text = re.sub(r"``.*?``|`[^`\n]+`", " NAME ", text)
    return re.sub(r"[-+]?\d[\d,.:/e+-]*", " NUMBER ", text)


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of five words of a masked text."""
    words = re.findall(r"\w+", text)
    return frozenset(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def similarities(texts: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Jaccard's index of the runs of each pair of texts."""
    found = {name: runs(masked(text)) for name, text in texts.items()}
    return {
        (left, right): len(found[left] & found[right]) / len(found[left] | found[right])
        for left, right in itertools.combinations(found, 2)
    }


def gallery() -> dict[str, str]:
    """The gallery's descriptions by name."""
    pages = sorted(path for path in GALLERY.glob("*.md") if path.stem not in PAGES)
    return {path.stem: path.read_text(encoding="utf-8") for path in pages}


def main() -> None:
    """Print the figures."""
    found = similarities(gallery())
    closest = max(found, key=lambda pair: found[pair])
    print(f"descriptions         {len(gallery())}, {len(found)} pairs")
    print(f"median similarity    {statistics.median(found.values()):.3f}")
    print(f"largest similarity   {found[closest]:.3f} ({closest[0]}, {closest[1]})")


if __name__ == "__main__":
    main()
