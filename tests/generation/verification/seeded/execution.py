"""Faults that show when models and cheats try the task."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.generation.verification.seeded.fault import Fault, after_split, first, in_prepare, swap
from tests.generation.verification.seeded.leaks import IDS

SUBMIT = 'sample.to_csv("submission.csv", index=False)'


def noise_for(target: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The target has nothing to do with what was measured."""

    def raw(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{target: np.random.default_rng(8).permutation(table[target].to_numpy())})

    return raw


def bloom_by_height(table: pd.DataFrame) -> pd.DataFrame:
    """Tall plants bloom, short ones do not, and there is a gap between them."""
    height = table["height"].astype(float)
    return table.assign(
        blooms=np.where(height > 40, "yes", "no"), height=(height + np.where(height > 40, 8, -8)).map("{:.2f}".format)
    )


def bloom_by_height_and_light(table: pd.DataFrame) -> pd.DataFrame:
    """What blooms is told by a sum of two columns, with a gap, and by neither of them alone."""
    height, light = table["height"].astype(float), table["light"].astype(float)
    tall = (height - 40) / 9 + (light - 9) / 2.9 > 0
    return table.assign(
        blooms=np.where(tall, "yes", "no"),
        height=(height + np.where(tall, 4, -4)).map("{:.2f}".format),
        light=(light + np.where(tall, 1, -1)).map("{:.1f}".format),
    )


EXECUTION = (
    Fault(
        "solution_fails",
        "execution.reference_runs",
        "the reference solution divides by zero",
        first("solution.py", "1 / 0"),
        executed=True,
    ),
    Fault(
        "solution_writes_nothing",
        "execution.reference_runs",
        "the reference solution leaves nothing",
        swap("solution.py", SUBMIT, ""),
        base="kind_chances",
        executed=True,
    ),
    Fault(
        "solution_is_invalid",
        "execution.reference_runs",
        "the reference solution answers nine rows",
        swap("solution.py", SUBMIT, f"sample.head(9).{SUBMIT[7:]}"),
        base="vigour",
        executed=True,
    ),
    Fault(
        "solution_leaves_its_index",
        "execution.reference_runs",
        "the reference solution's submission has a column too many",
        swap("solution.py", ", index=False)", ")"),
        base="mass_beds",
        executed=True,
    ),
    Fault(
        "solution_copies_the_sample",
        "execution.reference_beats_sample",
        "the reference solution is the sample submission",
        swap("solution.py", 'sample["mass"] = features(test) @ weights', ""),
        base="mass_days",
        executed=True,
    ),
    Fault(
        "target_is_noise",
        "execution.probe_beats_constant",
        "the target is permuted",
        raw=noise_for("mass"),
        executed=True,
    ),
    Fault(
        "noise_beside_a_poor_sample",
        "execution.probe_beats_constant",
        "the target is permuted, and the sample submission is so poor that the solution beats it",
        in_prepare('sample[TARGET] = f"{train[TARGET].astype(float).mean():.4g}"', "sample[TARGET] = 0"),
        raw=noise_for("mass"),
        executed=True,
    ),
    Fault(
        "solved_at_once",
        "execution.headroom",
        "one column tells the label, with a gap",
        base="blooms",
        raw=bloom_by_height,
        executed=True,
    ),
    Fault(
        "solved_by_a_line",
        "execution.headroom",
        "a weighted sum of two columns tells the label, with a gap",
        base="blooms",
        raw=bloom_by_height_and_light,
        executed=True,
    ),
    Fault(
        "ids_that_win",
        "execution.cheats_gain_nothing",
        "ids are ranks of the target",
        in_prepare(IDS, '(1000 + table[TARGET].astype(float).rank(method="first").astype(int)).astype(str)'),
        executed=True,
    ),
    Fault(
        "train_in_the_order_of_the_answers",
        "execution.cheats_gain_nothing",
        "the first train rows have about the answers of the test rows, one by one",
        after_split(
            "order = train[TARGET].astype(float).argsort(kind='stable').to_numpy()",
            "rank = test[TARGET].astype(float).rank(method='first').astype(int).to_numpy() - 1",
            "ahead = order[rank * (len(train) // len(test))]",
            "train = pd.concat([train.iloc[ahead], train.drop(index=train.index[ahead])])",
        ),
        executed=True,
    ),
)
