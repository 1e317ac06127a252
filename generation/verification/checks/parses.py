"""Every Python file of the package must be Python."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import CODE, parse


@check("structure.parses", layer="structure", protects="code that never ran, not even through a parser")
def parses(evidence: Evidence) -> Finding:
    problems, where = [], ""
    for name in CODE:
        try:
            parse(evidence.package, name)
        except SyntaxError as error:
            problems.append(f"{name}:{error.lineno}: {error.msg}")
            where = where or name
    return Finding.none_of(problems, where=where)
