"""A package holds the files of the contract and nothing else: no data, no links, nothing that grows without bound."""

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from harness.package import CARD, OPTIONAL, REQUIRED

MOST_CHARACTERS = 200_000  # the longest hand-written packages of MLE-bench stay below 40,000
LEAST_CHARACTERS = {"description.md": 200, "prepare.py": 80, "metric.py": 80, "solution.py": 80}  # imports alone


@check(
    "structure.files",
    layer="structure",
    stage="refactor",
    protects="a package that lacks a file, carries raw data along, or hides something in a file nobody reads",
)
def files(evidence: Evidence) -> Finding:
    package = evidence.package
    problems = [f"{name} is missing or empty" for name in REQUIRED if not package.files.get(name, "").strip()]
    for name, text in package.files.items():
        if len(text) > MOST_CHARACTERS:
            problems.append(f"{name} has {len(text):,} characters, at most {MOST_CHARACTERS:,}")
        elif 0 < len(text.strip()) < LEAST_CHARACTERS.get(name, 0):
            problems.append(f"{name} has {len(text.strip())} characters, too few to be one")
    if package.root is not None:
        allowed = {CARD, *REQUIRED, *OPTIONAL}
        for path in sorted(package.root.iterdir()):
            if path.name == "__pycache__":
                continue
            if path.is_symlink() or not path.is_file():
                problems.append(f"{path.name} is not a regular file")
            elif path.name not in allowed:
                problems.append(f"{path.name} does not belong to a package")
    return Finding.none_of(problems, where=package.id)
