"""The gallery of descriptions: `python -m benchmarks.gallery` writes docs/gallery anew from docs/gallery/sources.toml.

Each source is profiled, asked and written out by the engine without a model, as `mlesmith generate` does before it
verifies; what stands in the gallery is the task's description.md. `python -m benchmarks.gallery NAME…` prints some.
"""

import bz2
import gzip
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from generation.formulation import Formulation
from generation.profile.source import profile_source
from generation.rules.brainstormer import formulations
from generation.rules.designer import write_out
from generation.rules.refactor import normalise
from harness.package import TaskPackage
from harness.sources import resolve
from harness.sources.archive import opened
from harness.sources.download import archive
from harness.sources.schemes.pypi import FORM

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
_PACKED = {".gz": gzip.decompress, ".bz2": bz2.decompress}


@dataclass(frozen=True)
class Entry:
    """One source and the question of it that is shown; `plain` is the name of a file that it is first taken out as."""

    name: str
    uri: str
    slug: str
    plain: str = ""
    readme: str = ""


@dataclass(frozen=True)
class Shown:
    """A task of the gallery with the documentation that its source came with."""

    entry: Entry
    package: TaskPackage
    documentation: str = field(repr=False)
    rows: int
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.package.files["description.md"]


def entries() -> list[Entry]:
    """All entries of sources.toml."""
    tables = TypeAdapter(dict[str, dict[str, str]]).validate_python(
        tomllib.loads((GALLERY / "sources.toml").read_text(encoding="utf-8"))
    )
    return [Entry(name=name, plain=fields.pop("as", ""), **fields) for name, fields in tables.items()]


def show(entry: Entry, folder: Path) -> Shown:
    """The task of an entry; a plain file is laid into `folder` with its README.

    Raises:
        LookupError: the engine no longer asks that question of it.
    """
    fetched = resolve(str(_plain_file(entry, folder)) if entry.plain else entry.uri)
    profile = profile_source(fetched)
    asked = formulations(profile)
    chosen: Formulation | None = next((one for one in asked if one.slug == entry.slug), None)
    if chosen is None:
        raise LookupError(f"{entry.name}: {entry.slug} is not among {', '.join(one.slug for one in asked) or 'none'}")
    package = normalise(write_out(profile, chosen), profile, fetched, collection="generated")
    return Shown(entry, package, fetched.documentation, profile.rows, profile.names)


def _plain_file(entry: Entry, folder: Path) -> Path:
    form = FORM.fullmatch(entry.uri.removeprefix("pypi:"))
    if form is None:
        raise LookupError(f"{entry.name}: {entry.uri} is no pypi: source")
    with opened(archive(form["name"], form["version"])) as content, content.open(form["member"]) as stream:
        data = stream.read()
    target = folder / entry.name / entry.plain
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_PACKED.get(Path(form["member"]).suffix, bytes)(data))
    if entry.readme:
        shutil.copy(GALLERY / "readmes" / entry.readme, target.with_name("README.md"))
    return target


def index_line(shown: Shown) -> str:
    """One line of the index page."""
    card, entry = shown.package.card, shown.entry
    source = f"`{entry.uri}`" + (f", taken out as `{entry.plain}`" if entry.plain else "")
    source += " with a README" if entry.readme else ""
    split = card.task.split
    divided = f"{split.rule} by `{split.column}`" if split.column else split.rule
    link = f"[{card.title}]({entry.name}.md)"
    return f"| {link} | {source} | {shown.rows:,} | {card.task.objective} | {card.metric.name} | {divided} |"


def main(names: list[str]) -> int:
    """Write the whole gallery, or print the entries that are named."""
    lines, failed = [], False
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries():
            if names and entry.name not in names:
                continue
            try:
                shown = show(entry, Path(folder))
            except LookupError as error:
                print(error, file=sys.stderr)
                failed = True
                continue
            if names:
                print(shown.text)
                continue
            (GALLERY / f"{entry.name}.md").write_text(shown.text, encoding="utf-8")
            lines.append(index_line(shown))
            print(f"{entry.name}: {shown.package.card.title}", flush=True)
    if lines:
        header = "| task | source | rows | objective | metric | split |\n|---|---|---|---|---|---|\n"
        (GALLERY / "index.md").write_text(f"{INTRODUCTION}\n{header}" + "\n".join(lines) + "\n", encoding="utf-8")
    return int(failed)


INTRODUCTION = """# Gallery

What the engine without a model writes for real tables that no test and no part of the engine was made for. Each page
is the `description.md` of a task as an agent reads it (`mlesmith show TASK` prints the same). Made by
`python -m benchmarks.gallery` from `sources.toml`; the notes of the readers are in [README.md](README.md).
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
