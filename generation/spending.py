"""What the calls of language models cost, kept for each stage; what is not known stays None and is never 0."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pydantic import BaseModel, ConfigDict


class Spent(BaseModel):
    """The calls of one stage to one model; `cost_usd` is None where a price is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: str
    model: str
    calls: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None


_LEDGER: ContextVar[list[Spent] | None] = ContextVar("mlesmith_spent", default=None)


@contextmanager
def ledger() -> Iterator[list[Spent]]:
    """A list that receives what is spent within the `with`, also by tasks and threads started there."""
    spent: list[Spent] = []
    token = _LEDGER.set(spent)
    try:
        yield spent
    finally:
        _LEDGER.reset(token)


def record(spent: Spent) -> None:
    """Note a call in the ledger that is open, if one is."""
    open_ledger = _LEDGER.get()
    if open_ledger is not None:
        open_ledger.append(spent)


def summed(spent: Iterable[Spent]) -> tuple[Spent, ...]:
    """One entry for each stage and model, in the order of the first call."""
    sums: dict[tuple[str, str], Spent] = {}
    for one in spent:
        key = (one.stage, one.model)
        sums[key] = one if key not in sums else _added(sums[key], one)
    return tuple(sums.values())


def cost(spent: Iterable[Spent]) -> float | None:
    """Dollars in all: 0 where no model was called, None where one price is not known."""
    costs = [one.cost_usd for one in spent]
    known = [one for one in costs if one is not None]
    return None if len(known) < len(costs) else float(sum(known))


def _added(left: Spent, right: Spent) -> Spent:
    return Spent(
        stage=left.stage,
        model=left.model,
        calls=left.calls + right.calls,
        input_tokens=left.input_tokens + right.input_tokens,
        output_tokens=left.output_tokens + right.output_tokens,
        cost_usd=cost((left, right)),
    )
