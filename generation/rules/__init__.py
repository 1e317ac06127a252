"""The engine without a language model: profiles, ranks, writes from templates; deterministic, free of cost."""

from generation.engines import Engine
from generation.private_splits import SplitSeeds
from generation.rules.brainstormer import RulesBrainstormer
from generation.rules.designer import RulesDesigner
from generation.rules.refactor import RulesRefactor

__all__ = ["RulesBrainstormer", "RulesDesigner", "RulesRefactor", "make_engine"]


def make_engine(seeds: SplitSeeds) -> Engine:
    """The rules engine; the seeds decide the splits."""
    return Engine("rules", RulesBrainstormer(seeds), RulesDesigner(), RulesRefactor())
