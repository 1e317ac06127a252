"""`hf:OWNER/NAME[@REVISION][#PATH or CONFIG/SPLIT]`: a dataset of the Hugging Face Hub, by its own client."""

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.errors import MachineError
from harness.sources.choosing import Candidates, Chosen, choose, is_table
from harness.sources.clients import broken_off, require_client, unreachable
from harness.sources.fetched import Fetched, SourceError, slug
from harness.sources.kept import find, folder_of, keep, lock_of
from harness.sources.scheme import scheme
from harness.sources.surroundings import MAX_DOCUMENTATION, spdx_id

FORM = re.compile(
    r"(?P<repo>[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?)(?:@(?P<revision>[^#@]+))?(?:#(?P<what>.+))?",
)
COMMIT = re.compile(r"[0-9a-f]{40}")
SERVICE = "the Hugging Face Hub"
KEY = "HF_TOKEN"
BIBTEX = re.compile(r"@\w+\s*\{.*?\n\}", re.DOTALL)
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """The parts of the URI."""

    uri: str
    repo: str
    revision: str | None
    what: str


@scheme("hf", form="hf:OWNER/NAME[@REVISION][#PATH or CONFIG/SPLIT]: a dataset of the Hugging Face Hub")
def fetch(uri: str, rest: str) -> Fetched:
    """The files of the split or path at a pinned commit, downloaded by huggingface_hub, which resumes and checks.

    Raises:
        SourceError: the URI's form, no such dataset, revision or file; the client is not installed.
        MachineError: the hub can't be reached.
    """
    form = FORM.fullmatch(rest)
    if form is None:
        raise SourceError(f"{uri} is not of the form hf:OWNER/NAME[@REVISION][#PATH or CONFIG/SPLIT].")
    asked = Asked(uri, form["repo"], form["revision"], form["what"] or "")
    inside = asked.what.partition("#")[2]
    if asked.revision and COMMIT.fullmatch(asked.revision):
        folder = folder_of("hf", asked.repo, asked.revision, asked.what)
        if kept := find(folder, uri, inside):
            return kept
    require_client("hf", "huggingface_hub", "huggingface_hub")
    with _told(asked):
        return _download(asked, inside)


def _download(asked: Asked, inside: str) -> Fetched:
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    endpoint = os.environ.get("HF_ENDPOINT")
    about = HfApi(endpoint=endpoint).dataset_info(asked.repo, revision=asked.revision, files_metadata=True)
    commit = str(about.sha)
    card: Mapping[str, Any] = dict(about.card_data.to_dict()) if about.card_data else {}  # type: ignore[no-untyped-call]
    sizes = {item.rfilename: item.size or 1 for item in about.siblings or []}
    chosen = _choose(asked, sizes, card)
    folder = folder_of("hf", asked.repo, commit, asked.what)
    with lock_of(folder):
        if kept := find(folder, asked.uri, inside):
            return kept
        readme = [name for name in ("README.md",) if name in sizes]
        for name in [*chosen.names, *readme]:
            hf_hub_download(asked.repo, name, repo_type="dataset", revision=commit, local_dir=folder, endpoint=endpoint)
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace") if readme else ""
        record = {
            "pinned_uri": f"hf:{asked.repo}@{commit}{f'#{asked.what}' if asked.what else ''}",
            "licence": _licence(card),
            "citation": _citation(asked.repo, commit, text),
            "cluster": slug(asked.repo.rpartition("/")[2]),
            "documentation": FRONT_MATTER.sub("", text)[:MAX_DOCUMENTATION],
            "notes": chosen.notes,
        }
        return keep(folder, chosen.names, record, asked.uri, inside)


def _choose(asked: Asked, sizes: Mapping[str, int], card: Mapping[str, Any]) -> Chosen:
    """A path, a folder, a configuration with its split, or what stands out."""
    where, named = f"hf:{asked.repo}", asked.what.partition("#")[0]
    if named in sizes:
        return Chosen((named,))
    if found := _split_files(named, sizes, card):
        note = f"the files of {named or 'the first configuration'}: {len(found)}"
        return Chosen(found, (note,) if len(found) > 1 or not named else ())
    return choose(Candidates(where, sizes), named)


