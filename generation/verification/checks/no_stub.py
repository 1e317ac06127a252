"""No function is empty, no text waits to be written."""

import ast
import io
import re
import tokenize

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, body_without_docstring, parsed

UNWRITTEN = re.compile(r"\b(TODO|FIXME|TBD|lorem ipsum|placeholder text|your code here)\b|\{%|\{\{ *\w+ *\}\}", re.I)
# Columns and values, which are called as the data calls them, and examples of files.
NAMED = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


@check("structure.no_stub", layer="structure", protects="a task that looks whole and does nothing")
def no_stub(evidence: Evidence) -> Finding:
    problems = []
    for code in parsed(evidence.package):
        problems += [
            f"{code.name}:{function.lineno}: {function.name} does nothing"
            for function in code.functions
            if all(_is_empty(statement) for statement in body_without_docstring(function))
        ]
        problems += _constant_metric(code)
        problems += [f"{code.name}: {found!r} left in" for found in _unwritten(_said(code))]
    description = evidence.package.files.get("description.md", "")
    problems += [f"description.md: {found!r} left in" for found in _unwritten(NAMED.sub("", description))]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _unwritten(text: str) -> list[str]:
    return [found[0] for found in UNWRITTEN.finditer(text)]


def _said(code: Code) -> str:
    """Comments and docstrings: a string may name a column, and a table may call one so."""
    tokens = tokenize.generate_tokens(io.StringIO(code.text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    documented = [code.tree, *code.functions, *(node for node in ast.walk(code.tree) if isinstance(node, ast.ClassDef))]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in documented)])


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
