"""Where tables are: a path of this machine or an fsspec URL (`memory://`, `s3://` with the package of its scheme)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import fsspec

from leaderboards.errors import NoSuchTable

SUFFIXES = (".parquet", ".csv", ".csv.gz")


def is_table(place: str | Path) -> bool:
    """Whether the name is that of a table, CSV or Parquet."""
    return str(place).endswith(SUFFIXES)


@contextmanager
def opened(place: str | Path) -> Iterator[IO[bytes]]:
    """The bytes of a table, unpacked; raises `NoSuchTable` with the reason if there is none to be had."""
    name = str(place)
    if not is_table(name):
        if "://" in name or Path(name).exists():
            raise NoSuchTable(f"{name} is neither .csv (or .csv.gz) nor .parquet.")
        raise NoSuchTable(f"There is no results table at {name}.")
    try:
        opener = fsspec.open(name, "rb", compression="gzip" if name.endswith(".gz") else None)
        file = opener.open()
    except (FileNotFoundError, IsADirectoryError) as gone:
        raise NoSuchTable(f"There is no results table at {name}.") from gone
    except ImportError as missing:
        raise NoSuchTable(f"{name} can't be read: its kind of address needs a package. {missing}") from missing
    except Exception as refused:  # every store has errors of its own
        raise NoSuchTable(f"{name} can't be read: {refused or type(refused).__name__}.") from refused
    with file:
        yield file
