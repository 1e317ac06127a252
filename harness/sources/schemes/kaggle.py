"""`kaggle:OWNER/DATASET[@VERSION][/FILE]`: a dataset of Kaggle, by its own client and the user's key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.sources.choosing import Candidates, choose
from harness.sources.clients import require_client, silence, told
from harness.sources.fetched import Fetched, SourceError, slug
from harness.sources.kept import find, folder_of, keep, lock_of
from harness.sources.scheme import scheme
from harness.sources.surroundings import MAX_DOCUMENTATION, spdx_id

FORM = re.compile(r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)(?:@(?P<version>\d+))?(?:[/#](?P<file>.+))?")
SERVICE = "Kaggle"
KEY = "KAGGLE_API_TOKEN (or KAGGLE_USERNAME and KAGGLE_KEY)"
PAGE = 200
MOST_PAGES = 50


class MissingKey(SourceError):
    """Kaggle gives data to its users only."""

    def __init__(self, uri: str) -> None:
        super().__init__(
            f"{uri}: Kaggle asks for a key, and none was found. Make one on the settings page of your account and put "
            f"it into the environment variable {KEY}, or into ~/.kaggle/kaggle.json."
        )


@dataclass(frozen=True)
class Asked:
    """The parts of the URI; without a version the newest is meant."""

    uri: str
    owner: str
    name: str
    version: str
    file: str

    @property
    def dataset(self) -> str:
        """The dataset as Kaggle's client writes it."""
        return f"{self.owner}/{self.name}" + (f"/{self.version}" if self.version else "")


@scheme("kaggle", form="kaggle:OWNER/DATASET[@VERSION][/FILE]: a dataset of Kaggle, with your key")
def fetch(uri: str, rest: str) -> Fetched:
    """The file at a pinned version, downloaded by Kaggle's client, which resumes.

    Raises:
        SourceError: the URI's form, no such dataset, version or file; no key; the client is not installed.
        MachineError: Kaggle can't be reached.
    """
    form = FORM.fullmatch(rest)
    if form is None:
        raise SourceError(f"{uri} is not of the form kaggle:OWNER/DATASET[@VERSION][/FILE].")
    asked = Asked(uri, form["owner"], form["name"], form["version"] or "", form["file"] or "")
    inside = asked.file.partition("#")[2]
    if asked.version and (kept := find(_folder(asked, asked.version), uri, inside)):
        return kept
    require_client("kaggle", "kaggle", "kaggle")
    with told(uri, SERVICE, KEY), silence():
        return _download(asked, inside)


def _folder(asked: Asked, version: str) -> Path:
    return folder_of("kaggle", asked.owner, asked.name, version, asked.file)


def _download(asked: Asked, inside: str) -> Fetched:
    api = _client(asked.uri)
    about = _about(api, asked)
    version = asked.version or str(about.current_version_number)
    pinned = Asked(asked.uri, asked.owner, asked.name, version, asked.file)
    folder = _folder(asked, version)
    with lock_of(folder):
        if kept := find(folder, asked.uri, inside):
            return kept
        chosen = choose(
            Candidates(f"kaggle:{asked.owner}/{asked.name}", _sizes(api, pinned)), asked.file.partition("#")[0]
        )
        for name in chosen.names:
            api.dataset_download_file(pinned.dataset, name, path=str(folder), quiet=True, unzip=True)
        by = about.creator_name or asked.owner
        record = {
            "pinned_uri": f"kaggle:{asked.owner}/{asked.name}@{version}{f'/{asked.file}' if asked.file else ''}",
            "licence": spdx_id(about.license_name or ""),
            "citation": f"{by}: {about.title or asked.name}. Kaggle, {asked.owner}/{asked.name}, version {version}",
            "cluster": slug(asked.name),
            "documentation": _text(about)[:MAX_DOCUMENTATION],
            "notes": chosen.notes,
        }
        return keep(folder, chosen.names, record, asked.uri, inside)


def _client(uri: str) -> Any:  # noqa: ANN401 - the client has no types
    """Kaggle's client with the user's key.

    Raises:
        MissingKey: there is none; the client would end the program.
    """
    try:
        api = import_module("kaggle.api.kaggle_api_extended").KaggleApi()
        api.authenticate()
    except SystemExit as error:
        raise MissingKey(uri) from error
    return api


def _about(api: Any, asked: Asked) -> Any:  # noqa: ANN401 - the client has no types
    request = import_module("kagglesdk.datasets.types.dataset_api_service").ApiGetDatasetRequest()
    request.owner_slug, request.dataset_slug = asked.owner, asked.name
    with api.build_kaggle_client() as client:
        return client.datasets.dataset_api_client.get_dataset(request)


def _sizes(api: Any, asked: Asked) -> Mapping[str, int]:  # noqa: ANN401 - the client has no types
    sizes: dict[str, int] = {}
    token = None
    for _ in range(MOST_PAGES):
        page = api.dataset_list_files(asked.dataset, page_token=token, page_size=PAGE)
        sizes |= {str(item.name): int(item.total_bytes or 1) for item in page.dataset_files or []}
        token = page.next_page_token
        if not token:
            break
    return sizes


def _text(about: Any) -> str:  # noqa: ANN401 - the client has no types
    return "\n\n".join(text for text in (about.title, about.subtitle, about.description) if text)
