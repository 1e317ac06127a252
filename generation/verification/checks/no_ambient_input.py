"""Data and scores depend on the files alone: not on the clock, the environment or an unseeded generator."""

import ast
import re

from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import check
from generation.verification.syntax import Code, parsed

AMBIENT = frozenset(
    [
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "time.ctime",
        "time.strftime",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "pandas.Timestamp.now",
        "pandas.Timestamp.today",
        "pandas.Timestamp.utcnow",
        "os.getenv",
        "os.environ",
        "os.getpid",
        "os.urandom",
        "uuid.uuid1",
        "uuid.uuid4",
        "platform.node",
        "hash",
    ]
)
SEEDED_BY = {"random.": "random.seed", "numpy.random.": "numpy.random.seed"}
NEEDS_SEED = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})
# The functions of these modules draw from a generator that the whole process shares; classes are written large.
SHARED = re.compile(r"(numpy\.random|random|secrets)\.(?!default_rng$|seed$)[a-z]\w*")


@check(
    "structure.no_ambient_input",
    layer="structure",
    protects="a split that is another one tomorrow, on another machine or under another hash seed",
)
def no_ambient_input(evidence: Evidence) -> Finding:
    problems = [p for code in parsed(evidence.package) if code.name != "solution.py" for p in _problems(code)]
    return Finding.none_of(problems, where=problems[0].split(":")[0] if problems else "")


def _problems(code: Code) -> list[str]:
    own = {node.id for node in ast.walk(code.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    called = {name for name, call in code.calls if call.args}
    # A seed of the clock is found by itself, and one that comes too late by running prepare.py twice.
    seeded = tuple(start for start, seed in SEEDED_BY.items() if seed in called)
    found = [
        f"{code.name}:{node.lineno}: uses {name}"
        for node in ast.walk(code.tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and _is_ambient(name := code.name_of(node))
        and name not in own
        and not name.startswith(seeded)
    ]
    found += [
        f"{code.name}:{call.lineno}: {name} without a seed"
        for name, call in code.calls
        if name in NEEDS_SEED and not any(_is_seed(value) for value in (*call.args, *(k.value for k in call.keywords)))
    ]
    return found


def _is_ambient(name: str) -> bool:
    return name in AMBIENT or SHARED.fullmatch(name) is not None


def _is_seed(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value is None)
