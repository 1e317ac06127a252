"""The raw file with permuted targets: same rows, same format, other answers."""

import csv
import gzip
import io

import pandas as pd
import pytest

from generation.verification.permuting import TargetNotRaw, permuted
from harness.schema import Question, Split
from tests.generation.verification.good_bases import plants


def question(target: str = "mass", prediction: str = "number", labels: tuple[str, ...] = ()) -> Question:
    return Question.model_validate(
        {
            "modality": "tabular",
            "objective": "regression" if prediction == "number" else "multiclass",
            "target": (target,),
            "prediction": prediction,
            "labels": labels,
            "split": Split(rule="random"),
        }
    )


def read(raw: bytes, separator: str = ",") -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(raw), sep=separator, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_only_the_target_moves(separator: str, encoding: str) -> None:
    table = plants(60).assign(site='ünder; the "hedge", left')
    raw = table.to_csv(sep=separator, index=False).encode(encoding)
    made = read(permuted(raw, question(), 1).decode(encoding).encode(), separator)
    assert made.drop(columns="mass").equals(read(raw.decode(encoding).encode(), separator).drop(columns="mass"))
    assert sorted(made["mass"]) == sorted(table["mass"])
    assert (made["mass"] != table["mass"]).mean() > 0.5


def test_packed_files_stay_packed() -> None:
    raw = gzip.compress(plants(50).to_csv(index=False).encode())
    made = permuted(raw, question(), 1)
    assert made[:2] == raw[:2]
    assert len(read(gzip.decompress(made))) == 50


def test_parquet_keeps_its_types() -> None:
    table = plants(50).assign(mass=lambda frame: frame["mass"].astype(float))
    file = io.BytesIO()
    table.to_parquet(file)
    made = pd.read_parquet(io.BytesIO(permuted(file.getvalue(), question(), 1)))
    assert made["mass"].dtype == table["mass"].dtype
    assert sorted(made["mass"]) == sorted(table["mass"])
    assert not made["mass"].equals(table["mass"])


def test_rows_without_an_answer_keep_none() -> None:
    """Otherwise the rows that prepare.py leaves out would change, and with them the public features."""
    table = plants(80)
    table.loc[::7, "mass"] = "?"
    made = read(permuted(table.to_csv(index=False).encode(), question(), 1))
    assert ((made["mass"] == "?") == (table["mass"] == "?")).all()
    kinds = read(permuted(table.to_csv(index=False).encode(), question("kind", "label", ("fern", "herb")), 1))
    assert ((kinds["kind"] == "shrub") == (table["kind"] == "shrub")).all()


def test_a_header_with_doubled_blanks_is_found() -> None:
    rows = [["a", "the  mass"], *([str(at), str(at)] for at in range(20))]
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    assert permuted(file.getvalue().encode(), question("the mass"), 1) != file.getvalue().encode()


def test_a_derived_target_is_named_as_such() -> None:
    with pytest.raises(TargetNotRaw, match="weight"):
        permuted(plants(20).to_csv(index=False).encode(), question("weight"), 1)
