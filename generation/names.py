"""Names of datasets before they are fetched: unique within a run, whatever the order in which they are worked on."""

import re
from collections import Counter
from collections.abc import Iterable


def dataset_names(sources: Iterable[str]) -> dict[str, str]:
    """A name for each source whose last part is that of an earlier one; "" leaves the choice to the profile."""
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    for source in sources:
        stem = re.sub(r"\.(gz|csv|tsv|txt|parquet)", "", re.split(r"[#/]", source)[-1].lower())
        seen[stem] += 1
        names[source] = "" if seen[stem] == 1 else f"{stem}_{seen[stem]}"
    return names
