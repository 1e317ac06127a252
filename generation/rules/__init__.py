"""The engine without a language model: profiles, ranks, writes from templates; deterministic, free of cost."""

from generation.engines import Engine
from generation.rules.brainstormer import RulesBrainstormer
from generation.rules.designer import RulesDesigner
from generation.rules.refactor import RulesRefactor

__all__ = ["RulesBrainstormer", "RulesDesigner", "RulesRefactor", "make_engine"]


def make_engine(seed: int = 0) -> Engine:
    """The rules engine; the seed decides splits and samples."""
    return Engine("rules", RulesBrainstormer(seed), RulesDesigner(), RulesRefactor())
