"""No function is empty, no text waits to be written."""

import ast
import re

from generation.verification.evidence import Evidence, Lacking
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, body_without_docstring, parsed

UNWRITTEN = re.compile(r"\b(TODO|FIXME|TBD|lorem ipsum|placeholder text|your code here)\b|\{%|\{\{ *\w+ *\}\}", re.I)


@check("structure.no_stub", layer="structure", protects="a task that looks whole and does nothing")
def no_stub(evidence: Evidence) -> Finding:
    problems, columns = [], _columns(evidence)
    for code in parsed(evidence.package):
        problems += [
            f"{code.name}:{function.lineno}: {function.name} does nothing"
            for function in code.functions
            if all(_is_empty(statement) for statement in body_without_docstring(function))
        ]
        problems += _constant_metric(code)
        problems += [f"{code.name}: {found[0]!r} left in" for found in _unwritten(code.text, columns, python=True)]
    description = evidence.package.files.get("description.md", "")
    problems += [f"description.md: {found[0]!r} left in" for found in _unwritten(description, columns, python=False)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _columns(evidence: Evidence) -> list[str]:
    """Names of columns that read as if they waited to be written: a table may have one, and texts must say it."""
    names: set[str] = set()
    if not isinstance(evidence.raw, Lacking):
        names |= set(map(str, evidence.raw.columns))
    if not isinstance(evidence.prepared, Lacking):
        names |= set(evidence.prepared.train.columns)
    return sorted((name for name in names if UNWRITTEN.search(name)), key=len, reverse=True)


def _unwritten(text: str, columns: list[str], *, python: bool) -> list[re.Match[str]]:
    for name in columns:
        text = text.replace(f"`{name}`", "").replace(f'"{name}"', "").replace(f"'{name}'", "")
    found = UNWRITTEN.finditer(text)
    return [one for one in found if not (python and one[0].startswith("{"))]  # an f-string doubles its braces


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        return "NotImplemented" in ast.unparse(statement.exc)
    return False


def _constant_metric(code: Code) -> list[str]:
    return [
        f"{code.name}:{node.lineno}: evaluate never looks at {name}"
        for one in code.metric_classes
        for node in one.body
        if isinstance(node, ast.FunctionDef) and node.name == "evaluate"
        for name in ("y_true", "y_pred")
        if not any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))
    ]
