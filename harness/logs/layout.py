"""Header and summaries straight from the bytes of a log, a tenth of the time of making Inspect's objects of them.

An `.eval` log is an archive: `header.json` and `summaries.json` once it is finished, `_journal/start.json` and
`_journal/summaries/N.json` while it is written, and `samples/<id>_epoch_<n>.json`. A summary holds all that the results
table needs, but texts beyond 1,024 characters are cut and runs of white space in them become one space; a sample of
which a needed text was cut is read whole. A `.json` log is one document.

Only logs of the versions whose summaries are known to hold it all are read so. The tests hold every form against what
Inspect's own readers say.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

from harness.logs.errors import Unfamiliar
from harness.logs.files import LogFile
from harness.logs.sample import LoggedSample, LogHeader, Raw, header_of, sample_of

with suppress(ImportError):  # from Python 3.14 on zipfile knows it itself
    import zipfile_zstd  # noqa: F401  # comes with Inspect, teaches zipfile the compression of its logs

SCHEMA = 2
OLDEST, NEWEST = (0, 3, 285), (0, 4, 0)  # of Inspect: from the first one of these on, before the last
HEADER, START, SUMMARIES = "header.json", "_journal/start.json", "summaries.json"
JOURNAL = re.compile(r"_journal/summaries/(\d+)\.json")
NEEDED_ELSEWHERE = (KeyError, TypeError, AttributeError, IndexError)  # a form that we do not know


def read_layout(file: LogFile, needed: tuple[str, ...]) -> tuple[LogHeader, list[LoggedSample]]:
    """The header and the cells of a log; `needed` are the names in metadata that must not be cut.

    Raises:
        Unfamiliar: the log is of another version or form.
        BadZipFile, ValueError, OSError: the log is torn.
    """
    try:
        with file.opened() as content:
            if file.name.endswith(".json"):
                return _document(file.name, json.load(content))
            with zipfile.ZipFile(content) as archive:
                return _archive(file.name, archive, needed)
    except NEEDED_ELSEWHERE as error:
        raise Unfamiliar(f"{type(error).__name__}: {error}") from error
    except NotImplementedError as compression:
        raise Unfamiliar(str(compression)) from compression


def _document(name: str, raw: Raw) -> tuple[LogHeader, list[LoggedSample]]:
    _require_known(raw)
    samples = map(sample_of, raw.get("samples") or [])
    return header_of(name, raw), [sample for sample in samples if sample.is_cell]


def _archive(name: str, archive: zipfile.ZipFile, needed: tuple[str, ...]) -> tuple[LogHeader, list[LoggedSample]]:
    members = archive.NameToInfo
    raw = _load(archive, HEADER if HEADER in members else START)
    _require_known(raw)
    header, found = header_of(name, raw), []
    for summary in _summaries(archive):
        sample = sample_of(summary)
        if not sample.is_cell:
            continue
        if raw.get("invalidated") or sample.is_cut(needed):
            whole = _load(archive, _present(archive, f"samples/{summary['id']}_epoch_{summary['epoch']}.json"))
            sample = sample_of(whole)
        found.append(sample)
    return header, found


def _require_known(raw: Raw) -> None:
    if raw["version"] != SCHEMA:
        raise Unfamiliar(f"version {raw['version']} of Inspect's logs")
    writer = str(raw["eval"]["packages"]["inspect_ai"])
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", writer)
    if numbers is None or not OLDEST <= tuple(map(int, numbers.groups())) < NEWEST:
        raise Unfamiliar(f"written by Inspect {writer}")


def _summaries(archive: zipfile.ZipFile) -> Iterator[Raw]:
    """One summary of each sample and epoch, the last one written."""
    if SUMMARIES in archive.NameToInfo:
        parts = [SUMMARIES]
    else:
        numbered = [(int(match[1]), match[0]) for match in map(JOURNAL.fullmatch, archive.NameToInfo) if match]
        parts = [name for _, name in sorted(numbered)]
        if not parts and HEADER in archive.NameToInfo:
            raise Unfamiliar("no summaries")
    found = {(str(item["id"]), item["epoch"]): item for part in parts for item in _load(archive, part)}
    yield from found.values()


def _present(archive: zipfile.ZipFile, member: str) -> str:
    if member not in archive.NameToInfo:
        raise zipfile.BadZipFile(f"it has a summary of {member}, but not the sample")
    return member


def _load(archive: zipfile.ZipFile, member: str) -> Any:  # noqa: ANN401 (JSON)
    return cast(Any, json.loads(archive.read(member)))