def _split_files(named: str, sizes: Mapping[str, int], card: Mapping[str, Any]) -> tuple[str, ...]:
    """The files of `CONFIG/SPLIT`, `CONFIG` or `SPLIT` (of the first configuration), as the card or the names say."""
    configs = [one for one in card.get("configs") or [] if isinstance(one, dict)]
    if not configs:
        return _by_name(named, sizes)
    config, _, split = named.partition("/")
    known = {str(one.get("config_name", "default")): one for one in configs}
    if config and config not in known:
        config, split = "", named
    first = next((one for one in configs if one.get("default")), configs[0])
    files = (known[config] if config else first).get("data_files")
    return tuple(name for name in sorted(sizes) if any(fnmatch.fnmatch(name, path) for path in _paths(files, split)))


def _paths(files: object, split: str) -> list[str]:
    """The patterns of a split in a card's `data_files`: of the split that is named, else of `train`, else of all."""
    entries: Sequence[object] = files if isinstance(files, list) else [files]
    by_split: dict[str, list[str]] = {}
    for entry in entries:
        path = entry.get("path") if isinstance(entry, dict) else entry
        name = str(entry.get("split", "train")) if isinstance(entry, dict) else "train"
        by_split.setdefault(name, []).extend(map(str, path if isinstance(path, list) else [path]))
    wanted = split or ("train" if "train" in by_split else next(iter(by_split), ""))
    return by_split.get(wanted, [])


def _by_name(named: str, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Without a card that says it: the hub's own names, `CONFIG/SPLIT-00000-of-00002.parquet` or `data/SPLIT.csv`."""
    if not named:
        return ()
    config, _, split = named.rpartition("/")
    words = re.compile(rf"(?i)(^|[/_.-]){re.escape(split)}([-_.]|$)")
    folder = f"{config}/" if config else ""
    return tuple(n for n in sorted(sizes) if is_table(n) and folder in f"/{n}" and words.search(n.rpartition("/")[2]))


def _licence(card: Mapping[str, Any]) -> str:
    stated = card.get("license")
    named = ", ".join(map(str, stated)) if isinstance(stated, list) else str(stated or "")
    return spdx_id(str(card.get("license_name") or "") if named == "other" else named)


def _citation(repo: str, commit: str, text: str) -> str:
    found = BIBTEX.search(text)
    cited = f"; {' '.join(found[0].split())}"[:500] if found else ""
    return f"{repo} on the Hugging Face Hub, revision {commit[:12]}{cited}"


@contextmanager
def _told(asked: Asked) -> Iterator[None]:
    """Turn what the client raises into messages."""
    from huggingface_hub import errors

    unreached: tuple[type[Exception], ...] = (errors.LocalEntryNotFoundError, *broken_off())
    try:
        yield
    except errors.GatedRepoError as error:
        raise SourceError(
            f"{asked.uri} is gated: accept its terms on its page, and put a token of your account into {KEY}."
        ) from error
    except errors.RevisionNotFoundError as error:
        raise SourceError(f"{asked.uri}: {SERVICE} has no revision {asked.revision!r} of {asked.repo}.") from error
    except errors.RepositoryNotFoundError as error:
        raise SourceError(
            f"{asked.uri}: {SERVICE} has no dataset {asked.repo}, or it is private: then put a token into {KEY}."
        ) from error
    except errors.HFValidationError as error:
        raise SourceError(f"{asked.uri}: {error}") from error
    except unreached as error:
        raise unreachable(asked.uri, SERVICE) from error
    except errors.HfHubHTTPError as error:
        raise MachineError(f"{asked.uri}: {SERVICE} answered {_one_line(error)}", "Try again later.") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
