"""Tables made for the tests, and the way from a table to a prepared task without a sandbox."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from generation.profile import DatasetProfile
from generation.profile.source import profile_source
from harness.sources import Fetched

RUN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import prepare
prepare.prepare(*map(Path, sys.argv[2:]))
"""


def houses(rows: int = 400, seed: int = 1) -> pd.DataFrame:
    """Prices that follow size and quarter, with a row number, a logarithm and missing years."""
    rng = np.random.default_rng(seed)
    size, quarter = rng.uniform(40, 200, rows), rng.choice(["north", "south", "harbour"], rows)
    price = 1000 * size * (1 + 0.5 * (quarter == "harbour")) * rng.lognormal(0, 0.1, rows)
    year = [str(y) if rng.random() > 0.1 else "NA" for y in rng.integers(1900, 2020, rows)]
    return pd.DataFrame(
        {
            "no": range(rows),
            "size_sqm": size.round(1),
            "quarter": quarter,
            "built": year,
            "log_price": np.log(price).round(6),
            "price": price.round(0).astype(int),
        }
    ).astype(str)


def patients(rows: int = 600, seed: int = 2) -> pd.DataFrame:
    """An outcome that follows two of three measurements; several visits of each patient."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, rows // 4, rows)
    a, b, c = rng.normal(size=(3, rows))
    sick = (a + b + rng.normal(size=rows)) > 0.8
    return pd.DataFrame(
        {"patient_id": [f"P{i:04d}" for i in who], "a": a, "b": b, "c": c, "diagnosis": np.where(sick, "sick", "well")}
    ).astype(str)


def reviews(rows: int = 600, seed: int = 4) -> pd.DataFrame:
    """Free text whose words tell whether a product was liked, in sentences of no two rows alike."""
    rng = np.random.default_rng(seed)
    liked = rng.random(rows) < 0.5
    telling = np.where(liked[:, None], ["fresh", "tasty", "great"], ["stale", "bitter", "awful"])
    filler = ["the", "bag", "of", "my", "tea", "came", "last", "week", "and", "we", "drank", "it", "at", "home"]
    said = [[*rng.choice(filler, 9), *rng.choice(words, int(rng.integers(0, 3)))] for words in telling]
    texts = [" ".join(rng.permutation(words)) for words in said]
    return pd.DataFrame({"review": texts, "rating": np.where(liked, "great", "other")})


def days(rows: int = 500, seed: int = 3) -> pd.DataFrame:
    """Sales that follow temperature and weekday, one row a day."""
    rng = np.random.default_rng(seed)
    when = pd.date_range("2019-01-01", periods=rows)
    warmth = rng.normal(15, 8, rows)
    sales = 100 + 5 * warmth + 30 * (when.day_of_week > 4) + rng.normal(0, 10, rows)
    return pd.DataFrame(
        {"date": when.strftime("%m/%d/%Y"), "warmth": warmth.round(1), "sales": sales.round(0).astype(int)}
    ).astype(str)


def fetched(frame: pd.DataFrame, folder: Path, name: str = "houses.csv", documentation: str = "") -> Fetched:
    """The table as a source would give it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)
    return Fetched(
        uri=f"file:{path}",
        pinned_uri=f"file:{path}",
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        licence="CC0-1.0",
        citation="Made for a test",
        cluster=path.name.partition(".")[0],
        documentation=documentation,
    )


def profiled(frame: pd.DataFrame, folder: Path, name: str = "houses.csv", documentation: str = "") -> DatasetProfile:
    """The table's profile, with its origin."""
    return profile_source(fetched(frame, folder, name, documentation))


def prepared(package_root: Path, raw: Path, out: Path) -> dict[str, pd.DataFrame]:
    """What a package's prepare.py makes of a folder of raw data, by file name."""
    (out / "public").mkdir(parents=True)
    (out / "private").mkdir()
    places = [str(package_root), str(raw), str(out / "public"), str(out / "private")]
    subprocess.run([sys.executable, "-c", RUN, *places], check=True, capture_output=True, text=True)
    paths = [*(out / "public").iterdir(), *(out / "private").iterdir()]
    return {path.name: pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths}
