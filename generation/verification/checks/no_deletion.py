"""prepare.py reads the raw data and writes two folders; it deletes, moves and overwrites nothing."""

import ast

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, parsed

DELETING = frozenset(
    [
        "os.remove",
        "os.unlink",
        "os.rmdir",
        "os.removedirs",
        "os.rename",
        "os.renames",
        "os.replace",
        "os.truncate",
        "os.chmod",
        "os.symlink",
        "os.link",
        "shutil.rmtree",
        "shutil.move",
        ".unlink",
        ".rmdir",
        ".symlink_to",
        ".hardlink_to",
        ".chmod",
    ]
)
WRITING = ("to_csv", "to_parquet", "write_text", "write_bytes", "mkdir", "touch")


@check(
    "structure.no_deletion",
    layer="structure",
    protects="raw data that is gone or changed after the first preparation, and links that lead out of the package",
)
def no_deletion(evidence: Evidence) -> Finding:
    problems = [problem for code in parsed(evidence.package) for problem in _problems(code)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _problems(code: Code) -> list[str]:
    found = []
    for name, call in code.calls:
        if name in DELETING or any(name.endswith(ending) for ending in DELETING if ending.startswith(".")):
            found.append(f"{code.name}:{call.lineno}: calls {name.lstrip('.')}")
        elif code.name == "prepare.py" and _writes_to_raw(call):
            found.append(f"{code.name}:{call.lineno}: writes below raw")
    return found


def _writes_to_raw(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITING:
        return False
    target: ast.AST = call.func.value if call.func.attr in WRITING[2:] else ast.Tuple(call.args[:1], ast.Load())
    return any(isinstance(node, ast.Name) and node.id == "raw" for node in ast.walk(target))
