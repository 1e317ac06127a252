"""Only libraries that every sandbox has may be imported."""

import sys

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, parsed

STACK = frozenset({"numpy", "pandas", "scipy", "sklearn", "skrub", "pyarrow", "joblib", "threadpoolctl"})
OURS = "harness.competition"


@check(
    "structure.known_imports",
    layer="structure",
    protects="a task that runs on its author's machine alone, or looks into the harness that grades it",
)
def known_imports(evidence: Evidence) -> Finding:
    problems = [problem for code in parsed(evidence.package) for problem in _problems(code)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _problems(code: Code) -> list[str]:
    return [f"{code.name}:{line}: {name}" for name, line in code.imports if not _is_known(code.name, name)]


def _is_known(file: str, name: str) -> bool:
    root = name.split(".", maxsplit=1)[0]
    if root == "harness":  # an agent's sandbox has no harness, so the reference solution has none either
        return file != "solution.py" and (name + ".").startswith(OURS + ".")
    return root in STACK or root in sys.stdlib_module_names
