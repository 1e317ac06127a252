"""What the code does is readable: nothing is evaluated, unpickled or imported by a computed name."""

import ast

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, parsed

CALLS = frozenset(
    [
        "eval",
        "exec",
        "compile",
        "__import__",
        "globals",
        "builtins.eval",
        "builtins.exec",
        "importlib.import_module",
        "importlib.reload",
        "pickle.load",
        "pickle.loads",
        "joblib.load",
        "dill.load",
        "marshal.loads",
        "pandas.read_pickle",
        "runpy.run_path",
        "runpy.run_module",
        "sys.settrace",
    ]
)


@check(
    "structure.no_dynamic_code",
    layer="structure",
    protects="code that a reader of the package cannot see, and pickles that run it",
)
def no_dynamic_code(evidence: Evidence) -> Finding:
    problems = [problem for code in parsed(evidence.package) for problem in _problems(code)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _problems(code: Code) -> list[str]:
    found = [f"{code.name}:{call.lineno}: calls {name}" for name, call in code.calls if name in CALLS]
    found += [
        f"{code.name}:{call.lineno}: allows pickles"
        for _, call in code.calls
        for word in call.keywords
        if word.arg == "allow_pickle" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
    ]
    found += [
        f"{code.name}:{node.lineno}: reaches for {node.attr}"
        for node in ast.walk(code.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"__subclasses__", "__globals__", "__builtins__", "__code__"}
    ]
    return found
