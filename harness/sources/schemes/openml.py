"""`openml:ID`: a dataset of OpenML, by its own client; an ID is one version, which never changes."""

import re
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.errors import MachineError
from harness.places import cache_dir, whole_file
from harness.sources.clients import require_client, told, unreachable
from harness.sources.fetched import Fetched, SourceError, slug
from harness.sources.kept import find, folder_of, keep, lock_of
from harness.sources.scheme import scheme
from harness.sources.surroundings import MAX_DOCUMENTATION, spdx_id

FORM = re.compile(r"[1-9]\d{0,9}")
SERVICE = "OpenML"
RETRIES = 2
UNKNOWN = frozenset({111, 110})


@scheme("openml", form="openml:ID: a dataset of OpenML, by its number")
def fetch(uri: str, rest: str) -> Fetched:
    """The dataset's Parquet file, or its ARFF file where there is none, checked by the client.

    Raises:
        SourceError: the URI's form, no such dataset, or the client is not installed.
        MachineError: OpenML can't be reached, or what it gave is damaged.
    """
    if FORM.fullmatch(rest) is None:
        raise SourceError(f"{uri} is not of the form openml:ID; the ID is the number in the address of its page.")
    folder = folder_of("openml", rest)
    with lock_of(folder):
        if kept := find(folder, uri):
            return kept
        require_client("openml", "openml", "openml")
        with told(uri, SERVICE, "OPENML_APIKEY"):
            return _download(uri, int(rest), folder)


def _download(uri: str, number: int, folder: Path) -> Fetched:
    """Into a folder of this call alone: what breaks off leaves nothing that the client would take for whole."""
    openml = import_module("openml")
    errors = import_module("openml.exceptions")
    openml.config.set_retry_policy("human", RETRIES)
    before = openml.config.get_config_as_dict()["cachedir"]
    with tempfile.TemporaryDirectory(dir=cache_dir("sources", "openml"), prefix=".client-") as temporary:
        openml.config.set_root_cache_directory(temporary)
        try:
            dataset = openml.datasets.get_dataset(
                number, download_data=True, download_qualities=False, download_features_meta_data=False
            )
            source = Path(dataset.parquet_file or dataset.data_file)
            name = f"{slug(dataset.name)}{'.parquet' if dataset.parquet_file else '.arff'}"
            with whole_file(folder / name) as draft:
                shutil.copyfile(source, draft)
        except errors.OpenMLHashException as error:
            raise MachineError(f"{uri}: what {SERVICE} gave is damaged (its md5 differs).", "Call again.") from error
        except errors.OpenMLServerException as error:
            if error.code in UNKNOWN:
                raise SourceError(f"{uri}: {SERVICE} has no dataset {number}.") from error
            raise MachineError(f"{uri}: {SERVICE} answered: {error.message}.", "Try again later.") from error
        except errors.OpenMLServerError as error:
            raise unreachable(uri, SERVICE) from error
        finally:
            openml.config.set_root_cache_directory(before)
    return keep(folder, [name], _record(dataset, number), uri)


def _record(dataset: Any, number: int) -> dict[str, object]:  # noqa: ANN401 - the client has no types
    facts = {
        "default target": dataset.default_target_attribute,
        "row id": dataset.row_id_attribute,
        "to be ignored": dataset.ignore_attribute,
    }
    said = "\n".join(f"{name}: {value}" for name, value in facts.items() if value)
    return {
        "pinned_uri": f"openml:{number}",
        "licence": spdx_id(dataset.licence or ""),
        "citation": " ".join((dataset.citation or "").split())[:500]
        or f"{dataset.name}, version {dataset.version}. OpenML, dataset {number}",
        "cluster": slug(dataset.name),
        "documentation": f"{dataset.description or ''}\n\n{said}".strip()[:MAX_DOCUMENTATION],
    }
