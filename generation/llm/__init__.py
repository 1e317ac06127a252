"""The engine that asks a language model: one structured call for each stage, each by a model role of Inspect."""

from generation.engines import Engine
from generation.llm.brainstormer import LlmBrainstormer
from generation.llm.designer import LlmDesigner
from generation.llm.refactor import LlmRefactor
from generation.private_splits import SplitSeeds

__all__ = ["LlmBrainstormer", "LlmDesigner", "LlmRefactor", "make_engine"]


def make_engine(seeds: SplitSeeds) -> Engine:
    """The engine of one dataset: it remembers what it wrote, so that a defect finds the text it is about."""
    return Engine("llm", LlmBrainstormer(seeds), LlmDesigner(), LlmRefactor())
