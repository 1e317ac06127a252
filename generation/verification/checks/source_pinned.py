"""The source must say exactly which data is meant, by a scheme that can be fetched again."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from harness.sources import SCHEMES

# How a URI of each kind says one version; what a `file:` or `openml:` names has its sha256 alone.
PINNED = {
    "pypi": (re.compile(r"pypi:[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+#\S(.*\S)?"), "pypi:NAME==VERSION#path/inside"),
    "hf": (re.compile(r"hf:[\w./-]+@[0-9a-f]{40}(#.+)?"), "hf:OWNER/NAME@COMMIT#path"),
    "kaggle": (re.compile(r"kaggle:[\w.-]+/[\w.-]+@\d+([/#].+)?"), "kaggle:OWNER/DATASET@VERSION/file"),
}


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
    elif scheme in PINNED and not PINNED[scheme][0].fullmatch(source.uri):
        problems.append(f"source.uri = {source.uri!r} is not pinned; write {PINNED[scheme][1]}")
    if set(source.sha256) == {"0"}:
        problems.append("source.sha256 is all zeros")
    if not source.licence.strip():
        problems.append("source.licence is empty; write 'unknown' where it is not known")
    return Finding.none_of(problems, where="task.toml:source")
