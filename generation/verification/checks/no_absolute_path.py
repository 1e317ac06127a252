"""Paths come from the arguments: no file outside of them is named."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, parsed

ABSOLUTE = re.compile(r"(/[A-Za-z0-9._-]+(/[^/\s]*)*|~[A-Za-z0-9_-]*(/.*)?|[A-Za-z]:[\\/].*|file://.*)")
CLIMBING = re.compile(r"(^|/)\.\.(/|$)")
ALLOWED = re.compile(r"/workspace(/.*)?")
HOMES = ("pathlib.Path.home", "os.path.expanduser", "pathlib.Path.cwd", "os.getcwd", ".expanduser")


@check(
    "structure.no_absolute_path",
    layer="structure",
    protects="a task that reads files of one machine, or climbs out of the folders it was given",
)
def no_absolute_path(evidence: Evidence) -> Finding:
    problems = [problem for code in parsed(evidence.package) for problem in _problems(code)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _problems(code: Code) -> list[str]:
    continued = code.continued
    found = [
        f"{code.name}:{line}: {text[:60]!r}"
        for text, line in code.texts
        if CLIMBING.search(text) or ((text, line) not in continued and _is_absolute(code.name, text))
    ]
    if code.name != "solution.py":  # an agent's working directory is its own
        found += [f"{code.name}:{call.lineno}: {name}()" for name, call in code.calls if name in HOMES]
    return found


def _is_absolute(file: str, text: str) -> bool:
    return bool(ABSOLUTE.fullmatch(text)) and not (file == "solution.py" and ALLOWED.fullmatch(text))
