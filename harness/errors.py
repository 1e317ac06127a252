"""Errors with the exit code of the command line; a subclass is named for its cause."""


class MlesmithError(Exception):
    """Something that mlesmith can name: the message says what, where and what to do."""

    exit_code = 1


class UserError(MlesmithError):
    """The user's mistake: wrong input, an unknown name, a missing key."""

    exit_code = 2


class MachineError(MlesmithError):
    """This machine can't: no sandbox, no disk, no engine. `mend` is what to do, and the end of the message."""

    exit_code = 3

    def __init__(self, said: str, mend: str = "") -> None:
        super().__init__(f"{said} {mend}".strip())
        self.said, self.mend = said, mend


class UnknownName(UserError):
    """A name that is not in a registry; the message lists near names."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=3) or sorted(known)[:12]
        listed = ", ".join(near) if near else "none"
        super().__init__(f"There is no {kind} named {name!r}. Near names: {listed}.")
