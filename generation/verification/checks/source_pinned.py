"""The source must say exactly which data is meant, by a scheme that can be fetched again."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from harness.sources import SCHEMES

PINNED = re.compile(r"pypi:[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+#\S(.*\S)?")


@check(
    "structure.source_pinned",
    layer="structure",
    stage="refactor",
    protects="data that changes below a published score, or a source that nobody can fetch again",
)
def source_pinned(evidence: Evidence) -> Finding:
    source = evidence.package.card.source
    scheme, _, rest = source.uri.partition(":")
    problems = []
    if scheme not in SCHEMES or not rest:
        problems.append(f"source.uri = {source.uri!r} has none of the schemes {', '.join(SCHEMES)}")
    elif scheme == "pypi" and not PINNED.fullmatch(source.uri):
        problems.append(f"source.uri = {source.uri!r} is not pinned; write pypi:NAME==VERSION#path/inside")
    if set(source.sha256) == {"0"}:
        problems.append("source.sha256 is all zeros")
    if not source.licence.strip():
        problems.append("source.licence is empty; write 'unknown' where it is not known")
    return Finding.none_of(problems, where="task.toml:source")
