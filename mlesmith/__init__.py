"""mlesmith: raw datasets in; verified competitions, sandboxed agents, ratings and agreement out.

`from mlesmith import load_task, generate, verify, rate, agreement`: each is loaded when it is first asked for.
"""

from importlib import import_module

_WHERE = {
    "load_task": "harness.evals",
    "generate": "generation.pipeline",
    "verify": "generation.verification.battery",
    "rate": "leaderboards.board",
    "agreement": "leaderboards.agreement",
}

__all__ = ["agreement", "generate", "load_task", "rate", "verify"]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'mlesmith' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
