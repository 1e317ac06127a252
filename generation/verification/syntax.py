"""The Python of a package as syntax trees: names of calls, imports, texts. Nothing is imported or executed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from harness.package import TaskPackage
from harness.syntax import python_tree

CODE = ("prepare.py", "metric.py", "solution.py")


@dataclass(frozen=True)
class Code:
    """One Python file of a package that parses."""

    name: str
    text: str
    tree: ast.Module

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Local names with what they were imported as: `np` -> `numpy`, `rmtree` -> `shutil.rmtree`."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else _root(alias.name)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return found

    @property
    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported module or name in full, with its line; a relative import begins with a dot."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)

    @property
    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call with the full name of what is called; `x.unlink()` of an unknown x is `.unlink`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield self.name_of(node.func), node

    def name_of(self, node: ast.expr) -> str:
        """The dotted name of an expression, imports resolved; what is no plain name begins with a dot."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id not in self.aliases:
                return f".{node.attr}"
            return f"{self.name_of(node.value)}.{node.attr}"
        return ""

    @property
    def texts(self) -> Iterator[tuple[str, int]]:
        """Every text constant but docstrings, with its line; the fixed pieces of an f-string count."""
        skip = {id(node) for node in self._docstrings()}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skip:
                yield node.value, node.lineno

    @property
    def continued(self) -> set[tuple[str, int]]:
        """The texts, with their lines, that go on after a value in an f-string: `/a.csv` of f"{folder}/a.csv"."""
        return {
            (piece.value, piece.lineno)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.JoinedStr)
            for piece in node.values[1:]
            if isinstance(piece, ast.Constant) and isinstance(piece.value, str)
        }

    def _docstrings(self) -> Iterator[ast.expr]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield node.value

    def function(self, name: str) -> ast.FunctionDef | None:
        """The top-level function of that name."""
        found = [node for node in self.tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        return found[-1] if found else None

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    @property
    def metric_classes(self) -> list[ast.ClassDef]:
        """The classes that say they are CompetitionMetrics."""
        return [
            node
            for node in self.tree.body
            if isinstance(node, ast.ClassDef)
            and any(self.name_of(base).rsplit(".", 1)[-1] == "CompetitionMetrics" for base in node.bases)
        ]


def _root(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def parse(package: TaskPackage, name: str) -> Code:
    """One file of a package as a tree.

    Raises:
        SyntaxError: it is no Python.
    """
    text = package.files.get(name, "")
    try:
        return Code(name, text, python_tree(text, name))
    except ValueError as error:  # a NUL in the text
        raise SyntaxError(f"{name}: {error}") from error


def parsed(package: TaskPackage) -> list[Code]:
    """The Python files that parse; `structure.parses` reports the others."""
    found = []
    for name in CODE:
        try:
            found.append(parse(package, name))
        except SyntaxError:
            continue
    return found


def arguments(function: ast.FunctionDef) -> list[str]:
    """The names of the positional arguments."""
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]


def body_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """The statements of a function, its docstring left out."""
    body = function.body
    first = body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if is_text else body
