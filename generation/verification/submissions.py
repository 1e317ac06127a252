"""The submissions that probe a grader: the answers, the sample, harmless rewritings, noise in ten steps, cheats."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.verification.answers import Form, Rows, blend
from generation.verification.cheating import cheat_vectors
from generation.verification.tables import Answers, Words, numbers_of, words_of

# Two pairs of steps lie close together: a score that is rounded to one digit cannot tell them apart.
STEPS = (0.03, 0.07, 0.12, 0.2, 0.3, 0.45, 0.48, 0.8, 0.84, 1.0)
# More than half wrong would be no noise but knowledge: average precision grows again on rare labels turned round.
WRONG = (0.03, 0.07, 0.12, 0.17, 0.22, 0.3, 0.32, 0.42, 0.44, 0.5)
TENTHS = 10
MOST_SLICES_BY_LABEL = 8  # each costs a scoring by every mutant; the tenths see the rest

LADDER = ("tree", "neighbours", "simple", "strong")
REFERENCE = "reference"
ANSWERS, AGAIN, SAMPLE, CONSTANT = "answers", "answers_again", "sample", "constant"
Variants = Mapping[str, Mapping[str, bytes]]
REWRITTEN = ("rows_permuted", "columns_permuted", "white_space", "windows_lines", "byte_order_mark")


@dataclass(frozen=True)
class Vectors:
    """Predictions by name, in the order of test.csv; `noise` runs from little to much."""

    of: Mapping[str, Answers]
    noise: tuple[str, ...]
    slices: tuple[str, ...]
    cheats: tuple[str, ...]


def vectors(form: Form, seed: int) -> Vectors:
    """Every prediction that needs no model."""
    generator = np.random.default_rng(seed)
    exact = form.exact(form.truth)
    noise = noise_ladder(form, generator)
    slices = {f"wrong_in_{name}": blend(rows, form.wrong(), exact) for name, rows in parts(form).items()}
    cheats = cheat_vectors(form, generator)
    shuffled = form.exact(form.truth[generator.permutation(len(form.truth))])
    others = {ANSWERS: exact, CONSTANT: form.constant(), "shuffled_answers": shuffled}
    return Vectors({**others, **noise, **slices, **cheats}, tuple(noise), tuple(slices), tuple(cheats))


def noise_ladder(form: Form, generator: np.random.Generator) -> dict[str, Answers]:
    """The answers with more and more noise.

    A number is mixed with another row's answer, so it never leaves the range of the answers. Of labels and
    probabilities a growing share of each label's rows is wrong (each step keeps the rows of the former): wrong
    outright, for a metric that only ranks does not see a certainty that is merely shaken; of each label, for an F1
    stands still once the last rare row is wrong.
    """
    exact, rows = form.exact(form.truth), len(form.truth)
    ladder: dict[str, Answers] = {}
    if form.kind == "number":
        other = form.truth[generator.permutation(rows)]
        for step, share in enumerate(STEPS, start=1):
            ladder[f"noise_{step:02d}"] = (1 - share) * form.truth.astype(float) + share * other.astype(float)
        return ladder
    turn, wrong = _by_turns(words_of(form.truth), generator), form.wrong()
    for step, share in enumerate(WRONG, start=1):
        touched: Rows = np.zeros(rows, dtype=bool)
        touched[turn[: max(round(rows * share), step)]] = True
        ladder[f"noise_{step:02d}"] = blend(touched, wrong, exact)
    return ladder


def _by_turns(labels: Words, generator: np.random.Generator) -> npt.NDArray[np.intp]:
    """All rows in an order whose every beginning holds about the same share of each label's rows; shape (n,)."""
    mixed = generator.permutation(len(labels))
    drawn = pd.Series(labels[mixed])
    place = (drawn.groupby(drawn).cumcount() + 0.5) / drawn.map(drawn.value_counts())
    order: npt.NDArray[np.intp] = mixed[np.argsort(place.to_numpy(dtype=np.float64), kind="stable")]
    return order


def parts(form: Form) -> dict[str, Rows]:
    """Tenths of the file, and the rows of each label (or each quarter of the numbers; equal ones stay together)."""
    rows = len(form.truth)
    tenth = np.arange(rows) * TENTHS // rows
    found = {f"tenth_{k}": tenth == k for k in range(TENTHS)}
    if form.kind == "number":
        numbers = numbers_of(form.truth)
        group = np.searchsorted(np.unique(np.quantile(numbers, (0.25, 0.5, 0.75))), numbers, side="left")
        return found | {f"quarter_{k}": group == k for k in np.unique(group)}
    labels = list(dict.fromkeys(map(str, form.labels)))[:MOST_SLICES_BY_LABEL]
    return found | {f"label_{k}": form.truth == label for k, label in enumerate(labels) if (form.truth == label).any()}


def sample_prediction_file(form: Form) -> bytes:
    """sample_submission.csv as it is."""
    return form.tables.sample.to_csv(index=False, lineterminator="\n").encode()


def rewritten(form: Form, seed: int) -> dict[str, bytes]:
    """The answers written otherwise, but with the same meaning: graded the same, each of them."""
    exact = form.exact(form.truth)
    plain = form.file(exact).decode()
    order = np.random.default_rng(seed).permutation(len(form.truth)).tolist()
    header, *lines = plain.splitlines()
    cells = pd.read_csv(io.StringIO(plain), dtype=str, keep_default_na=False)
    spaced = [",".join(f" {cell} " for cell in row) for row in cells.itertuples(index=False)]
    return {
        "rows_permuted": form.file(exact, order),
        "columns_permuted": cells[cells.columns[::-1]].to_csv(index=False, lineterminator="\n").encode(),
        "white_space": "\n".join([header, *(spaced if _is_plain(cells) else lines), ""]).encode(),
        "windows_lines": plain.replace("\n", "\r\n").encode(),
        "byte_order_mark": b"\xef\xbb\xbf" + plain.encode(),
    }


def _is_plain(cells: pd.DataFrame) -> bool:
    """Whether no cell needs quotes."""
    return not any(cells[name].str.contains(r'[",\n\r]').any() for name in cells.columns)


def shuffled_sample(form: Form, seed: int) -> bytes:
    """The sample's predictions given to other ids."""
    frame = form.tables.sample.copy()
    order = np.random.default_rng(seed).permutation(len(frame))
    for name in form.columns:
        frame[name] = frame[name].to_numpy()[order]
    return frame.to_csv(index=False, lineterminator="\n").encode()


def same_in_form(form: Form, known: Vectors) -> Variants:
    """Submissions that differ in their answers alone, whole and a row short: nothing public tells them apart."""
    constant, exact = known.of[CONSTANT], known.of[ANSWERS]
    rows = np.arange(len(form.truth))
    names = (ANSWERS, CONSTANT, "shuffled_answers", known.noise[0], known.noise[-1])
    predictions = {name: known.of[name] for name in names}
    # What an agent would try that asks row by row: one cell right, the same cell wrong.
    predictions["one_right"] = blend(rows == 0, exact, constant)
    predictions["one_wrong"] = blend(rows == 0, form.wrong(), constant)
    whole = {name: form.file(prediction) for name, prediction in predictions.items()}
    short = {name: whole[name].rstrip(b"\n").rpartition(b"\n")[0] + b"\n" for name in (ANSWERS, CONSTANT)}
    return {"whole": whole, "short": short}
