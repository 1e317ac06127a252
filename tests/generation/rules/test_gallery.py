"""The gallery is what the present templates write, and copies no documentation that comes with its sources."""

from pathlib import Path

import pytest

from benchmarks.gallery import GALLERY, Entry, entries, index_line, show
from harness.sources import resolve
from tests.generation.rules.test_descriptions import copied

ENTRIES = {entry.name: entry for entry in entries()}


@pytest.mark.network
@pytest.mark.parametrize("name", ["insurance", "seattle_weather"])
def test_the_gallery_is_what_the_templates_write(name: str, tmp_path: Path) -> None:
    shown = show(ENTRIES[name], tmp_path)
    assert (GALLERY / f"{name}.md").read_text(encoding="utf-8") == shown.text
    assert index_line(shown) in (GALLERY / "index.md").read_text(encoding="utf-8")


@pytest.mark.network
@pytest.mark.parametrize("entry", [e for e in ENTRIES.values() if not e.plain], ids=lambda entry: entry.name)
def test_nothing_is_copied_from_what_a_package_documents(entry: Entry) -> None:
    text = (GALLERY / f"{entry.name}.md").read_text(encoding="utf-8")
    assert not copied(text, resolve(entry.uri).documentation)


def test_every_entry_has_its_page_and_every_page_its_entry() -> None:
    pages = {path.stem for path in GALLERY.glob("*.md")} - {"index", "README"}
    assert pages == set(ENTRIES)
    assert {entry.readme for entry in ENTRIES.values()} - {""} == {p.name for p in (GALLERY / "readmes").iterdir()}


@pytest.mark.network
def test_a_question_that_is_no_longer_asked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.gallery.formulations", lambda profile: [])
    with pytest.raises(LookupError, match="charges is not among none"):
        show(ENTRIES["insurance"], tmp_path)
