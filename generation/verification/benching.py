"""What the bench is asked, and what it answers: predictions in, scores of the metric and of its mutants out."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from generation.verification.answers import Form, read_prediction
from generation.verification.columns import Numbers
from generation.verification.evidence import Bench, MutantScores
from generation.verification.sensitivity import sign
from generation.verification.submissions import (
    AGAIN,
    ANSWERS,
    CONSTANT,
    LADDER,
    SAMPLE,
    Vectors,
    sample_prediction_file,
)
from generation.verification.tables import Answers
from harness.competition.validity import SubmissionRules

DRAWS = 200  # resamples of the test rows: the ends of a 95 % interval are then known to a tenth of its width
SHUFFLES = 40  # the standard deviation of chance is then known to a ninth
TWICE = "noise_05"


class BenchAnswer(BaseModel):
    """The JSON that probes/bench.py leaves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scores: dict[str, float | None]
    mutants: dict[str, dict[str, float | None]]
    replicates: dict[str, list[float | None]]
    shuffles: dict[str, list[float | None]]


@dataclass(frozen=True)
class BenchJob:
    """One call of the bench: the predictions that are scored, and which of them also broken, resampled or shuffled."""

    form: Form
    rules: SubmissionRules
    vectors: Vectors
    outsiders: Mapping[str, Answers]
    seed: int

    def predictions(self) -> dict[str, Answers]:
        known = self.vectors.of
        twice = {AGAIN: known[ANSWERS], f"{TWICE}_again": known[TWICE]}
        return {**known, **twice, **self.outsiders}

    def to_npz(self) -> bytes:
        """The file that probes/bench.py reads."""
        tables, known = self.form.tables, self.vectors
        broken = [ANSWERS, AGAIN, f"{TWICE}_again", "shuffled_answers", CONSTANT, *known.noise, *known.slices]
        job = {
            "rules": self.rules.to_json(),
            "targets": list(tables.targets),
            "columns": self.form.columns,
            "vectors": list(self.predictions()),
            "mutate": broken,
            "resample": [CONSTANT, *self.outsiders],
            "draws": DRAWS,
            "shuffle": [*known.cheats, *(name for name in LADDER if name in self.outsiders)],
            "suspect": list(known.cheats),
            "times": SHUFFLES,
            "sign": sign(tables.card.metric),
            "seed": self.seed,
        }
        file = io.BytesIO()
        arrays = {name: np.asarray(one) for name, one in self.predictions().items()}
        np.savez(file, allow_pickle=False, job=np.array(json.dumps(job)), **arrays)
        return file.getvalue()

    def read(self, answer: bytes) -> Bench:
        """The bench's answer as evidence.

        Raises:
            ValidationError: it has another form.
        """
        found = BenchAnswer.model_validate_json(answer)
        return Bench(
            scores=found.scores,
            noise=self.vectors.noise,
            slices=self.vectors.slices,
            cheats=self.vectors.cheats,
            seed=self.seed,
            mutants=tuple(MutantScores(name, scores) for name, scores in found.mutants.items()),
            replicates={name: _numbers(scores) for name, scores in found.replicates.items()},
            shuffles={name: _numbers(scores) for name, scores in found.shuffles.items()},
        )


def outsiders(form: Form, files: Mapping[str, bytes | None]) -> dict[str, Answers]:
    """The predictions of submissions that others wrote."""
    found: dict[str, Answers] = {}
    for name, file in {SAMPLE: sample_prediction_file(form), **files}.items():
        prediction = None if file is None else read_prediction(form, file)
        if prediction is not None:
            found[name] = prediction
    return found


def _numbers(scores: list[float | None]) -> Numbers:
    return np.array([np.nan if score is None else score for score in scores], dtype=np.float64)
