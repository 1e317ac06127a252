"""No part of a package may reach for the network or another process."""

import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, parsed

MODULES = frozenset(
    [
        "socket",
        "ssl",
        "urllib",
        "http",
        "requests",
        "httpx",
        "aiohttp",
        "ftplib",
        "smtplib",
        "poplib",
        "imaplib",
        "telnetlib",
        "xmlrpc",
        "socketserver",
        "subprocess",
        "multiprocessing",
        "ctypes",
        "webbrowser",
        "pip",
        "ensurepip",
        "kaggle",
        "openml",
        "huggingface_hub",
        "datasets",
        "wget",
    ]
)
CALLS = re.compile(r"os\.(system|popen|fork\w*|exec\w*|spawn\w*|posix_spawn\w*)|sklearn\.datasets\.(fetch_|load_)\w+")
ADDRESS = re.compile(r"(https?|ftp|s3|gs)://", re.I)


@check(
    "structure.no_network_imports",
    layer="structure",
    protects="code that fetches other data, sends the answers away or starts other programs",
)
def no_network_imports(evidence: Evidence) -> Finding:
    problems = [problem for code in parsed(evidence.package) for problem in _problems(code)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _problems(code: Code) -> list[str]:
    found = [f"{code.name}:{line}: imports {name}" for name, line in code.imports if name.split(".")[0] in MODULES]
    for name, call in code.calls:
        if CALLS.fullmatch(name):
            found.append(f"{code.name}:{call.lineno}: calls {name}")
    found += [f"{code.name}:{line}: the address {text[:60]!r}" for text, line in code.texts if ADDRESS.match(text)]
    return found
