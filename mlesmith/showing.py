"""`mlesmith show`: a task as an agent reads it, or what is in a raw dataset."""

import os
from pathlib import Path

from mlesmith.dataset_page import show_dataset
from mlesmith.screen import ANSWERS, show_json

MOST_COLUMNS_ASKED = 150  # to look for questions in more takes longer than a reader waits


def show_anything(what: str, *, as_json: bool) -> None:
    """Show the task or the dataset that the words name; a task wins where both could be meant."""
    from harness.errors import UnknownName
    from harness.selection import select

    file = Path(what.partition("#")[0])
    closed = file.parent.is_dir() and not os.access(file.parent, os.X_OK)
    is_source = ":" in what or closed or (file.is_file() and file.name not in {"task.toml", "task.py"})
    if not is_source:
        try:
            package = select(what)[0]
        except UnknownName:
            if not file.exists():
                raise
        else:
            _show_task(package.card.model_dump(mode="json", by_alias=True), package.files["description.md"], as_json)
            return
    _show_dataset(what, as_json)


def _show_task(card: dict[str, object], description: str, as_json: bool) -> None:
    from rich.markdown import Markdown

    if as_json:
        show_json({**card, "description": description})
    else:
        ANSWERS.print(Markdown(description))


def _show_dataset(uri: str, as_json: bool) -> None:
    from dataclasses import asdict, replace

    import pandas as pd

    from generation.profile.source import profile_source
    from generation.rules.brainstormer import formulations
    from harness.sources import resolve

    fetched = resolve(uri)
    profile = profile_source(fetched)
    if as_json:
        found = asdict(replace(profile, frame=pd.DataFrame()))  # the cells themselves are in the file
        show_json({name: value for name, value in found.items() if name != "frame"})
        return
    wide = len(profile.columns) > MOST_COLUMNS_ASKED
    show_dataset(profile, fetched, [] if wide else formulations(profile), asked=not wide)
