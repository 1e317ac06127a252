"""Generation as an Inspect eval, and as one call: datasets in; verified packages, a log and a report out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from filelock import FileLock
from inspect_ai import Task, eval_set
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, Model

import generation
import harness
from generation import TASK
from generation.engines import open_engine
from generation.export import export
from generation.llm.asking import MOST_TOKENS
from generation.names import dataset_names
from generation.private_splits import VARIABLE, own_mark, salted
from generation.report import GenerationReport, report
from generation.scoring import scorers
from generation.stages import (
    PROGRESS,
    Listener,
    Progress,
    brainstorm,
    design,
    forget,
    read_source,
    refactor,
    verify_and_repair,
)
from generation.verification import beside
from harness.errors import UnknownName, UserError
from harness.models.ready import require_model
from harness.places import shipped_tasks, task_roots
from harness.processors import processors
from harness.sandboxes.selection import choose
from harness.stopping import raise_if_stopped

NO_MODEL = "none/none"
TOKENS_A_DATASET = 500_000
ROLES = ("brainstormer", "designer", "refactor")
_CODE = frozenset({".py", ".j2", ".toml", ".md", ".json"})


class NoModel(UserError):
    """The engine `llm` was asked for without a model."""


class WrongSalt(UserError):
    """A run that began with one salt would go on with another, or with none."""


class NoSources(UserError):
    """Generation was asked for without a dataset."""


def generate_task(
    sources: str | list[str],
    engine: str = "rules",
    formulations: int = 3,
    seed: int = 0,
    sandbox: str = "auto",
    mark: str = "",
    against: str | list[str] | None = None,
    target: str | list[str] | None = None,
) -> Task:
    """The eval: a sample for each source, the stages as solvers, the layers of verification as scores.

    `against` are folders of packages that new ones must differ from; by default those in which an id is looked up.
    `target` names the columns to ask for; without one the engine chooses.
    Another salt (`private_splits`) gives other splits; no log and no package tells it, but `mark` says that there was
    one, so that a run is not continued without it.

    Raises:
        WrongSalt: the salt in use here is not the one that the run began with.
        NoSources: there is no source.
        UnknownName: there is no such engine.
    """
    uris = _listed(sources)
    if not uris:
        raise NoSources("Name at least one dataset: a file, file:PATH or pypi:NAME==VERSION#MEMBER.")
    roots = [str(root) for root in task_roots()] if against is None else _listed(against)
    if mark and mark != own_mark():
        raise WrongSalt(
            f"This run began with a salt, and the one in {VARIABLE} is another or missing. Set it as it was."
        )
    open_engine(engine)  # an unknown name is said before anything is started
    rules = engine == "rules"
    samples = [
        Sample(id=uri, input=uri, metadata={"name": name}) for uri, name in dataset_names(dict.fromkeys(uris)).items()
    ]
    return Task(
        dataset=MemoryDataset(samples, name="datasets"),
        solver=[
            read_source(engine, seed, sandbox, roots, _listed(target or [])),
            brainstorm(formulations),
            design(),
            refactor(),
            verify_and_repair(),
        ],
        cleanup=forget,
        scorer=scorers(),
        model=NO_MODEL if rules else None,
        config=GenerateConfig(max_retries=4, timeout=900, max_tokens=None if rules else MOST_TOKENS),
        token_limit=None if rules else TOKENS_A_DATASET,
        continue_on_fail=True,
    )


def _listed(words: str | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else [*words]


def generate(  # noqa: PLR0913 - what a user may choose
    sources: str | Sequence[str],
    *,
    engine: str = "rules",
    model: str | Model | None = None,
    model_roles: Mapping[str, str | Model] | None = None,
    out: str | Path,
    formulations: int = 3,
    target: Sequence[str] = (),
    seed: int = 0,
    sandbox: str = "auto",
    salt: str = "",
    against: Sequence[str | Path] | None = None,
    log_dir: str | Path | None = None,
    on_progress: Listener | None = None,
) -> GenerationReport:
    """Turn datasets into verified packages below `out`.

    `target` names the columns to ask for, in the place of those that the engine would choose.
    With a `salt` (or MLESMITH_SALT) the same data is split in another way (`private_splits`). The log lies in a
    folder of its own below `log_dir` (by default `logs/generate`) for each distinct request, so the same call again
    repeats nothing that is done. Different content of a file is a different request.

    Raises:
        NoSources, NoModel, MissingKey, WeakSalt: what the user can mend.
        MachineError: no sandbox works here.
    """
    uris = list(dict.fromkeys([sources] if isinstance(sources, str) else sources))
    out = Path(out)
    roots = [str(root) for root in ([shipped_tasks(), out.resolve()] if against is None else against)]
    models = _models(engine, model, dict(model_roles or {}))
    written: list[Path] = []
    with salted(salt):
        arguments: dict[str, object] = {
            "sources": uris,
            "engine": engine,
            "formulations": len(target) or formulations,
            "target": [*target],
            "seed": seed,
            "sandbox": sandbox,
            "mark": own_mark(),
            "against": roots,
        }
        folder = Path(log_dir or Path("logs") / "generate") / f"{engine}-{_fingerprint(arguments, models, uris)}"
        try:
            _run(arguments, models, folder, Progress(on_progress or _silent, len(uris)))
        finally:
            beside.close()
            # Ctrl-C leaves what is done, and the next call continues.
            if folder.is_dir():
                written = export(folder, out)
    return report(folder, written)


def _models(engine: str, model: str | Model | None, roles: dict[str, str | Model]) -> dict[str, str | Model]:
    """The model of each role and, under "", of those without one; all are looked at before anything is started.

    Raises:
        NoModel: the engine needs one and there is none.
        UnknownName: a role that no stage has.
        ModelNotReady, MissingKey, UnknownProvider: a model that cannot be asked.
    """
    if engine == "rules":
        return {"": NO_MODEL}
    for role in roles:
        if role not in ROLES:
            raise UnknownName("model role", role, list(ROLES))
    if model is None and set(roles) < set(ROLES):
        raise NoModel(
            f"The engine {engine!r} asks a model: give --model, or --model-role for each of {', '.join(ROLES)}."
        )
    models = {"": NO_MODEL if model is None else model, **roles}
    for wanted in models.values():
        require_model(wanted)
    return models


def _run(arguments: dict[str, object], models: dict[str, str | Model], folder: Path, progress: Progress) -> None:
    choose(str(arguments["sandbox"]))  # a machine without a sandbox is said before anything is started
    folder.mkdir(parents=True, exist_ok=True)
    roles = {role: wanted for role, wanted in models.items() if role}
    heard = PROGRESS.set(progress)
    try:
        with FileLock(folder.with_suffix(".lock")):
            _, logs = eval_set(
                TASK,
                task_args=arguments,
                log_dir=str(folder),
                model=models[""],
                model_roles=roles or None,
                max_samples=processors(),
                retry_attempts=0,
                retry_immediate=False,
                display="none",
                ctl_server=False,
                score_display=False,
                log_realtime=False,
            )
            raise_if_stopped(logs)
    finally:
        PROGRESS.reset(heard)


def _fingerprint(arguments: dict[str, object], models: dict[str, str | Model], sources: list[str]) -> str:
    """What decides the outcome: the request, the content of local files, and the code that answers it."""
    digest = hashlib.sha256(json.dumps([arguments, {k: str(v) for k, v in models.items()}], sort_keys=True).encode())
    for source in sources:
        path = Path(source.removeprefix("file:").removeprefix("//"))
        if path.is_file():
            digest.update(path.read_bytes())
    for package in (generation, harness):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*")):
            if path.suffix in _CODE:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _silent(done: int, total: int, what: str = "") -> None:
    """Nobody listens."""
