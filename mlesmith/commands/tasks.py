"""`generate`, `verify`, `show`, `prepare`, `list`: everything that makes a task or looks at one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mlesmith.commands.options import Json, Sandbox

Tasks = Annotated[
    list[str], typer.Argument(help="Ids, paths, globs (curated/*) or splits (@lite).", show_default=False)
]


MOST_TARGETS = 3


class Engine(StrEnum):
    """Who writes the tasks."""

    RULES = "rules"
    LLM = "llm"


class Listed(StrEnum):
    """What `mlesmith list` can list."""

    TASKS = "tasks"
    AGENTS = "agents"
    METRICS = "metrics"
    CHECKS = "checks"
    SOURCES = "sources"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(generate)
    app.command()(verify)
    app.command()(show)
    app.command()(prepare)
    app.command(name="list")(list_things)


def generate(
    sources: Annotated[
        list[str], typer.Argument(help="A file or folder, or file:, pypi:, hf:, kaggle:, openml:…", show_default=False)
    ],
    engine: Annotated[Engine, typer.Option(help="rules needs no model; llm asks one.")] = Engine.RULES,
    model: Annotated[
        str | None, typer.Option(help="The model of every role, e.g. openai/gpt-5 or litellm/groq/llama.")
    ] = None,
    model_role: Annotated[list[str] | None, typer.Option(help="ROLE=MODEL; may be given several times.")] = None,
    formulations: Annotated[int, typer.Option(min=1, max=3, help="At most so many tasks a dataset.")] = 3,
    target: Annotated[
        list[str] | None,
        typer.Option(help="The column to ask for, instead of those that the engine would; up to three times."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder that receives the verified packages.")] = Path(
        "tasks/generated"
    ),
    seed: Annotated[int, typer.Option(help="Another seed, another split.")] = 0,
    salt: Annotated[
        str,
        typer.Option(envvar="MLESMITH_SALT", help="Other splits of the same data; never written.", show_default=False),
    ] = "",
    salt_file: Annotated[
        Path | None, typer.Option(help="A file that holds the salt, so that no list of processes shows it.")
    ] = None,
    log_dir: Annotated[Path, typer.Option(help="Where the Inspect log of the pipeline goes.")] = Path("logs/generate"),
    sandbox: Sandbox = "auto",
    as_json: Json = False,
) -> None:
    """Turn raw datasets into verified tasks.

    Exit code 1 when a dataset gave none.
    """
    from generation.pipeline import generate as run_generation
    from generation.private_splits import read_salt
    from harness.sources.resolution import require_form
    from mlesmith.screen import progress, show_json
    from mlesmith.views import show_generation

    for source in sources:
        require_form(source)
    with progress("Generating") as tick:
        report = run_generation(
            sources,
            engine=engine.value,
            model=model,
            model_roles=_roles(model_role or []),
            formulations=formulations,
            target=_few(target or []),
            out=out,
            seed=seed,
            salt=read_salt(salt_file) if salt_file else salt,
            sandbox=sandbox,
            log_dir=log_dir,
            on_progress=tick,
        )
    if as_json:
        show_json(report.model_dump(mode="json"))
    else:
        show_generation(report)
    raise typer.Exit(0 if report.all_datasets_served else 1)


def _few(targets: list[str]) -> list[str]:
    if len(targets) > MOST_TARGETS:
        raise typer.BadParameter(f"At most {MOST_TARGETS} times --target; {len(targets)} were given.")
    return list(dict.fromkeys(targets))


def _roles(words: list[str]) -> dict[str, str]:
    """`ROLE=MODEL`, several of them, as a mapping."""
    roles = {}
    for word in words:
        role, equals, model = word.partition("=")
        if not equals or not model:
            raise typer.BadParameter(f"{word!r} is not of the form ROLE=MODEL.")
        roles[role] = model
    return roles


def verify(tasks: Tasks, sandbox: Sandbox = "auto", as_json: Json = False) -> None:
    """Attack tasks with the battery of checks.

    Writes their verification.json. Exit code 1 when a check fails.
    """
    from generation.verification.files import verify_and_write
    from harness.selection import select
    from mlesmith.screen import progress, show_json
    from mlesmith.views import show_verifications

    packages = select(*tasks)
    with progress("Verifying") as tick:
        reports = verify_and_write(packages, sandbox=sandbox, on_task=tick)
    if as_json:
        show_json({name: report.model_dump(mode="json") for name, report in reports.items()})
    else:
        show_verifications(reports)
    raise typer.Exit(0 if all(report.verdict == "verified" for report in reports.values()) else 1)


def show(
    what: Annotated[str, typer.Argument(help="A task, or a source such as data.csv.")], as_json: Json = False
) -> None:
    """Show a task, or what is in a dataset.

    A task as an agent reads it; of a raw dataset its profile and the questions it could ask.
    """
    from mlesmith.showing import show_anything

    show_anything(what, as_json=as_json)


def prepare(
    tasks: Tasks,
    sandbox: Sandbox = "auto",
    refresh: Annotated[bool, typer.Option(help="Prepare again.")] = False,
    as_json: Json = False,
) -> None:
    """Fetch and prepare the data of tasks.

    The public and private parts are made in a sandbox and kept in the cache.
    """
    from harness.prepared_tasks import prepare_all
    from harness.selection import select
    from mlesmith.screen import progress, show_json, show_table

    packages = select(*tasks)
    with progress("Preparing") as tick:
        prepared = prepare_all(packages, sandbox, tick, refresh=refresh)
    rows = [
        {"id": task.package.id, "train": len(task.train), "test": len(task.test), "data": task.data_hash[:12]}
        for task in prepared
    ]
    if as_json:
        show_json(rows)
    else:
        show_table("Prepared", list(rows[0]), [list(row.values()) for row in rows], right=("train", "test"))


def list_things(what: Annotated[Listed, typer.Argument()] = Listed.TASKS, as_json: Json = False) -> None:
    """List tasks, agents, metrics, checks.

    Each list is made from its registry.
    """
    from mlesmith.listing import LISTS
    from mlesmith.screen import say, show_json, show_table

    rows = LISTS[what.value]()
    if as_json:
        show_json(rows)
    elif rows:
        show_table(what.value, list(rows[0]), [list(row.values()) for row in rows])
    else:
        say(f"There are no {what.value} yet.")
