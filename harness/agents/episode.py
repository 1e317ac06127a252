"""One attempt at a task through the actions of MLE-Dojo, with a budget of them.

The names are those of its environment (https://github.com/MLE-Dojo/MLE-Dojo): `request_info` with an `info_type`,
`validate_code`, `execute_code`, `get_history`. Two things differ. `execute_code` says whether the submission is valid
and never what it scores, so that repeated actions cannot be used to learn the answers. There is no `reset`: another
attempt is another epoch, in a sandbox of its own.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from inspect_ai.util import ExecResult, Limit, OutputLimitExceededError, sandbox

from harness.agents.checking import verdict
from harness.prepared import SAMPLE, PreparedTask
from harness.sandboxes.spec import DATA, WORKSPACE

InfoType = Literal["overview", "sample_submission", "data_structure", "data_path", "output_path"]
INFO_TYPES: tuple[str, ...] = get_args(InfoType)
ACTIONS = 15
COMMAND_S = 300
SUBMISSION = f"{WORKSPACE}/submission.csv"
CODE, VALIDATION = f"{WORKSPACE}/code.py", f"{WORKSPACE}/validation"
SHOWN_LINES = 3
SHOWN = 200  # characters of a line: a row may have a thousand cells
TAIL = 4000
SPENT = "The budget of {actions} actions is spent. What lies at /workspace/submission.csv is graded."


@dataclass(frozen=True)
class Action:
    """One action of an episode and how it ended."""

    name: str
    words: str
    ended: str


@dataclass
class Episode:
    """The actions on one task; each takes one of `actions`, whether it ends well or not.

    `limit` is the working time of the whole episode, which no single program exceeds.
    """

    task: PreparedTask
    limit: Limit
    actions: int = ACTIONS
    history: list[Action] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Actions that are left."""
        return self.actions - len(self.history)

    async def request_info(self, info_type: str) -> str:
        """What is public of the task: the description, the form of a submission, the files, where they lie."""

        async def told() -> str:
            known = {
                "overview": lambda: self.task.package.files["description.md"],
                "sample_submission": lambda: _head(self.task, SAMPLE),
                "data_structure": lambda: _structure(self.task),
                "data_path": lambda: DATA,
                "output_path": lambda: SUBMISSION,
            }
            if info_type not in known:
                return f"failed: there is no info_type {info_type!r}; there are {', '.join(INFO_TYPES)}"
            return known[info_type]()

        return await self._counted("request_info", info_type, told)

    async def validate_code(self, code: str) -> str:
        """Run code in a folder of its own, which is then removed; nothing that it writes there is submitted."""

        async def ran() -> str:
            room = sandbox()
            await room.exec(["mkdir", "-p", VALIDATION])
            await room.exec(["ln", "-sfn", DATA, f"{VALIDATION}/data"])
            said = await self._run(code, VALIDATION)
            await room.exec(["rm", "-rf", VALIDATION])
            return said

        return await self._counted("validate_code", f"{len(code)} characters", ran)

    async def execute_code(self, code: str) -> str:
        """Run code in /workspace, and say whether the submission that then lies there is valid."""

        async def ran() -> str:
            said = await self._run(code, WORKSPACE)
            return f"{said}\n\nsubmission.csv: {await verdict()}"

        return await self._counted("execute_code", f"{len(code)} characters", ran)

    async def get_history(self) -> str:
        """The actions before this one, each with how it ended."""
        before = [f"{at}. {one.name}({one.words}): {one.ended}" for at, one in enumerate(self.history, start=1)]

        async def told() -> str:
            return "\n".join(before) or "nothing was done so far"

        return await self._counted("get_history", "", told)

    def pass_turn(self) -> None:
        """A turn without an action, which takes one all the same: talk alone must come to an end."""
        self.history.append(Action("none", "", "no action was named"))

    async def _counted(self, name: str, words: str, work: Callable[[], Awaitable[str]]) -> str:
        if self.left <= 0:
            return SPENT.format(actions=self.actions)
        place = len(self.history)
        # Counted before it ends, so that what is asked for side by side counts, too.
        self.history.append(Action(name, words, "not ended"))
        said = await work()
        ended = said.partition("\n")[0] if name in {"validate_code", "execute_code"} else f"{len(said)} characters"
        self.history[place] = Action(name, words, ended)
        return f"{said}\n\n({self.left} of {self.actions} actions left)"

    async def _run(self, code: str, folder: str) -> str:
        seconds = COMMAND_S if self.limit.remaining is None else min(COMMAND_S, math.ceil(self.limit.remaining))
        await sandbox().write_file(CODE, code)
        try:
            ended = await sandbox().exec(["python", CODE], cwd=folder, timeout=max(1, seconds), timeout_retry=False)
        except TimeoutError:
            return f"failed: it was stopped after {seconds} s"
        except OutputLimitExceededError as error:
            return f"failed: {error}"
        return _said(ended)


def _said(ended: ExecResult[str]) -> str:
    """How a program ended, with the ends of what it printed."""
    first = "success" if ended.success else f"failed: exit code {ended.returncode}"
    printed = {"output": ended.stdout.strip()[-TAIL:], "messages": ended.stderr.strip()[-TAIL:]}
    return "\n".join([first, *(f"{name}:\n{text}" for name, text in printed.items() if text)])


def _head(task: PreparedTask, name: str) -> str:
    """The first lines of a public table."""
    with (task.public / name).open(encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line, _ in zip(file, range(SHOWN_LINES + 1), strict=False)]
    return "\n".join(line if len(line) <= SHOWN else f"{line[:SHOWN]}…" for line in lines)


def _structure(task: PreparedTask) -> str:
    """The public files with their sizes, and the first lines of the tables."""
    paths = sorted(path for path in task.public.rglob("*") if path.is_file())
    listed = [f"{path.relative_to(task.public)}: {path.stat().st_size:,} bytes" for path in paths]
    heads = [
        f"{path.name} begins:\n{_head(task, path.name)}" for path in paths if path.name in {"train.csv", "test.csv"}
    ]
    return "\n\n".join(["\n".join(listed), *heads])
