"""What lies beside a table in a folder: its documentation, its licence, how to cite it."""

import re
from pathlib import Path

from harness.sources.choosing import is_table
from harness.sources.fetched import ENDINGS

MAX_DOCUMENTATION = 1 << 18
TEXTS = (".md", ".txt", ".names", ".rst", ".info", "")
README = re.compile(r"(?i)^readme(\.(md|txt|rst))?$")
EXPLAINS = re.compile(
    r"(?i)(code_?book|dictionary|description|datasheet|variables|features).*\.(md|txt|rst|info)$|\.names$"
)
LICENCE = re.compile(r"(?i)^(licen[cs]e|copying)([-._].*)?$")
CITATION = re.compile(r"(?i)^citation(\.(cff|bib|md|txt))?$|^references?\.(bib|txt)$")
NO_TEXT = re.compile(r"(?i)^(licen[cs]e|copying|citation|changelog|requirements)")
# Words that a licence's own text has, with its SPDX name; the first that fits counts.
LICENCES = (
    (r"attribution-noncommercial-sharealike 4\.0|cc[- ]by-nc-sa[- ]4", "CC-BY-NC-SA-4.0"),
    (r"attribution-noncommercial 4\.0|cc[- ]by-nc[- ]4", "CC-BY-NC-4.0"),
    (r"attribution-sharealike 4\.0|cc[- ]by-sa[- ]4", "CC-BY-SA-4.0"),
    (r"attribution 4\.0 international|cc[- ]by[- ]4", "CC-BY-4.0"),
    (r"cc0|creative commons zero|public domain dedication", "CC0-1.0"),
    (r"open database licen[cs]e|odbl", "ODbL-1.0"),
    (r"apache licen[cs]e,?\s+version 2", "Apache-2.0"),
    (r"gnu general public license\s+version 3", "GPL-3.0-only"),
    (r"gnu general public license\s+version 2", "GPL-2.0-only"),
    (r"mozilla public license,? version 2", "MPL-2.0"),
    (r"neither the name of", "BSD-3-Clause"),
    (r"permission is hereby granted, free of charge|^\s*mit licen[cs]e", "MIT"),
)


def documentation(table: Path, *, of_folder: bool = False) -> str:
    """The text that explains a table: of its own name, else the README and code books beside it.

    `of_folder` takes in every other text of the folder, too.
    """
    stem = ENDINGS.sub("", table.name)
    beside = [] if of_folder else [table.with_name(f"{stem}{ending}") for ending in TEXTS if ending]
    own = next((text for path in beside if path != table and (text := _text(path))), "")
    if own:
        return own
    folder = table if of_folder else table.parent
    texts = [path for path in _files(folder) if path != table]
    readme = [path for path in texts if README.match(path.name)]
    explains = [path for path in texts if EXPLAINS.search(path.name) and path not in readme]
    others = [path for path in texts if of_folder and _is_other(path) and path not in [*readme, *explains]]
    found = [text for path in [*readme, *explains, *others] if (text := _text(path))]
    return "\n\n".join(found)[:MAX_DOCUMENTATION]


def licence(folder: Path) -> str:
    """What the LICENSE of a folder is, in SPDX where it can be told, else its first line; `unknown` without one."""
    text = next((found for path in _files(folder) if LICENCE.match(path.name) and (found := _text(path))), "")
    return spdx(text) if text else "unknown"


def spdx(text: str) -> str:
    """The SPDX name of a licence's text, else its first line."""
    head = text[:4000].lower()
    known = next((name for words, name in LICENCES if re.search(words, head)), "")
    return known or next((line.strip("# \t*")[:80] for line in text.splitlines() if line.strip("# \t*")), "unknown")


def spdx_id(named: str) -> str:
    """A licence as a service names it ("cc-by-4.0", "CC0: Public Domain"), in SPDX where it can be told."""
    if not named.strip() or named.strip().lower() in {"unknown", "other", "none"}:
        return "unknown"
    plain = named.strip().lower().replace("_", "-")
    known = {name.lower(): name for _, name in LICENCES}
    return known.get(plain) or spdx(named)


def citation(folder: Path) -> str:
    """The CITATION of a folder on one line, "" without one."""
    text = next((found for path in _files(folder) if CITATION.match(path.name) and (found := _text(path))), "")
    return " ".join(text.split())[:500]


def _is_other(path: Path) -> bool:
    """A text of the folder that is neither about the package nor a table."""
    return path.suffix.lower() in {".md", ".txt", ".rst", ".info"} and not NO_TEXT.match(path.name)


def _files(folder: Path) -> list[Path]:
    """The plain files of a folder that may be read; links and what is closed are passed over."""
    try:
        return sorted(path for path in folder.iterdir() if not path.is_symlink() and path.is_file())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_DOCUMENTATION or is_table(path.name):
            return ""
        content = path.read_bytes()
    except OSError:
        return ""
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")
