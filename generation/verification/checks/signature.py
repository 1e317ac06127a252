"""prepare.py and metric.py must offer what the harness calls, read off the syntax tree."""

import ast

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, arguments, parsed


@check(
    "structure.signature",
    layer="structure",
    protects="a prepare or a metric that the harness calls with other arguments than it takes",
)
def signature(evidence: Evidence) -> Finding:
    code = {one.name: one for one in parsed(evidence.package)}
    problems = []
    if "prepare.py" in code:
        problems += _prepare_problems(code["prepare.py"])
    if "metric.py" in code:
        problems += _metric_problems(code["metric.py"])
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _prepare_problems(code: Code) -> list[str]:
    function = code.function("prepare")
    if function is None:
        return ["prepare.py: no top-level function prepare(raw, public, private)"]
    found = arguments(function)
    if found != ["raw", "public", "private"]:
        return [f"prepare.py: prepare takes ({', '.join(found)}), not (raw, public, private)"]
    return []


def _metric_problems(code: Code) -> list[str]:
    classes = code.metric_classes
    if len(classes) != 1:
        return [f"metric.py: {len(classes)} subclasses of CompetitionMetrics, not exactly one"]
    methods = {node.name: node for node in classes[0].body if isinstance(node, ast.FunctionDef)}
    if "evaluate" not in methods:
        return [f"metric.py: {classes[0].name} has no evaluate(self, y_true, y_pred)"]
    found = arguments(methods["evaluate"])
    if found != ["self", "y_true", "y_pred"]:
        return [f"metric.py: evaluate takes ({', '.join(found)}), not (self, y_true, y_pred)"]
    return []
