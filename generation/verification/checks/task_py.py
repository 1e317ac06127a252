"""task.py, the only file of a package that is loaded on the host, is the fixed template byte for byte."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from harness.package import TASK_PY


@check(
    "structure.task_py",
    layer="structure",
    stage="refactor",
    protects="code of a model that would run on the host the moment a task is listed",
)
def task_py(evidence: Evidence) -> Finding:
    package = evidence.package
    wanted = TASK_PY.format(id=package.id).encode()
    if package.root is None:
        found = package.files.get("task.py")
        if found is None or found.encode() == wanted:
            return Finding.passed("written from the template when the package is exported")
        return Finding.failed("task.py is carried as text of the package, and it is not the template", where="task.py")
    path = package.root / "task.py"
    if path.is_symlink() or not path.is_file():
        return Finding.failed("task.py is missing or no regular file", where="task.py")
    if path.read_bytes() != wanted:
        return Finding.failed("task.py differs from the template; export the package again", where="task.py")
    return Finding.passed()
